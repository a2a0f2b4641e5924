"""Anthropic's messages, from the server's side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workbench.simulator.wires import openai
from workbench.simulator.wires.interface import Ask, Reason, Refusal, Said
from workbench.simulator.wires.reading import count, field, last_of_user, text_of, tokens_of, turns

CHAT_PATH = "/v1/messages"
MODELS_PATH = "/v1/models"
STREAM_TYPE = "text/event-stream"
REQUEST_ID = "request-id"
BROKEN = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"te\n\n'

# Status, type, message.
_REFUSALS: dict[Reason, tuple[int, str, str]] = {
    "malformed": (400, "invalid_request_error", "{detail}"),
    "unauthorized": (401, "authentication_error", "invalid x-api-key"),
    "model_not_found": (404, "not_found_error", "model: {model}"),
    "context_length": (400, "invalid_request_error", "prompt is too long for the context window of {model}"),
    "rate_limit": (429, "rate_limit_error", "Too many requests to {model} for now."),
    "quota": (429, "rate_limit_error", "The spend limit of this workspace is reached."),
    "server_error": (500, "api_error", "Internal server error"),
    "overloaded": (529, "overloaded_error", "Overloaded"),
}
# https://platform.claude.com/docs/en/api/migration-2026-10-21
_NO_SAMPLING_SINCE = "2026-10-21"


def key(headers: Mapping[str, str]) -> str | None:
    """See `Wire`."""
    return headers.get("x-api-key") or openai.key(headers)


def read(body: Mapping[str, Any], headers: Mapping[str, str]) -> Ask:
    """See `Wire`."""
    version = headers.get("anthropic-version")
    if not version:
        raise Refusal("malformed", detail="anthropic-version: header is required")
    model = field(body, "model", str, "")
    if not model:
        raise Refusal("malformed", detail="model: Field required")
    max_tokens = count(body, "max_tokens")
    if max_tokens is None:
        raise Refusal("malformed", detail="max_tokens: Field required")
    if version >= _NO_SAMPLING_SINCE and (sampling := {"temperature", "top_p", "top_k"} & body.keys()):
        raise Refusal(
            "malformed", detail=f"{min(sampling)}: not supported since version {_NO_SAMPLING_SINCE}"
        )
    messages = turns(body)
    if unknown := {role for role, _ in messages} - {"user", "assistant"}:
        raise Refusal("malformed", detail=f"messages: role {min(unknown)!r} is not one of user and assistant")
    system = text_of(body.get("system"), where="system")
    return Ask(
        model=model,
        prompt=last_of_user(messages),
        input_tokens=tokens_of([system, *(text for _, text in messages)]),
        max_tokens=max_tokens,
        stop=tuple(map(str, field(body, "stop_sequences", list, []))),
        repeat=0,
        stream=field(body, "stream", bool, False),
    )


def whole(said: Said) -> dict[str, Any]:
    """See `Wire`."""
    usage = _input_usage(said) | {"output_tokens": said.output_tokens}
    return _message(said) | {
        "content": [{"type": "text", "text": said.text}],
        **_ending(said),
        "usage": usage,
    }


def opening(said: Said) -> bytes:
    """See `Wire`."""
    message = _message(said) | {"content": [], "stop_reason": None, "stop_sequence": None}
    return b"".join(
        [
            _event("message_start", message=message | {"usage": _input_usage(said) | {"output_tokens": 1}}),
            _event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
            _event("ping"),
        ]
    )


def piece(said: Said, token: str) -> bytes:  # noqa: ARG001 - the shape of a wire
    """See `Wire`."""
    return _event("content_block_delta", index=0, delta={"type": "text_delta", "text": token})


def closing(said: Said) -> bytes:
    """See `Wire`."""
    return b"".join(
        [
            _event("content_block_stop", index=0),
            _event("message_delta", delta=_ending(said), usage={"output_tokens": said.output_tokens}),
            _event("message_stop"),
        ]
    )


def refused(refusal: Refusal, request_id: str) -> tuple[int, dict[str, Any]]:
    """See `Wire`."""
    status, kind, words = _REFUSALS[refusal.reason]
    error: dict[str, Any] = {
        "type": kind,
        "message": words.format(detail=refusal.detail, model=refusal.model),
    }
    if refusal.reason == "quota":
        error["details"] = {"error_code": "enforced_spend_limit_reached"}
    return status, {"type": "error", "error": error, "request_id": request_id}


def stream_error(said: Said) -> bytes:
    """See `Wire`."""
    return _event(
        "error", error={"type": "overloaded_error", "message": "Overloaded"}, request_id=f"req_{said.id}"
    )


def listing(names: Sequence[str], at: datetime) -> dict[str, Any]:
    """See `Wire`."""
    models = [
        {"type": "model", "id": name, "display_name": name.capitalize(), "created_at": at.isoformat()}
        for name in names
    ]
    ends = {"first_id": names[0], "last_id": names[-1]} if names else {"first_id": None, "last_id": None}
    return {"data": models, "has_more": False, **ends}


def _message(said: Said) -> dict[str, Any]:
    return {"id": f"msg_{said.id}", "type": "message", "role": "assistant", "model": said.ask.model}


def _ending(said: Said) -> dict[str, Any]:
    stop = said.answer.stop
    if said.answer.finish == "length":
        return {"stop_reason": "max_tokens", "stop_sequence": None}
    return {"stop_reason": "end_turn" if stop is None else "stop_sequence", "stop_sequence": stop}


def _input_usage(said: Said) -> dict[str, Any]:
    return {
        "input_tokens": said.ask.input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "service_tier": "standard",
    }


def _event(kind: str, **fields: Any) -> bytes:
    data = json.dumps({"type": kind, **fields}, separators=(",", ":"))
    return f"event: {kind}\ndata: {data}\n\n".encode()
