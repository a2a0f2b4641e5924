"""OpenAI's chat completions, which most hosts and local servers speak too.

The base URL ends in `/v1`. Dialects are read too: reasoning as `reasoning_content` (DeepSeek, llama.cpp,
older vLLM), `reasoning` (OpenRouter, Groq, newer vLLM) or parts of the content (Mistral, Databricks); cache
counts of DeepSeek and Moonshot; costs of OpenRouter, xAI and Perplexity. Annotations and audio stay in `raw`.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.calls import Chunk, Completion, FinishReason, ThoughtPiece, ToolCallPiece, fold
from workbench.protocols.error_words import error_words
from workbench.protocols.interface import ErrorWords
from workbench.protocols.openai_logprobs import logprobs_of
from workbench.protocols.openai_models import decode_models, next_page
from workbench.protocols.openai_reasoning import pieces_of
from workbench.protocols.openai_requests import CARRIES, decode_request, encode
from workbench.protocols.openai_usage import cost_of, usage_of

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

MODELS_PATH = "/models"
END: str | None = "[DONE]"

FINISH_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",  # Together
    "eos_token": "stop",  # TGI
    "stop_sequence": "stop",  # TGI
    "end_turn": "stop",  # Claude behind Databricks and gateways
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",  # Mistral
    "model_context_window_exceeded": "length",  # Z.ai
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "sensitive": "content_filter",  # Z.ai
    "error": "error",  # OpenRouter
    "network_error": "error",  # Z.ai
    "insufficient_system_resource": "error",  # DeepSeek
}


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    first, others = _choices(body["choices"])
    # Azure leaves the message out where its filter let nothing through.
    message = {} if first.get("finish_reason") == "content_filter" else first["message"]
    return fold([_chunk(body, first, first.get("message") or message, _others(others, "message"))])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One event; those without a choice carry the usage, or Azure's verdict on the prompt.

    No event is `done`: the text `[DONE]` is. A refusal comes as text; its chunks say `content_filter`.
    """
    first, others = _choices(event.get("choices") or ())
    return _chunk(event, first, first.get("delta") or {}, _others(others, "delta"))


def decode_error(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error says, in the words of OpenAI or of a compatible server; `None` where there is none."""
    match body:
        case {"choices": [{"error": error}, *_]} if error:  # OpenRouter, beside the text that had come
            return error_words({"error": error})
    return error_words(body)


def finish_reason(reason: str | None) -> FinishReason | None:
    """Why the answer ended, in our words; `None` where it goes on."""
    return FINISH_REASONS.get(reason, "other") if reason else None


def _choices(
    choices: Sequence[Mapping[str, Any]],
) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """The choice that is the completion, and the further ones."""
    first: Mapping[str, Any] = {}
    others = []
    for choice in choices:
        if choice.get("index"):
            others.append(choice)
        else:
            first = first or choice
    return first, others


def _others(choices: Sequence[Mapping[str, Any]], name: str) -> tuple[tuple[int, str], ...]:
    return tuple(
        (int(choice["index"]), _content((choice.get(name) or {}).get("content"))[0]) for choice in choices
    )


def _chunk(
    body: Mapping[str, Any],
    choice: Mapping[str, Any],
    piece: Mapping[str, Any],
    alternatives: tuple[tuple[int, str], ...],
) -> Chunk:
    text, thinking = _content(piece.get("content"))
    refusal = piece.get("refusal") or ""
    # In its streams Moonshot counts inside the choice, and Groq in a field of its own where none were asked.
    usage = body.get("usage") or choice.get("usage") or (body.get("x_groq") or {}).get("usage")
    thought = piece.get("reasoning_content")
    thoughts = tuple(pieces_of(piece.get("reasoning_details") or ()))
    if thought is not None and not thoughts:
        thoughts = (ThoughtPiece(index=0, text=thought),)
    return Chunk(
        text=text + refusal,
        reasoning=thought or piece.get("reasoning") or thinking,
        thoughts=thoughts,
        tool_calls=tuple(_tool_calls(piece)),
        logprobs=logprobs_of(choice.get("logprobs"), text),
        alternatives=alternatives,
        finish_reason="content_filter" if refusal else finish_reason(choice.get("finish_reason")),
        usage=None if usage is None else usage_of(usage),
        served_model=body.get("model") or None,
        response_id=body.get("id") or None,
        service_tier=body.get("service_tier") or None,
        reported_cost_usd=None if usage is None else cost_of(usage),
    )


def _content(content: Any) -> tuple[str, str]:
    """Visible text and thinking, which Mistral and Databricks send as a list of both."""
    if content is None or isinstance(content, str):
        return content or "", ""
    text, thinking = [], []
    for part in content:
        match part:
            case {"type": "text", "text": words}:
                text.append(words)
            case {"type": "thinking", "thinking": thoughts} | {"type": "reasoning", "summary": thoughts}:
                thinking += [thought.get("text", "") for thought in thoughts]
            case {"type": "reasoning", "text": str(words)}:
                thinking.append(words)
    return "".join(text), "".join(thinking)


def _tool_calls(piece: Mapping[str, Any]) -> Iterator[ToolCallPiece]:
    calls = piece.get("tool_calls") or ()
    if not calls and piece.get("function_call"):  # as OpenAI wrote it at first
        calls = ({"function": piece["function_call"]},)
    for place, call in enumerate(calls):
        function = call.get("function") or {}
        arguments = function.get("arguments")
        yield ToolCallPiece(
            # Whole answers number their calls by place only, and some servers' streams do too.
            index=place if call.get("index") is None else call["index"],
            id=call.get("id") or "",
            name=function.get("name") or "",
            # Text; a few servers send the object itself.
            arguments=json.dumps(arguments, ensure_ascii=False)
            if isinstance(arguments, Mapping)
            else arguments or "",
        )
