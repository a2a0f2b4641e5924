"""What a provider is asked."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A piece of text inside a message of several parts."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A picture inside a message: either its bytes and media type, or the URL where the provider finds it."""

    data: bytes | None = field(default=None, repr=False)
    media_type: str = "image/png"
    url: str | None = None

    @property
    def base64(self) -> str:
        """The bytes in base64; empty where only a URL is known."""
        return base64.b64encode(self.data or b"").decode()


Part = Text | Image


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCall:
    """A function that the model wants to have called; `arguments` is JSON text as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One turn of a conversation.

    `tool_calls` belong to an assistant's turn, `tool_call_id` to the turn of role `tool` that answers one.
    """

    role: Role
    content: str | tuple[Part, ...] = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Params:
    """Parameters that at least two protocols share; `None` is not sent, `0` and `""` are.

    `extra` goes into the request's body as it is, for what only one provider has.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a provider is asked: `model` is the id that the provider knows."""

    model: str
    messages: tuple[Message, ...]
    params: Params = Params()
    stream: bool = False
