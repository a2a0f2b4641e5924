"""What can be said about a call, beside the model and what it is asked: described at `Client.chat`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypedDict, TypeVar

from workbench.calls import Chunk, Timeouts, Tool, Unsupported
from workbench.errors import CallError

Method = TypeVar("Method", bound=Callable[..., Any])

Cache = bool | timedelta | str
"""Whether a logged answer to the same request will do, or how old it may be: `timedelta(days=7)`, `"7d"`."""

ToolLike = Tool | Mapping[str, Any] | Callable[..., Any]
"""A Python function with type hints, a `Tool`, or a mapping with `name`, `description` and `parameters`."""


class SendOptions(TypedDict, total=False):
    """Of every call: how it is sent, and what the log says about it."""

    extra: Mapping[str, Any]
    unsupported: Unsupported
    on_wait: Callable[[float, CallError], None] | None
    cache: Cache | None
    refresh: bool
    tags: Mapping[str, str] | None
    base_url: str | None
    api_key: str | None
    timeouts: Timeouts | None


class CompleteOptions(SendOptions, total=False):
    """Of a call that a text comes of."""

    temperature: float | None
    top_p: float | None
    top_k: int | None
    max_tokens: int | None
    stop: str | Sequence[str] | None
    seed: int | None
    frequency_penalty: float | None
    presence_penalty: float | None
    logprobs: int | None
    n: int | None
    service_tier: str | None
    stream: bool
    on_chunk: Callable[[Chunk], None] | None


class TalkOptions(CompleteOptions, total=False):
    """Of each turn of a conversation."""

    reasoning_effort: str | None
    tool_choice: str | None
    parallel_tool_calls: bool | None
    schema: Any
    repair: bool


class ChatOptions(TalkOptions, total=False):
    """Of a conversation."""

    system: str | None
    tools: Sequence[ToolLike] | None


def spelled_out(options: type) -> Callable[[Method], Method]:
    """A decorator: `help` and completion in notebooks name the options that a method takes as `**options`.

    Args:
        options: The `TypedDict` that they are described by; `...` stands for the default.
    """

    def decorated(method: Method) -> Method:
        signature = inspect.signature(method)
        own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
        named = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=...,
                annotation=getattr(annotation, "__forward_arg__", annotation),
            )
            for name, annotation in options.__annotations__.items()
        ]
        method.__signature__ = signature.replace(parameters=[*own, *named])  # type: ignore[attr-defined]
        return method

    return decorated
