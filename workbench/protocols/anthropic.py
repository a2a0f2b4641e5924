"""Anthropic's Messages.

The base URL is the bare host. `input_tokens` of the wire leave out what the cache read and wrote.

Source: https://platform.claude.com/docs/en/api/messages
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.calls import (
    USAGE_FIELDS,
    Chunk,
    Completion,
    FinishReason,
    ThoughtPiece,
    ToolCallPiece,
    Usage,
    fold,
)
from workbench.protocols.anthropic_requests import CARRIES, decode_request, encode, encode_count
from workbench.protocols.error_words import error_words
from workbench.protocols.interface import ErrorWords, ModelInfo

__all__ = [
    "CARRIES",
    "END",
    "MODELS_PATH",
    "decode",
    "decode_count",
    "decode_error",
    "decode_event",
    "decode_models",
    "decode_request",
    "encode",
    "encode_count",
    "next_page",
]

MODELS_PATH = "/v1/models?limit=1000"  # of themselves they come by twenty
END: str | None = None

FINISH_REASONS: Mapping[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
    # A tool of Anthropic's own takes long: the turn goes on when it is sent back.
    "pause_turn": "other",
}


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    blocks = [_block(index, block) for index, block in enumerate(body["content"])]
    return fold([_head(body), *blocks, _end(body)])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One event.

    Tools that Anthropic or an MCP server runs (`server_tool_use`, `mcp_tool_use`) are no tool calls: their
    blocks are only in `raw`. A piece of arguments does not say whose it is; without a call that it belongs
    to, `fold` leaves it out.
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
            counted = (
                usage if _has_cache_counts(usage) else {**usage, "input_tokens": None, "iterations": None}
            )
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
    """A page of the listing."""
    return tuple(_model(model) for model in body["data"])


def next_page(body: Mapping[str, Any]) -> dict[str, str] | None:
    """Parameters of the listing's next page; `None` after the last."""
    return {"after_id": body["last_id"]} if body.get("has_more") and body.get("last_id") else None


def decode_count(body: Mapping[str, Any]) -> int:
    """The tokens of a request, as they are counted by `encode_count`."""
    tokens: int = body["input_tokens"]
    return tokens


def _model(model: Mapping[str, Any]) -> ModelInfo:
    able = model.get("capabilities") or {}

    def can(what: str) -> bool | None:
        supported: bool | None = (able.get(what) or {}).get("supported")
        return supported

    return ModelInfo(
        id=model["id"],
        context_tokens=model.get("max_input_tokens"),
        output_tokens=model.get("max_tokens"),
        images=can("image_input"),
        files=can("pdf_input"),
        output=can("structured_outputs"),
        reasoning=can("thinking"),
    )


def _head(message: Mapping[str, Any]) -> Chunk:
    usage = message.get("usage")
    return Chunk(
        usage=None if usage is None else _usage(usage),
        served_model=message.get("model"),
        response_id=message.get("id"),
        service_tier=None if usage is None else _tier(usage),
    )


def _block(index: int, block: Mapping[str, Any]) -> Chunk:
    match block["type"]:
        case "text":
            return Chunk(text=block["text"])
        case "thinking":
            thought = ThoughtPiece(
                index=index, text=block["thinking"], signature=block.get("signature") or None
            )
            return Chunk(reasoning=block["thinking"], thoughts=(thought,))
        case "redacted_thinking":
            return Chunk(thoughts=(ThoughtPiece(index=index, data=block["data"]),))
        case "tool_use":
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
            piece = ThoughtPiece(index=index, text=delta["thinking"])
            return Chunk(reasoning=delta["thinking"], thoughts=(piece,))
        case "signature_delta":
            return Chunk(thoughts=(ThoughtPiece(index=index, signature=delta["signature"]),))
        case "input_json_delta":
            return Chunk(tool_calls=(ToolCallPiece(index=index, arguments=delta["partial_json"]),))
    return Chunk()


def _end(message: Mapping[str, Any]) -> Chunk:
    reason = message.get("stop_reason")
    return Chunk(finish_reason=FINISH_REASONS.get(reason, "other") if reason else None)


def _has_cache_counts(usage: Mapping[str, Any]) -> bool:
    counts = (usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens"))
    return any(count is not None for count in counts)


def _tier(usage: Mapping[str, Any]) -> str | None:
    # Fast answers are sold at another price than the tier says.
    tier: str | None = "fast" if usage.get("speed") == "fast" else usage.get("service_tier")
    return tier


def _usage(usage: Mapping[str, Any]) -> Usage:
    # Its summary of a conversation that grew too long is paid for, and not in the totals.
    # https://platform.claude.com/docs/en/build-with-claude/compaction
    summaries = [each for each in usage.get("iterations") or () if each.get("type") == "compaction"]
    return _sum([_counts(usage), *map(_counts, summaries)]) if summaries else _counts(usage)


def _sum(usages: Sequence[Usage]) -> Usage:
    def total(name: str) -> int | None:
        counts = [count for usage in usages if (count := getattr(usage, name)) is not None]
        return sum(counts) if counts else None

    return Usage(**{name: total(name) for name in USAGE_FIELDS})


def _counts(usage: Mapping[str, Any]) -> Usage:
    fresh = usage.get("input_tokens")
    read, written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
    return Usage(
        # Anthropic leaves cached tokens out of input_tokens; ours include them.
        input_tokens=None if fresh is None else fresh + (read or 0) + (written or 0),
        output_tokens=usage.get("output_tokens"),
        cache_read_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=(usage.get("output_tokens_details") or {}).get("thinking_tokens"),
        cache_write_1h_tokens=(usage.get("cache_creation") or {}).get("ephemeral_1h_input_tokens"),
    )
