"""Reading a request's body: what the wires have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.simulator.tokens import tokens
from workbench.simulator.wires.interface import Refusal


def field(body: Mapping[str, Any], name: str, kind: type | tuple[type, ...], default: Any) -> Any:
    """A field of a request, `default` where it is absent or null; "malformed" where it is of another type."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise Refusal("malformed", detail=f"{name}: a value of another type was expected, not {value!r:.60}")
    return value


def count(body: Mapping[str, Any], name: str) -> int | None:
    """A field that is a positive whole number; `None` where it is absent."""
    value: int | None = field(body, name, int, None)
    if value is not None and value < 1:
        raise Refusal("malformed", detail=f"{name}: has to be at least 1, not {value}")
    return value


def turns(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Role and text of each message, in order; parts of a message that are not text are left out."""
    messages = field(body, "messages", list, [])
    if not messages:
        raise Refusal("malformed", detail="messages: at least one message is required")
    read = []
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise Refusal(
                "malformed", detail=f"messages[{index}]: an object with role and content was expected"
            )
        read.append((message["role"], text_of(message.get("content"), where=f"messages[{index}].content")))
    return read


def text_of(content: object, *, where: str) -> str:
    """The text of a message's content: a string, or a list of parts of which those of type `text` count."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise Refusal("malformed", detail=f"{where}: a string or a list of parts was expected")
    return "\n".join(str(part.get("text", "")) for part in content if part.get("type") == "text")


def last_of_user(read: Iterable[tuple[str, str]]) -> str:
    """The text of the last message of the user; empty where there is none."""
    return next((text for role, text in reversed(list(read)) if role == "user"), "")


def tokens_of(texts: Iterable[str]) -> int:
    """How many tokens the texts have together."""
    return sum(len(tokens(text)) for text in texts)
