"""OpenAI's chat completions and embeddings, from the server's side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workbench.simulator.vectors import DIMENSIONS, MOST_TEXTS, vector
from workbench.simulator.wires.interface import Ask, Reason, Refusal, Said
from workbench.simulator.wires.reading import count, field, last_of_user, tokens_of, turns

CHAT_PATH = "/v1/chat/completions"
MODELS_PATH = "/v1/models"
STREAM_TYPE = "text/event-stream"
REQUEST_ID = "x-request-id"
BROKEN = b'data: {"id":"chatcmpl-broken","choices":[{"index":0,"delta":{"con\n\n'

# Status, type, code, message.
_REFUSALS: dict[Reason, tuple[int, str, str | None, str]] = {
    "malformed": (400, "invalid_request_error", None, "{detail}"),
    "unauthorized": (
        401,
        "invalid_request_error",
        "invalid_api_key",
        "Incorrect API key provided: {detail}.",
    ),
    "model_not_found": (
        404,
        "invalid_request_error",
        "model_not_found",
        "The model `{model}` does not exist or you have no access to it.",
    ),
    "context_length": (
        400,
        "invalid_request_error",
        "context_length_exceeded",
        "The messages do not fit into the maximum context length of `{model}`.",
    ),
    "rate_limit": (
        429,
        "requests",
        "rate_limit_exceeded",
        "Rate limit reached for `{model}`: try again later.",
    ),
    "quota": (429, "insufficient_quota", "insufficient_quota", "The quota of this account is used up."),
    "server_error": (500, "server_error", None, "The server failed while it worked on the request."),
    "overloaded": (529, "overloaded_error", "overloaded", "`{model}` is overloaded: try again later."),
}


def key(headers: Mapping[str, str]) -> str | None:
    """See `Wire`."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return value if scheme.lower() == "bearer" and value else None


def read(body: Mapping[str, Any], headers: Mapping[str, str]) -> Ask:  # noqa: ARG001 - the shape of a wire
    """See `Wire`."""
    model = field(body, "model", str, "")
    if not model:
        raise Refusal("malformed", detail="model: a model is required")
    messages = turns(body)
    stop = field(body, "stop", (str, list), [])
    form = field(field(body, "response_format", dict, {}), "json_schema", dict, {})
    return Ask(
        model=model,
        prompt=last_of_user(messages),
        input_tokens=tokens_of(text for _, text in messages),
        max_tokens=count(body, "max_completion_tokens") or count(body, "max_tokens"),
        stop=(stop,) if isinstance(stop, str) else tuple(map(str, stop)),
        repeat=field(body, "seed", int, 0),
        stream=field(body, "stream", bool, False),
        include_usage=bool(field(body, "stream_options", dict, {}).get("include_usage")),
        schema=field(form, "schema", dict, None),
    )


def whole(said: Said) -> dict[str, Any]:
    """See `Wire`."""
    message: dict[str, Any] = {"role": "assistant", "content": said.text, "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": said.answer.finish}
    return head(said, "chat.completion") | {"choices": [choice], "usage": usage(said)}


def opening(said: Said) -> bytes:
    """See `Wire`."""
    return _chunk(said, {"role": "assistant", "content": "", "refusal": None})


def piece(said: Said, token: str) -> bytes:
    """See `Wire`."""
    return _chunk(said, {"content": token})


def closing(said: Said) -> bytes:
    """See `Wire`."""
    frames = [_chunk(said, {}, finish_reason=said.answer.finish)]
    if said.ask.include_usage:
        frames.append(event(head(said, "chat.completion.chunk") | {"choices": [], "usage": usage(said)}))
    return b"".join([*frames, b"data: [DONE]\n\n"])


def refused(refusal: Refusal, request_id: str) -> tuple[int, dict[str, Any]]:  # noqa: ARG001 - the shape of a wire
    """See `Wire`."""
    status, kind, code, words = _REFUSALS[refusal.reason]
    detail = _masked(refusal.detail) if refusal.reason == "unauthorized" else refusal.detail
    message = words.format(detail=detail, model=refusal.model)
    param = {"malformed": refusal.detail.partition(":")[0], "context_length": "messages"}.get(refusal.reason)
    return status, {"error": {"message": message, "type": kind, "param": param, "code": code}}


def stream_error(said: Said) -> bytes:
    """See `Wire`."""
    return event(refused(Refusal("server_error", model=said.ask.model), said.id)[1])


def listing(names: Sequence[str], at: datetime) -> dict[str, Any]:
    """See `Wire`."""
    created = int(at.timestamp())
    models = [{"id": name, "object": "model", "created": created, "owned_by": "simulator"} for name in names]
    return {"object": "list", "data": models}


def texts(body: Mapping[str, Any]) -> tuple[list[str], int]:
    """The texts of a request for embeddings, and how long the vectors are to be."""
    asked = field(body, "input", (str, list), [])
    found = [asked] if isinstance(asked, str) else asked
    if not found or len(found) > MOST_TEXTS or not all(isinstance(text, str) and text for text in found):
        raise Refusal("malformed", detail=f"input: 1 to {MOST_TEXTS} texts that are not empty are required")
    return found, count(body, "dimensions") or DIMENSIONS


def embedded(model: str, found: Sequence[str], dimensions: int) -> dict[str, Any]:
    """The answer to a request for embeddings."""
    input_tokens = tokens_of(found)
    return {
        "object": "list",
        "model": model,
        "data": [
            {"object": "embedding", "index": index, "embedding": vector(text, dimensions)}
            for index, text in enumerate(found)
        ],
        "usage": {"prompt_tokens": input_tokens, "total_tokens": input_tokens},
    }


def head(said: Said, kind: str) -> dict[str, Any]:
    """What every answer and every event begins with."""
    return {
        "id": f"chatcmpl-{said.id}",
        "object": kind,
        "created": int(said.at.timestamp()),
        "model": said.ask.model,
        "service_tier": "default",
        "system_fingerprint": "fp_simulator",
    }


def _chunk(said: Said, delta: dict[str, Any], *, finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    unknown = {"usage": None} if said.ask.include_usage else {}
    return event(head(said, "chat.completion.chunk") | {"choices": [choice]} | unknown)


def event(data: dict[str, Any]) -> bytes:
    """An event of a stream."""
    return b"data: " + json.dumps(data, separators=(",", ":")).encode() + b"\n\n"


def usage(said: Said) -> dict[str, Any]:
    """The tokens of question and answer."""
    return {
        "prompt_tokens": said.ask.input_tokens,
        "completion_tokens": said.output_tokens,
        "total_tokens": said.ask.input_tokens + said.output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def _masked(sent: str) -> str:
    # The real one echoes both ends of the key, so a client that quotes the message has to redact it.
    return f"{sent[:8]}{'*' * 8}{sent[-4:]}" if len(sent) > 12 else f"{sent[:2]}{'*' * 8}"
