"""OpenAI's Responses.

The base URL ends in `/v1`. Of what a model puts out, its messages, its thinking and its calls of our
functions are read; what tools of OpenAI's own did stays in `raw`.

Source: https://platform.openai.com/docs/api-reference/responses
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.calls import Chunk, Completion, FinishReason, ThoughtPiece, ToolCallPiece, Usage, fold
from workbench.protocols.error_words import error_words
from workbench.protocols.interface import ErrorWords
from workbench.protocols.openai_logprobs import token_logprob
from workbench.protocols.openai_models import decode_models
from workbench.protocols.openai_responses_requests import CARRIES, decode_request, encode
from workbench.protocols.openai_usage import cost_of

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
]

MODELS_PATH = "/models"
END: str | None = None

INCOMPLETE: Mapping[str, FinishReason] = {
    "max_output_tokens": "length",
    "content_filter": "content_filter",
}


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    return fold([*(_item(index, item) for index, item in enumerate(body["output"])), _end(body)])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One event; the last one repeats the whole answer, of which only the end is read."""
    match event.get("type"):
        case "response.created" | "response.queued" | "response.in_progress":
            return _head(event["response"])
        case "response.output_item.added" if event["item"]["type"] == "function_call":
            return _item(_index(event), event["item"])
        case "response.output_item.done" if event["item"]["type"] == "reasoning":
            return replace(_item(_index(event), event["item"]), reasoning="")
        case "response.completed" | "response.incomplete" | "response.cancelled":
            return replace(_end(event["response"]), done=True)
    return _piece(event)


def decode_error(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error says, be it an answer, an event or a response that failed; `None` where there is none."""
    match body:
        case {"type": "response.failed", "response": {"error": {"message": str(message)} as error}}:
            return ErrorWords(message=message, code=error.get("code"))
        case {"type": "response.failed"}:
            return ErrorWords(message="the response failed")
        case {"type": "error", "message": str(message)}:
            return ErrorWords(message=message, code=body.get("code"))
    return error_words(body)


def _head(response: Mapping[str, Any]) -> Chunk:
    return Chunk(served_model=response.get("model") or None, response_id=response.get("id") or None)


def _piece(event: Mapping[str, Any]) -> Chunk:
    match event.get("type"):
        case "response.output_text.delta":
            logprobs = tuple(map(token_logprob, event.get("logprobs") or ()))
            return Chunk(text=event["delta"], logprobs=logprobs)
        case "response.refusal.delta":
            return Chunk(text=event["delta"])
        case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
            return Chunk(reasoning=event["delta"])
        case "response.reasoning_summary_part.added":
            return Chunk(reasoning="\n\n" if event.get("summary_index") else "")
        case "response.function_call_arguments.delta":
            piece = ToolCallPiece(index=_index(event), arguments=event["delta"])
            return Chunk(tool_calls=(piece,))
    return Chunk()


def _index(event: Mapping[str, Any]) -> int:
    # llama.cpp does not number what it puts out, but finishes one thing before it begins the next.
    index: int = event.get("output_index", 0)
    return index


def _item(index: int, item: Mapping[str, Any]) -> Chunk:
    match item["type"]:
        case "message":
            parts = item["content"]
            return Chunk(
                text="".join(part.get("text") or part.get("refusal") or "" for part in parts),
                logprobs=tuple(token_logprob(each) for part in parts for each in part.get("logprobs") or ()),
            )
        case "reasoning":
            summary = "\n\n".join(part["text"] for part in item.get("summary") or ())
            thinking = "".join(part["text"] for part in item.get("content") or ())
            data = item.get("encrypted_content")
            thought = ThoughtPiece(index=index, text=summary, data=data, id=item.get("id"))
            # What is neither stored nor encrypted cannot go back.
            return Chunk(reasoning=thinking + summary, thoughts=(thought,) if data else ())
        case "function_call":
            call = ToolCallPiece(
                index=index, id=item["call_id"], name=item["name"], arguments=item.get("arguments") or ""
            )
            return Chunk(tool_calls=(call,))
    return Chunk()


def _end(response: Mapping[str, Any]) -> Chunk:
    usage = response.get("usage")
    return replace(
        _head(response),
        finish_reason=_finish_reason(response),
        usage=None if usage is None else _usage(usage),
        service_tier=response.get("service_tier") or None,
        reported_cost_usd=None if usage is None else cost_of(usage),
    )


def _finish_reason(response: Mapping[str, Any]) -> FinishReason:
    match response.get("status"):
        case "completed":
            return _why_completed(response)
        case "incomplete":
            details = response.get("incomplete_details") or {}
            return INCOMPLETE.get(details.get("reason", ""), "other")
        case "failed":
            return "error"
    return "other"


def _why_completed(response: Mapping[str, Any]) -> FinishReason:
    items = response.get("output") or ()
    said = [part for item in items if item["type"] == "message" for part in item["content"]]
    if any(part["type"] == "refusal" for part in said):
        return "content_filter"
    return "tool_calls" if any(item["type"] == "function_call" for item in items) else "stop"


def _usage(usage: Mapping[str, Any]) -> Usage:
    asked = usage.get("input_tokens_details") or {}
    return Usage(
        input_tokens=usage.get("input_tokens"),
        output_tokens=usage.get("output_tokens"),
        cache_read_tokens=asked.get("cached_tokens"),
        cache_write_tokens=asked.get("cache_write_tokens"),
        reasoning_tokens=(usage.get("output_tokens_details") or {}).get("reasoning_tokens"),
    )
