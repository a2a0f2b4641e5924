"""Pictures and documents from where users have them: a path, bytes, or a URL."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from os import PathLike
from pathlib import Path

from workbench.errors import ConfigError

Source = str | PathLike[str] | bytes | bytearray | memoryview
# No provider takes a request that is larger than this: Anthropic 32 MB, OpenAI 50 MB, Gemini 20 MB with
# the data inside it. https://platform.openai.com/docs/guides/images-vision
LARGEST_BYTES = 50 * 2**20
_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"BM": "image/bmp",
    b"%PDF-": "application/pdf",
}


def is_url(source: Source) -> bool:
    """Whether it is the address of something that the provider fetches itself."""
    return isinstance(source, str) and source.startswith(("http://", "https://", "gs://", "s3://"))


def read(source: Source, what: str) -> tuple[bytes, str | None]:
    """The bytes of a file, a `data:` URL or bytes themselves, and the name of the file.

    Args:
        source: A path, bytes, or a URL that holds its data.
        what: `image` or `file`, for the messages of errors.

    Raises:
        ConfigError: There is no such file, it cannot be read, it is empty, or larger than 50 MiB.
    """
    name = None
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif isinstance(source, str) and source.startswith("data:"):
        data = _from_data_url(source, what)
    elif not isinstance(source, str | PathLike):
        raise ConfigError(f"no {what}: {source!r:.80}: give its path, its bytes or its URL")
    else:
        name = Path(source).name
        data = _from_file(Path(source).expanduser(), what)
    if not data:
        raise ConfigError(f"the {what} {_named(source)} is empty")
    _fits(len(data), source, what)
    return data, name


def image_type(data: bytes, source: Source) -> str:
    """The media type of a picture, by its first bytes.

    Raises:
        ConfigError: It is none of PNG, JPEG, GIF, WebP, BMP, HEIC and AVIF.
    """
    kind = _by_content(data)
    if kind is None or not kind.startswith("image/"):
        raise ConfigError(
            f"the image {_named(source)} is none: it begins with {data[:12]!r}, which is neither PNG, JPEG, "
            "GIF nor WebP; a document goes into File.of(…)"
        )
    return kind


def file_type(data: bytes, name: str | None, source: Source) -> str:
    """The media type of a document, by its first bytes, its name, or as text.

    Raises:
        ConfigError: It cannot be told.
    """
    guessed = _by_content(data) or (mimetypes.guess_type(name)[0] if name else None)
    if guessed is not None:
        return guessed
    try:
        data.decode()
    except UnicodeDecodeError:
        raise ConfigError(f"of which type is the file {_named(source)}? Give its media_type") from None
    return "text/plain"


def _by_content(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"avif"}:
        return "image/avif" if data[8:12] == b"avif" else "image/heic"
    return next((kind for beginning, kind in _BEGINNINGS.items() if data.startswith(beginning)), None)


def _from_data_url(url: str, what: str) -> bytes:
    head, _, data = url.partition(",")
    try:
        if not head.endswith(";base64"):
            raise ValueError("it does not say ;base64")
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise ConfigError(f"the {what} {_named(url)} is no base64: {exc}") from exc


def _from_file(path: Path, what: str) -> bytes:
    try:
        _fits(path.stat().st_size, str(path), what)
        return path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"no {what} {str(path)!r}: is the path right? {Path.cwd()} is the folder") from None
    except (OSError, ValueError) as exc:
        raise ConfigError(f"the {what} {str(path)!r} cannot be read: {exc}") from exc


def _fits(size_bytes: int, source: Source, what: str) -> None:
    if size_bytes > LARGEST_BYTES:
        raise ConfigError(
            f"the {what} {_named(source)} has {size_bytes / 2**20:.0f} MiB, and no provider takes more than "
            f"{LARGEST_BYTES // 2**20}: make it smaller, or give a URL where the provider finds it"
        )


def _named(source: Source) -> str:
    if isinstance(source, str | PathLike):
        return repr(str(source)[:80])
    return f"of {len(source)} bytes"
