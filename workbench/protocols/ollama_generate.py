"""Ollama's text completions.

Source: https://docs.ollama.com/api/generate
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.calls import Chunk, Completion, OutputSchema, Request, fold
from workbench.protocols.decoding import turns_of, with_rest
from workbench.protocols.encoding import only, prompt_of
from workbench.protocols.ollama import (
    END,
    MODELS_PATH,
    decode_error,
    decode_models,
    decode_show,
    encode_show,
    ending,
)
from workbench.protocols.ollama_requests import CARRIES as CHAT_CARRIES
from workbench.protocols.ollama_requests import body_of, params_of, think_of

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

PATH = "/api/generate"
CARRIES = CHAT_CARRIES - {"tools", "images"}
# What only a template has a place for, and so not a prompt that goes to the model as it is.
TEMPLATED = frozenset({"suffix", "system", "template", "context"})


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    The prompt goes to the model as it is (`raw`), unless `extra` has what needs the model's template, such as
    a `suffix`, or says otherwise.

    Raises:
        ConfigError: The request is not one plain text.
    """
    only(request, CARRIES, protocol="ollama_generate")
    return PATH, body_of(
        request,
        prompt=prompt_of(request, protocol="ollama_generate"),
        raw=None if TEMPLATED & request.params.extra.keys() else True,
        format=None if request.output is None else dict(request.output.schema),
        think=think_of(request.params.reasoning_effort),
    )


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; one that leaves out `raw` says `False` by that."""
    output = body.get("format")
    request = Request(
        model=body["model"],
        messages=turns_of(body["prompt"]),
        params=params_of(body),
        output=OutputSchema(schema=output) if isinstance(output, dict) else None,
        stream=body.get("stream", True),
    )
    said = body if TEMPLATED & body.keys() else {"raw": False, **body}
    return with_rest(request, said, encode(request)[1])


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    return fold([_chunk(body, body["response"])])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One line."""
    return _chunk(event, event.get("response") or "")


def _chunk(body: Mapping[str, Any], text: str) -> Chunk:
    return ending(body, text=text, reasoning=body.get("thinking") or "")
