"""A `.env` file: one `NAME=value` a line, most of them keys."""

from __future__ import annotations

import io
from pathlib import Path

from dotenv.parser import parse_stream

from workbench.errors import ConfigError


def read_dotenv(path: Path) -> dict[str, str]:
    """The settings of the file; none where there is no such file.

    Raises:
        ConfigError: It cannot be read; the message gives its line, never what is in it.
    """
    if not path.is_file():
        return {}
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise ConfigError(f"{path} cannot be read: {exc.strerror}") from exc
    bindings = list(parse_stream(io.StringIO(_text(path, content))))
    for binding in bindings:
        # A name without '=' is legal for the parser, but in a file of keys it is a slip of the pen.
        if binding.error or (binding.key is not None and binding.value is None):
            # The parser counts from the end of the line before, blank lines included.
            text = binding.original.string
            line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
            raise ConfigError(f"{path}, line {line}: not a setting: write NAME=value")
    return {binding.key: binding.value for binding in bindings if binding.key and binding.value is not None}


def _text(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
    # Not chained: the decoder's error has the whole file in it, and with it the keys.
    raise ConfigError(f"{path}, line {line}: not UTF-8: save the file as UTF-8 text, one NAME=value a line")
