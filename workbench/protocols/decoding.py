"""What all protocols do alike when they read a request that was written down."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.calls import Image, Message, Part, Request, Text, Tool

_FOR_URLS = str.maketrans("-_", "+/")
# How the base64 of a picture begins, for protocols that do not say what kind it is.
_BEGINNINGS = {"/9j/": "image/jpeg", "R0lG": "image/gif", "UklG": "image/webp"}


def with_rest(request: Request, body: Mapping[str, Any], written: Mapping[str, Any]) -> Request:
    """The request with those fields of `body` in `extra` that it does not say itself.

    `extra` has the last word when a request is written, so that nothing of the body is lost: neither a field
    that only this provider has, nor messages with parts that our words have no place for.

    Args:
        request: What was understood of the body.
        body: What was read.
        written: The body that `request` gives.
    """
    rest = {
        name: value
        for name, value in body.items()
        if name != "stream" and _meaning(written.get(name)) != _meaning(value)
    }
    return replace(request, params=replace(request.params, extra={**request.params.extra, **rest}))


def tool_of(written: Mapping[str, Any]) -> Tool:
    """A tool from the words of OpenAI, which others have taken over."""
    function = written["function"]
    return Tool(
        name=function["name"],
        description=function.get("description") or "",
        parameters=function.get("parameters") or {},
    )


def as_content(parts: Iterable[Part]) -> str | tuple[Part, ...]:
    """The content of a turn with these parts: its text where there is nothing else."""
    match tuple(parts):
        case ():
            return ""
        case (Text(text=text),):
            return text
        case found:
            return found


def turns_of(texts: str | Sequence[str]) -> tuple[Message, ...]:
    """One turn of the user for each text."""
    written = [texts] if isinstance(texts, str) else texts
    return tuple(Message(role="user", content=text) for text in written)


def stop_of(stop: str | list[str] | None) -> tuple[str, ...] | None:
    """The texts that end an answer, one alone or a list of them."""
    if stop is None:
        return None
    return (stop,) if isinstance(stop, str) else tuple(stop)


def image_at(url: str) -> Image:
    """The picture that a URL names, or is (`data:image/png;base64,…`)."""
    head, _, data = url.partition(",")
    if not (head.startswith("data:") and head.endswith(";base64")):
        return Image(url=url)
    return image_of(data, head.removeprefix("data:").removesuffix(";base64"))


def image_of(data: str, media_type: str | None = None) -> Image:
    """The picture whose bytes are written in base64; its kind is read from them where it is not said.

    Raises:
        ValueError: It is no base64.
    """
    try:
        # Google's own libraries write the other alphabet, which is for URLs.
        content = base64.b64decode(data.translate(_FOR_URLS), validate=True)
    except binascii.Error as exc:
        raise ValueError(f"a picture is no base64 ({exc}): {data[:40]!r}") from exc
    return Image(data=content, media_type=media_type or _BEGINNINGS.get(data[:4], "image/png"))


def _meaning(value: Any) -> Any:
    """The value without what can be written in two ways: one text alone or in a list, an empty field."""
    match value:
        case {"type": "text", "text": text} if len(value) == 2:
            return text
        case dict():
            fields = {name: _meaning(part) for name, part in value.items()}
            return {name: part for name, part in fields.items() if part not in (None, "", [], {})}
        case [one]:
            return _meaning(one)
        case list():
            return [_meaning(part) for part in value]
    return value
