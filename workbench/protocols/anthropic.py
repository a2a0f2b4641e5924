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
    Image,
    Message,
    Params,
    Part,
    Request,
    Text,
    ToolCall,
    ToolCallPiece,
    Usage,
    fold,
)
from workbench.errors import ConfigError
from workbench.protocols.decoding import image_of, stop_of, with_rest
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


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks.

    Each tool result becomes a turn of its own. The limit that `encode` sends where there is none is read as
    none, so that it does not go to a model of another protocol.
    """
    max_tokens = body.get("max_tokens")
    params = Params(
        temperature=body.get("temperature"),
        top_p=body.get("top_p"),
        max_tokens=None if max_tokens == DEFAULT_MAX_TOKENS else max_tokens,
        stop=stop_of(body.get("stop_sequences")),
    )
    system = [Message(role="system", content=_content(body["system"]))] if body.get("system") else []
    request = Request(
        model=body["model"],
        messages=(*system, *(turn for message in body["messages"] for turn in _messages(message))),
        params=params,
        stream=bool(body.get("stream")),
    )
    return with_rest(request, body, encode(request)[1])


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


def _messages(message: Mapping[str, Any]) -> Iterator[Message]:
    """The turns that a message of the wire stands for: the results of tools, and what is said beside them."""
    blocks: Sequence[Mapping[str, Any]] = [] if isinstance(message["content"], str) else message["content"]
    results = [block for block in blocks if block["type"] == "tool_result"]
    for result in results:
        content = result.get("content") or ""
        said: str | tuple[Part, ...] = content if isinstance(content, str) else tuple(_parts(content))
        yield Message(role="tool", content=said, tool_call_id=result["tool_use_id"])
    if len(blocks) > len(results) or not results:
        yield Message(
            role=message["role"],
            content=_content(message["content"]),
            tool_calls=tuple(
                ToolCall(
                    id=block["id"],
                    name=block["name"],
                    arguments=json.dumps(block["input"], ensure_ascii=False),
                )
                for block in blocks
                if block["type"] == "tool_use"
            ),
        )


def _content(content: str | Sequence[Mapping[str, Any]]) -> str | tuple[Part, ...]:
    """Text where there is nothing else."""
    if isinstance(content, str):
        return content
    match tuple(_parts(content)):
        case ():
            return ""
        case (Text(text=text),):
            return text
        case parts:
            return parts


def _parts(blocks: Sequence[Mapping[str, Any]]) -> Iterator[Part]:
    for block in blocks:
        match block:
            case {"type": "text", "text": text}:
                yield Text(text=text)
            case {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}:
                yield image_of(data, media_type)
            case {"type": "image", "source": {"type": "url", "url": url}}:
                yield Image(url=url)


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
