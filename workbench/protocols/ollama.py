"""Ollama's own chat protocol.

The base URL is the bare host; a stream is one JSON object a line. Ollama silently cuts a prompt to `num_ctx`
tokens: set it through `Params.extra`. `prompt_eval_count` may be missing where the prompt was in its cache.

Source: https://docs.ollama.com/api/chat
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.calls import (
    Chunk,
    Completion,
    FinishReason,
    ModelInfo,
    ThoughtPiece,
    ToolCallPiece,
    Usage,
    fold,
)
from workbench.protocols.error_words import error_words
from workbench.protocols.interface import ErrorWords
from workbench.protocols.ollama_requests import CARRIES, decode_request, encode
from workbench.protocols.openai_logprobs import token_logprob

__all__ = [
    "CARRIES",
    "END",
    "MODELS_PATH",
    "decode",
    "decode_error",
    "decode_event",
    "decode_models",
    "decode_request",
    "decode_show",
    "encode",
    "encode_show",
]

MODELS_PATH = "/api/tags"
SHOW_PATH = "/api/show"
END: str | None = None

FINISH_REASONS: Mapping[str, FinishReason] = {"stop": "stop", "length": "length"}


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    return fold([_chunk(body, body["message"])])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One line.

    A tool call comes whole. Its index is the one that the server writes, or else its place in the line;
    its id is `call_` and the index where the server (before 0.12.10) writes none. An answer that calls tools
    ends with `stop`, as the server says.
    """
    return _chunk(event, event.get("message") or {})


def decode_error(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error says: Ollama gives a text and no code. `None` where there is none."""
    return error_words(body)


def decode_models(body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """The models on this server; what they can do is told of each alone."""
    return tuple(ModelInfo(id=model["model"]) for model in body["models"])


def encode_show(model: str) -> tuple[str, dict[str, Any]]:
    """Path and body by which the server tells about a model."""
    return SHOW_PATH, {"model": model}


def decode_show(body: Mapping[str, Any]) -> ModelInfo:
    """What a model can do, and the context that it was made for: the server may give it less (`num_ctx`).

    Its id is empty, for the answer does not repeat it.
    """
    facts = body.get("model_info") or {}
    told: list[str] | None = body.get("capabilities")

    def can(what: str) -> bool | None:
        return None if told is None else what in told

    return ModelInfo(
        id="",
        context_tokens=next((facts[name] for name in facts if name.endswith(".context_length")), None),
        images=can("vision"),
        tools=can("tools"),
        reasoning=can("thinking"),
        chat=can("completion"),
    )


def ending(body: Mapping[str, Any], **content: Any) -> Chunk:
    """A piece with its content, and what the last line of an answer says of the whole."""
    reason = body.get("done_reason")
    usage = Usage(input_tokens=body.get("prompt_eval_count"), output_tokens=body.get("eval_count"))
    return Chunk(
        **content,
        logprobs=tuple(token_logprob(each) for each in body.get("logprobs") or ()),
        finish_reason=FINISH_REASONS.get(reason, "other") if reason else None,
        usage=None if usage == Usage() else usage,
        served_model=body.get("model"),
        done=body.get("done", False),
    )


def _chunk(body: Mapping[str, Any], message: Mapping[str, Any]) -> Chunk:
    thinking = message.get("thinking") or ""
    return ending(
        body,
        text=message.get("content") or "",
        reasoning=thinking,
        thoughts=(ThoughtPiece(index=0, text=thinking),) if thinking else (),
        tool_calls=tuple(
            _tool_call(place, call) for place, call in enumerate(message.get("tool_calls") or ())
        ),
    )


def _tool_call(place: int, call: Mapping[str, Any]) -> ToolCallPiece:
    function = call["function"]
    index = function.get("index", place)
    return ToolCallPiece(
        index=index,
        id=call.get("id") or f"call_{index}",
        name=function["name"],
        arguments=json.dumps(function["arguments"], ensure_ascii=False, separators=(",", ":")),
        whole=True,
    )
