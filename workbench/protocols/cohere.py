"""Cohere's chat, version 2.

The base URL is the bare host. Tokens are those that Cohere bills: it counts its own preamble and the frame of
each turn as well (`usage.tokens`, in `raw`), but nobody pays for them. The plan that goes before tool calls
is reasoning, and goes back with them. Citations and the passages that they cite stay in `raw`.

Source: https://docs.cohere.com/reference/chat
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.calls import (
    Chunk,
    Completion,
    FinishReason,
    ModelInfo,
    ThoughtPiece,
    TokenLogprob,
    ToolCallPiece,
    Usage,
    fold,
)
from workbench.protocols.cohere_requests import CARRIES, PLAN, decode_request, encode
from workbench.protocols.error_words import error_words
from workbench.protocols.interface import ErrorWords

__all__ = [
    "CARRIES",
    "END",
    "MODELS_PATH",
    "decode",
    "decode_error",
    "decode_event",
    "decode_models",
    "decode_request",
    "encode",
    "next_page",
]

MODELS_PATH = "/v1/models?page_size=1000"  # the most that there can be; 20 where nothing is said
END: str | None = None

FINISH_REASONS: Mapping[str, FinishReason] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
    "ERROR_LIMIT": "length",
    "ERROR": "error",
    "TIMEOUT": "error",
}
_PLAN_INDEX = -1  # the plan has no number of its own and goes before what has one


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    message = body["message"]
    blocks = [_block(index, block) for index, block in enumerate(message.get("content") or ())]
    calls = [_tool_call(index, call) for index, call in enumerate(message.get("tool_calls") or ())]
    logprobs = Chunk(
        logprobs=tuple(token for item in body.get("logprobs") or () for token in _logprobs(item))
    )
    return fold([_plan(message.get("tool_plan")), *blocks, *calls, logprobs, _end(body["id"], body)])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One event; those of citations, and those that only say that a piece ends, are empty chunks."""
    kind, delta = event.get("type"), event.get("delta") or {}
    if kind == "message-end":
        return _end(event.get("id"), delta)
    message = delta.get("message") or {}
    match kind:
        case "message-start":
            return Chunk(response_id=event.get("id"))
        case "tool-plan-delta":
            return _plan(message["tool_plan"])
        case "content-start" | "content-delta":
            return _block(event.get("index") or 0, message["content"], event.get("logprobs"))
        case "tool-call-start" | "tool-call-delta":
            return _tool_call(event.get("index") or 0, message["tool_calls"])
    return Chunk()


def decode_error(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error says, or the end of a stream that failed: a text and no code. `None` where there is none.

    The message of an answer is an object.
    """
    match body:
        case {"message": str(message)} if message:
            return ErrorWords(message=message)
        case {"type": "message-end", "delta": {"error": str(message)}} if message:
            return ErrorWords(message=message)
    return error_words(body)


def decode_models(body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """The listing. What is not among a model's features is not known: older models list none."""
    return tuple(_model(model) for model in body["models"])


def next_page(body: Mapping[str, Any]) -> dict[str, str] | None:
    """Parameters of the listing's next page; `None` after the last."""
    token = body.get("next_page_token")
    return {"page_token": token} if token else None


def _model(model: Mapping[str, Any]) -> ModelInfo:
    endpoints, features = model.get("endpoints"), model.get("features") or ()
    context = model.get("context_length")
    return ModelInfo(
        id=model["name"],
        context_tokens=int(context) if context else None,  # 0 where it is not told
        images=True if "vision" in features else None,
        tools=True if "tools" in features else None,
        output=True if "json_schema" in features else None,
        reasoning=True if "reasoning" in features else None,
        chat=None if endpoints is None else "chat" in endpoints,
    )


def _plan(text: str | None) -> Chunk:
    if not text:
        return Chunk()
    return Chunk(reasoning=text, thoughts=(ThoughtPiece(index=_PLAN_INDEX, text=text, id=PLAN),))


def _block(index: int, block: Mapping[str, Any], logprobs: Mapping[str, Any] | None = None) -> Chunk:
    thinking = block.get("thinking") or ""
    return Chunk(
        text=block.get("text") or "",
        reasoning=thinking,
        thoughts=(ThoughtPiece(index=index, text=thinking),) if thinking else (),
        logprobs=_logprobs(logprobs),
    )


def _tool_call(index: int, call: Mapping[str, Any]) -> Chunk:
    function = call.get("function") or {}
    piece = ToolCallPiece(
        index=index,
        id=call.get("id") or "",
        name=function.get("name") or "",
        arguments=function.get("arguments") or "",
    )
    return Chunk(tool_calls=(piece,))


def _logprobs(item: Mapping[str, Any] | None) -> tuple[TokenLogprob, ...]:
    # One item can be several tokens, whose texts are told together alone: their probabilities multiply.
    if not item or not item.get("logprobs"):
        return ()
    return (TokenLogprob(token=item.get("text") or "", logprob=float(sum(item["logprobs"]))),)


def _end(response_id: str | None, said: Mapping[str, Any]) -> Chunk:
    reason, usage = said.get("finish_reason"), said.get("usage")
    return Chunk(
        finish_reason=FINISH_REASONS.get(reason, "other") if reason else None,
        usage=None if usage is None else _usage(usage),
        response_id=response_id,
        done=True,
    )


def _usage(usage: Mapping[str, Any]) -> Usage:
    counts = usage.get("billed_units") or usage.get("tokens") or {}
    billed, cached = counts.get("input_tokens"), usage.get("cached_tokens")
    return Usage(
        input_tokens=_whole(billed),
        output_tokens=_whole(counts.get("output_tokens")),
        # The preamble that nobody pays for is in the cache too; ours are a part of the input's tokens.
        cache_read_tokens=_whole(cached if cached is None or billed is None else min(cached, billed)),
    )


def _whole(count: float | None) -> int | None:
    return None if count is None else int(count)  # Cohere writes counts as 12.0
