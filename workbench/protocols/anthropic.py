"""Anthropic's Messages.

The base URL is the bare host. `input_tokens` of the wire leave out what the cache read and wrote.

Source: https://platform.claude.com/docs/en/api/messages
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from workbench.calls import (
    Chunk,
    Completion,
    FinishReason,
    Message,
    Part,
    Request,
    Text,
    ToolCallPiece,
    Usage,
    fold,
)
from workbench.errors import ConfigError
from workbench.protocols.encoding import arguments_of, check, parts_of, present, text_of
from workbench.protocols.error_words import error_words
from workbench.protocols.interface import ErrorWords, ModelInfo

CHAT_PATH = "/v1/messages"
MODELS_PATH = "/v1/models"
END: str | None = None

DEFAULT_MAX_TOKENS = 4096
"""Sent where a request sets no limit, because the protocol has no default of its own."""

FINISH_REASONS: Mapping[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    System turns are joined by a blank line, wherever they stand. Turns that follow each other with the same
    role become one, tool results counting as the user's: all results of one turn have to come back together.

    Raises:
        ConfigError: A `seed`, which the protocol does not have; arguments of a tool call that are no JSON
            object; a turn whose parts do not belong to its role.
    """
    check(request.messages, protocol="anthropic", image_roles=("user", "tool"))
    params = request.params
    if params.seed is not None:
        raise ConfigError(f"anthropic has no parameter seed, got {params.seed!r}: leave it out")
    system = [text_of(message) for message in request.messages if message.role == "system"]
    body = present(
        model=request.model,
        max_tokens=DEFAULT_MAX_TOKENS if params.max_tokens is None else params.max_tokens,
        system="\n\n".join(system) if system else None,
        messages=list(_turns([message for message in request.messages if message.role != "system"])),
        temperature=params.temperature,
        top_p=params.top_p,
        stop_sequences=None if params.stop is None else list(params.stop),
        stream=True if request.stream else None,
    )
    return CHAT_PATH, body | dict(params.extra)


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    blocks = [_block(index, block) for index, block in enumerate(body["content"])]
    return fold([_head(body), *blocks, _end(body)])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One event.

    Tools that Anthropic runs itself (`server_tool_use`) are among the tool calls too, for an event with a
    piece of arguments does not say whose they are; their ids begin with `srvtoolu_`.
    """
    match event.get("type"):
        case "message_start":
            return _head(event["message"])
        case "content_block_start":
            return _block(event["index"], event["content_block"])
        case "content_block_delta":
            return _delta(event["index"], event["delta"])
        case "message_delta":
            # A total without the cached tokens would take the place of the greater one of message_start.
            usage = event.get("usage") or {}
            counted = usage if _has_cache_counts(usage) else {**usage, "input_tokens": None}
            return replace(_end(event["delta"]), usage=_usage(counted))
        case "message_stop":
            return Chunk(done=True)
    return Chunk()


def decode_error(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error says; its `details.error_code` is taken before its type. `None` where there is none.

    llama.cpp answers this protocol with errors in OpenAI's shape, which is read as well.
    """
    words = error_words(body)
    match body:
        case {"error": {"details": {"error_code": str(code)}}} if words is not None:
            return replace(words, code=code)
    return words


def decode_models(body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """The listing, or its first page."""
    return tuple(
        ModelInfo(id=model["id"], context_tokens=model.get("max_input_tokens")) for model in body["data"]
    )


def _turns(messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    for role, turns in groupby(
        messages, key=lambda turn: "assistant" if turn.role == "assistant" else "user"
    ):
        yield {"role": role, "content": [block for turn in turns for block in _blocks(turn)]}


def _blocks(message: Message) -> list[dict[str, Any]]:
    # A text block must not be empty, and beside tool calls an assistant often says nothing.
    parts = [_part(part) for part in parts_of(message) if not (message.tool_calls and part == Text(text=""))]
    if message.role == "tool":
        content = message.content if isinstance(message.content, str) else parts
        return [{"type": "tool_result", "tool_use_id": message.tool_call_id, "content": content}]
    return parts + [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments_of(call)}
        for call in message.tool_calls
    ]


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if part.data is None:
        return {"type": "image", "source": {"type": "url", "url": part.url}}
    return {"type": "image", "source": {"type": "base64", "media_type": part.media_type, "data": part.base64}}


def _head(message: Mapping[str, Any]) -> Chunk:
    usage = message.get("usage")
    return Chunk(
        usage=None if usage is None else _usage(usage),
        served_model=message.get("model"),
        response_id=message.get("id"),
    )


def _block(index: int, block: Mapping[str, Any]) -> Chunk:
    match block["type"]:
        case "text":
            return Chunk(text=block["text"])
        case "thinking":
            return Chunk(reasoning=block["thinking"])
        case "tool_use" | "server_tool_use":
            # A stream begins with an empty object (llama.cpp: none), then comes the text, spaced as here.
            arguments = json.dumps(block["input"], ensure_ascii=False) if block.get("input") else ""
            return Chunk(
                tool_calls=(
                    ToolCallPiece(index=index, id=block["id"], name=block["name"], arguments=arguments),
                )
            )
    return Chunk()


def _delta(index: int, delta: Mapping[str, Any]) -> Chunk:
    match delta["type"]:
        case "text_delta":
            return Chunk(text=delta["text"])
        case "thinking_delta":
            return Chunk(reasoning=delta["thinking"])
        case "input_json_delta":
            return Chunk(tool_calls=(ToolCallPiece(index=index, arguments=delta["partial_json"]),))
    return Chunk()


def _end(message: Mapping[str, Any]) -> Chunk:
    reason = message.get("stop_reason")
    return Chunk(finish_reason=FINISH_REASONS.get(reason, "other") if reason else None)


def _has_cache_counts(usage: Mapping[str, Any]) -> bool:
    counts = (usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens"))
    return any(count is not None for count in counts)


def _usage(usage: Mapping[str, Any]) -> Usage:
    fresh = usage.get("input_tokens")
    read, written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
    return Usage(
        # Anthropic leaves cached tokens out of input_tokens; ours include them.
        input_tokens=None if fresh is None else fresh + (read or 0) + (written or 0),
        output_tokens=usage.get("output_tokens"),
        cache_read_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=(usage.get("output_tokens_details") or {}).get("thinking_tokens"),
    )
