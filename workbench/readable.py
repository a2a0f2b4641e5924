"""Texts that others wrote, so that they can be read and do nothing."""

from __future__ import annotations

# What has no shape would be lost on the reader: a terminal's escapes are seen as ␛[31m.
_CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"} | {0x7F: 0x2421}


def readable(text: str) -> str:
    """A text to be read: control characters by their pictures, half a surrogate pair by U+FFFD."""
    return text.translate(_CONTROLS).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
