"""Gemini's generateContent, as the Developer API and Vertex AI serve it.

The base URL ends before `/models`. A stream has no end of its own: whoever asks for several answers gets
several reasons to finish, and what comes after the last one still counts.

Source: https://ai.google.dev/api/generate-content
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.calls import (
    Chunk,
    Completion,
    FinishReason,
    Request,
    ThoughtPiece,
    TokenLogprob,
    ToolCallPiece,
    Usage,
    fold,
)
from workbench.protocols.gemini_errors import decode_error
from workbench.protocols.gemini_parts import SIGNED, call_of
from workbench.protocols.gemini_requests import CARRIES, decode_request, encode, path_of
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
    "next_page",
]

MODELS_PATH = "/models?pageSize=1000"  # of themselves they come by fifty
END: str | None = None

FINISH_REASONS: Mapping[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    **dict.fromkeys(
        (
            *("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "ESCALATION"),
            *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR"),
            "PUP_LIMITED_DISABLED",
        ),
        "content_filter",
    ),
    **dict.fromkeys(
        (
            *("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"),
            *("MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE"),
        ),
        "error",
    ),
    **dict.fromkeys(("FINISH_REASON_UNSPECIFIED", "OTHER", "IMAGE_OTHER", "NO_IMAGE"), "other"),
}


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer; a prompt that was blocked gives one without text, ended by `content_filter`."""
    # One without anything in it has no candidates either, and tells of its tokens alone.
    empty = "candidates" not in body and {"promptFeedback", "usageMetadata"} & body.keys()
    return fold([_chunk(body, [] if empty else body["candidates"])])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One event: a piece of the answer, in the shape of a whole one.

    A call of a function comes whole, and counts as the reason to finish, for which Gemini says `STOP`. One
    without an id gets one of its name and arguments; `fold` tells equal ones apart.
    """
    return _chunk(event, event.get("candidates") or ())


def decode_models(body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """A page of the listing."""
    return tuple(_model(model) for model in body["models"])


def next_page(body: Mapping[str, Any]) -> dict[str, str] | None:
    """Parameters of the listing's next page; `None` after the last."""
    token = body.get("nextPageToken")
    return {"pageToken": token} if token else None


def encode_count(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body of the question how many tokens a request has.

    Raises:
        ConfigError: As `encode` does.
    """
    body = encode(request)[1]
    path = path_of(request.model, "countTokens")
    # Beside the turns alone it counts a whole request, which has to name its model again.
    model = path.removeprefix("/").removesuffix(":countTokens")
    return path, {"generateContentRequest": {"model": model} | body}


def decode_count(body: Mapping[str, Any]) -> int:
    """The tokens of a request, as they are counted by `encode_count`."""
    tokens: int = body["totalTokens"]
    return tokens


def _chunk(event: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]]) -> Chunk:
    numbered = {candidate.get("index", 0): candidate for candidate in candidates}
    first = numbered.pop(0, {})
    parts = _parts(first)
    calls = tuple(_calls(parts))
    usage = event.get("usageMetadata")
    return Chunk(
        text=_text(parts),
        reasoning="".join(part["text"] for part in parts if part.get("thought") and part.get("text")),
        tool_calls=calls,
        thoughts=tuple(_thoughts(parts)),
        logprobs=tuple(_logprobs(first.get("logprobsResult") or {})),
        alternatives=tuple((index, _text(_parts(other))) for index, other in sorted(numbered.items())),
        finish_reason=_finish_reason(first, event.get("promptFeedback") or {}, called=bool(calls)),
        usage=None if usage is None else _usage(usage),
        served_model=event.get("modelVersion"),
        response_id=event.get("responseId"),
        service_tier=(usage or {}).get("serviceTier"),
    )


def _parts(candidate: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return (candidate.get("content") or {}).get("parts") or ()


def _text(parts: Sequence[Mapping[str, Any]]) -> str:
    return "".join(part["text"] for part in parts if part.get("text") and not part.get("thought"))


def _calls(parts: Sequence[Mapping[str, Any]]) -> Iterator[ToolCallPiece]:
    for call in (call_of(part) for part in parts if "functionCall" in part):
        # An event does not say how many calls came in those before it.
        yield ToolCallPiece(
            index=0,
            id=call.id,
            name=call.name,
            arguments=call.arguments,
            signature=call.signature,
            whole=True,
        )


def _thoughts(parts: Sequence[Mapping[str, Any]]) -> Iterator[ThoughtPiece]:
    for part in parts:
        if part.get("thoughtSignature") and "functionCall" not in part:
            yield ThoughtPiece(index=0, signature=part["thoughtSignature"], id=SIGNED)


def _logprobs(result: Mapping[str, Any]) -> Iterator[TokenLogprob]:
    chosen = [_token(token) for token in result.get("chosenCandidates") or ()]
    likeliest = [each.get("candidates") or () for each in result.get("topCandidates") or ()]
    for place, (token, logprob) in enumerate(chosen):
        rivals = likeliest[place] if place < len(likeliest) else ()
        yield TokenLogprob(token=token, logprob=logprob, top=tuple(_token(rival) for rival in rivals))


def _token(token: Mapping[str, Any]) -> tuple[str, float]:
    return token.get("token", ""), token.get("logProbability", 0.0)  # what is 0 is left out


def _finish_reason(
    candidate: Mapping[str, Any], feedback: Mapping[str, Any], *, called: bool
) -> FinishReason | None:
    word = candidate.get("finishReason")
    if word is None and feedback.get("blockReason"):
        return "content_filter"
    reason = None if word is None else FINISH_REASONS.get(word, "other")
    return "tool_calls" if called and reason in {None, "stop"} else reason


def _usage(usage: Mapping[str, Any]) -> Usage:
    prompt, read, thought = (
        usage.get(name) for name in ("promptTokenCount", "cachedContentTokenCount", "thoughtsTokenCount")
    )
    told = {"candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount"} & usage.keys()
    return Usage(
        # Results of Google's own tools are read as a second prompt.
        input_tokens=None if prompt is None else prompt + (usage.get("toolUsePromptTokenCount") or 0),
        # Thoughts are counted apart. Numbers that are 0 are left out.
        output_tokens=(usage.get("candidatesTokenCount") or 0) + (thought or 0) if told else None,
        cache_read_tokens=read,
        reasoning_tokens=thought,
        input_audio_tokens=_of_audio(usage.get("promptTokensDetails")),
        output_audio_tokens=_of_audio(usage.get("candidatesTokensDetails")),
    )


def _of_audio(details: Sequence[Mapping[str, Any]] | None) -> int | None:
    counts = [each.get("tokenCount", 0) for each in details or () if each.get("modality") == "AUDIO"]
    return sum(counts) if counts else None


def _model(model: Mapping[str, Any]) -> ModelInfo:
    methods = model.get("supportedGenerationMethods")
    return ModelInfo(
        id=model["name"].removeprefix("models/"),
        context_tokens=model.get("inputTokenLimit"),
        output_tokens=model.get("outputTokenLimit"),
        reasoning=model.get("thinking"),
        chat=None if methods is None else "generateContent" in methods,
    )
