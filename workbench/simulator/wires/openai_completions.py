"""OpenAI's text completions, from the server's side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.simulator.wires.interface import Ask, Refusal, Said
from workbench.simulator.wires.openai import (
    BROKEN,
    MODELS_PATH,
    REQUEST_ID,
    STREAM_TYPE,
    event,
    head,
    key,
    listing,
    refused,
    stream_error,
    usage,
)
from workbench.simulator.wires.openai import read as read_chat
from workbench.simulator.wires.reading import field

__all__ = [
    "BROKEN",
    "CHAT_PATH",
    "MODELS_PATH",
    "REQUEST_ID",
    "STREAM_TYPE",
    "closing",
    "key",
    "listing",
    "opening",
    "piece",
    "read",
    "refused",
    "stream_error",
    "whole",
]

CHAT_PATH = "/v1/completions"


def read(body: Mapping[str, Any], headers: Mapping[str, str]) -> Ask:
    """See `Wire`; of the prompts that the protocol knows only a single text is taken."""
    prompt = field(body, "prompt", str, "")
    if not prompt:
        raise Refusal("malformed", detail="prompt: a text is required")
    return read_chat({**body, "messages": [{"role": "user", "content": prompt}]}, headers)


def whole(said: Said) -> dict[str, Any]:
    """See `Wire`."""
    return _body(said, said.text, said.answer.finish) | {"usage": usage(said)}


def opening(said: Said) -> bytes:  # noqa: ARG001 - the shape of a wire
    """Nothing: a text has no role to begin with."""
    return b""


def piece(said: Said, token: str) -> bytes:
    """See `Wire`."""
    return event(_body(said, token, None))


def closing(said: Said) -> bytes:
    """See `Wire`."""
    frames = [event(_body(said, "", said.answer.finish))]
    if said.ask.include_usage:
        frames.append(event(head(said, "text_completion") | {"choices": [], "usage": usage(said)}))
    return b"".join([*frames, b"data: [DONE]\n\n"])


def _body(said: Said, text: str, finish_reason: str | None) -> dict[str, Any]:
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": finish_reason}
    return head(said, "text_completion") | {"choices": [choice]}
