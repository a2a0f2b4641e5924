"""AWS Bedrock's Converse: one format for all models that Bedrock serves.

The base URL is `https://bedrock-runtime.{region}.amazonaws.com`. `inputTokens` of the wire leave out what the
cache read and wrote. An event of a stream is `{"<its type>": payload}`.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.calls import Chunk, Completion, FinishReason, ThoughtPiece, ToolCallPiece, Usage, fold
from workbench.protocols.aws_errors import decode_error
from workbench.protocols.bedrock_requests import CARRIES, decode_request, encode, encode_count
from workbench.protocols.interface import ModelInfo

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
]

MODELS_PATH = "/foundation-models"  # of the service `bedrock`, whose host is another one
END: str | None = None

FINISH_REASONS: Mapping[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
    "malformed_model_output": "error",
    "malformed_tool_use": "error",
}


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    blocks = [_block(at, block) for at, block in enumerate(body["output"]["message"]["content"])]
    return fold([*blocks, _stop(body), _metadata(body)])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One event."""
    match event:
        case {"contentBlockStart": {"contentBlockIndex": at, "start": {"toolUse": call}}}:
            piece = ToolCallPiece(index=at, id=call["toolUseId"], name=call["name"])
            return Chunk(tool_calls=(piece,))
        case {"contentBlockDelta": {"contentBlockIndex": at, "delta": delta}}:
            return _delta(at, delta)
        case {"messageStop": stop}:
            return _stop(stop)
        case {"metadata": metadata}:
            return _metadata(metadata)
    return Chunk()


def decode_count(body: Mapping[str, Any]) -> int:
    """How many tokens a request has."""
    return int(body["inputTokens"])


def decode_models(body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """The foundation models, in the order of the listing."""
    return tuple(
        ModelInfo(
            id=model["modelId"],
            images="IMAGE" in (model.get("inputModalities") or ()),
            chat="TEXT" in (model.get("outputModalities") or ()),
        )
        for model in body["modelSummaries"]
    )


def _block(at: int, block: Mapping[str, Any]) -> Chunk:
    match block:
        case {"toolUse": call}:
            # A stream begins without arguments, then comes the text, spaced as here.
            arguments = json.dumps(call["input"], ensure_ascii=False) if call["input"] else ""
            piece = ToolCallPiece(index=at, id=call["toolUseId"], name=call["name"], arguments=arguments)
            return Chunk(tool_calls=(piece,))
        case {"reasoningContent": {"reasoningText": told}}:
            return _delta(at, {"reasoningContent": told})
        case {"citationsContent": {"content": [*pieces]}}:
            return Chunk(text="".join(piece["text"] for piece in pieces))
    return _delta(at, block)


def _delta(at: int, delta: Mapping[str, Any]) -> Chunk:
    match delta:
        case {"text": str(text)}:
            return Chunk(text=text)
        case {"toolUse": {"input": str(piece)}}:
            return Chunk(tool_calls=(ToolCallPiece(index=at, arguments=piece),))
        case {"reasoningContent": {"redactedContent": str(data)}}:
            return Chunk(thoughts=(ThoughtPiece(index=at, data=data),))
        case {"reasoningContent": thought}:
            text, signature = thought.get("text") or "", thought.get("signature")
            return Chunk(reasoning=text, thoughts=(ThoughtPiece(index=at, text=text, signature=signature),))
    return Chunk()


def _stop(told: Mapping[str, Any]) -> Chunk:
    return Chunk(finish_reason=FINISH_REASONS.get(told["stopReason"], "other"))


def _metadata(told: Mapping[str, Any]) -> Chunk:
    """What the whole answer has beside its blocks, and a stream in its last event."""
    router = (told.get("trace") or {}).get("promptRouter") or {}
    return Chunk(
        usage=_usage(told["usage"]) if told.get("usage") else None,
        served_model=router.get("invokedModelId"),
        service_tier=(told.get("serviceTier") or {}).get("type"),
        done=True,
    )


def _usage(usage: Mapping[str, Any]) -> Usage:
    fresh = usage.get("inputTokens")
    # Nova's own format, in InvokeModel, says `TokenCount`.
    read = usage.get("cacheReadInputTokens", usage.get("cacheReadInputTokenCount"))
    written = usage.get("cacheWriteInputTokens", usage.get("cacheWriteInputTokenCount"))
    details = usage.get("cacheDetails")
    return Usage(
        # Converse leaves cached tokens out of inputTokens; ours include them.
        input_tokens=None if fresh is None else fresh + (read or 0) + (written or 0),
        output_tokens=usage.get("outputTokens"),
        cache_read_tokens=read,
        cache_write_tokens=written,
        cache_write_1h_tokens=None
        if details is None
        else sum(part["inputTokens"] for part in details if part["ttl"] == "1h"),
    )
