"""Ollama's own chat, from the server's side."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workbench.simulator.wires import openai
from workbench.simulator.wires.interface import Ask, Reason, Refusal, Said
from workbench.simulator.wires.reading import field, last_of_user, tokens_of, turns

CHAT_PATH = "/api/chat"
MODELS_PATH = "/api/tags"
STREAM_TYPE = "application/x-ndjson"
REQUEST_ID = "x-request-id"
BROKEN = b'{"model":"broken","message":{"role":"assistant","con\n'

# Status and message. The cloud says 402 where the account is out of money.
_REFUSALS: dict[Reason, tuple[int, str]] = {
    "malformed": (400, "{detail}"),
    "unauthorized": (401, "unauthorized"),
    "model_not_found": (404, "model '{model}' not found"),
    "context_length": (400, "the input does not fit into the context length of {model}"),
    "rate_limit": (429, "too many requests"),
    "quota": (402, "payment required: the quota of this account is used up"),
    "server_error": (500, "internal server error"),
    "overloaded": (529, "server overloaded"),
}

key = openai.key


def read(body: Mapping[str, Any], headers: Mapping[str, str]) -> Ask:  # noqa: ARG001 - the shape of a wire
    """See `Wire`."""
    model = field(body, "model", str, "")
    if not model:
        raise Refusal("malformed", detail="model is required")
    messages = turns(body)
    options = field(body, "options", dict, {})
    longest = field(options, "num_predict", int, -1)
    stop = field(options, "stop", (str, list), [])
    return Ask(
        model=model,
        prompt=last_of_user(messages),
        input_tokens=tokens_of(text for _, text in messages),
        max_tokens=longest if longest > 0 else None,
        stop=(stop,) if isinstance(stop, str) else tuple(map(str, stop)),
        repeat=field(options, "seed", int, 0),
        stream=field(body, "stream", bool, True),
    )


def whole(said: Said) -> dict[str, Any]:
    """See `Wire`."""
    return _line(said, said.text) | _ending(said)


def opening(said: Said) -> bytes:  # noqa: ARG001 - the shape of a wire
    """See `Wire`; Ollama says nothing before the first token."""
    return b""


def piece(said: Said, token: str) -> bytes:
    """See `Wire`."""
    return _event(_line(said, token) | {"done": False})


def closing(said: Said) -> bytes:
    """See `Wire`."""
    return _event(_line(said, "") | _ending(said))


def refused(refusal: Refusal, request_id: str) -> tuple[int, dict[str, Any]]:  # noqa: ARG001 - the shape of a wire
    """See `Wire`."""
    status, words = _REFUSALS[refusal.reason]
    return status, {"error": words.format(detail=refusal.detail, model=refusal.model)}


def stream_error(said: Said) -> bytes:
    """See `Wire`."""
    return _event(refused(Refusal("server_error", model=said.ask.model), said.id)[1])


def listing(names: Sequence[str], at: datetime) -> dict[str, Any]:
    """See `Wire`."""
    return {
        "models": [
            {
                "name": name,
                "model": name,
                "modified_at": at.isoformat(),
                "size": 0,
                "digest": hashlib.sha256(name.encode()).hexdigest(),
                "details": {
                    "parent_model": "",
                    "format": "simulated",
                    "family": "simulated",
                    "families": ["simulated"],
                    "parameter_size": "0B",
                    "quantization_level": "none",
                },
            }
            for name in names
        ]
    }


def _line(said: Said, text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {"model": said.ask.model, "created_at": said.at.isoformat(), "message": message}


def _ending(said: Said) -> dict[str, Any]:
    # Durations are nanoseconds.
    return {
        "done": True,
        "done_reason": said.answer.finish,
        "total_duration": round((said.ttft_s + said.generation_s) * 1e9),
        "load_duration": 0,
        "prompt_eval_count": said.ask.input_tokens,
        "prompt_eval_duration": round(said.ttft_s * 1e9),
        "eval_count": said.output_tokens,
        "eval_duration": round(said.generation_s * 1e9),
    }


def _event(data: dict[str, Any]) -> bytes:
    return json.dumps(data, separators=(",", ":")).encode() + b"\n"
