"""What a turn of Anthropic's Messages is made of: texts, pictures and documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.calls import File, Image, Part, Text
from workbench.errors import ConfigError
from workbench.protocols.decoding import as_content, image_of
from workbench.protocols.encoding import present

UPLOADED = "file_"
"""How the ids of files begin that were uploaded to Anthropic; they stand in the place of a URL."""


def block_of(part: Part) -> dict[str, Any]:
    """A part as a block of the wire.

    Raises:
        ConfigError: A document that is neither PDF nor text.
    """
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, Image):
        return {"type": "image", "source": _source(part)}
    return {"type": "document", "source": _source(part)} | present(title=part.name)


def parts_in(blocks: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The parts that blocks are, without those that we have no word for."""
    found = (_part(block) for block in blocks)
    return tuple(part for part in found if part is not None)


def content_of(content: str | Sequence[Mapping[str, Any]]) -> str | tuple[Part, ...]:
    """The content of a turn: text where there is nothing else."""
    return content if isinstance(content, str) else as_content(parts_in(content))


def _source(part: Image | File) -> dict[str, Any]:
    if part.data is None:
        url = part.url or ""
        return {"type": "file", "file_id": url} if url.startswith(UPLOADED) else {"type": "url", "url": url}
    if isinstance(part, File) and part.media_type.startswith("text/"):
        return {"type": "text", "media_type": "text/plain", "data": part.data.decode(errors="replace")}
    if isinstance(part, File) and part.media_type != "application/pdf":
        raise ConfigError(
            f"anthropic reads documents of PDF and of text, not of {part.media_type!r}: "
            "put what it says into words"
        )
    return {"type": "base64", "media_type": part.media_type, "data": part.base64}


def _part(block: Mapping[str, Any]) -> Part | None:
    match block:
        case {"type": "text", "text": text}:
            return Text(text=text)
        case {"type": "image", "source": source}:
            return _image(source)
        case {"type": "document", "source": source}:
            return _document(source, block.get("title"))
    return None


def _image(source: Mapping[str, Any]) -> Image | None:
    match source:
        case {"type": "base64", "media_type": media_type, "data": data}:
            return image_of(data, media_type)
        case {"type": "url", "url": url} | {"type": "file", "file_id": url}:
            return Image(url=url)
    return None


def _document(source: Mapping[str, Any], title: str | None) -> File | None:
    match source:
        case {"type": "base64", "media_type": media_type, "data": data}:
            return File(data=image_of(data).data, media_type=media_type, name=title)
        case {"type": "text", "data": text}:
            return File(data=text.encode(), media_type="text/plain", name=title)
        case {"type": "url", "url": url} | {"type": "file", "file_id": url}:
            return File(url=url, name=title)
    return None
