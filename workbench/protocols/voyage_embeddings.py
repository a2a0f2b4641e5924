"""Voyage's embeddings: OpenAI's, but for the names of two parameters; at most 1,000 texts of one request.

Source: https://docs.voyageai.com/reference/embeddings-api
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.calls import Chunk, Completion, Params, Request
from workbench.errors import ConfigError
from workbench.protocols import openai_embeddings
from workbench.protocols.decoding import turns_of, with_rest
from workbench.protocols.encoding import only, present
from workbench.protocols.openai_embeddings import END, decode_error, decode_models

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

MODELS_PATH = ""  # there is none
CARRIES = frozenset({"dimensions", "input_type"})
INPUT_TYPES: Mapping[str, str] = {"search_query": "query", "search_document": "document"}


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Raises:
        ConfigError: There is no text, a turn that is not the user's plain text, or an `input_type` that
            Voyage does not tell from others.
    """
    only(request, CARRIES, protocol="voyage_embeddings")
    params = request.params
    if params.input_type not in {None, *INPUT_TYPES}:
        raise ConfigError(
            f"voyage has no input_type {params.input_type!r}: write one of {', '.join(INPUT_TYPES)}, or none"
        )
    plain = replace(request, params=Params())
    path, body = openai_embeddings.encode(plain)
    del body["encoding_format"]  # Voyage knows none but base64, and sends numbers where nothing is said
    body |= present(input_type=INPUT_TYPES.get(params.input_type or ""), output_dimension=params.dimensions)
    return path, body | dict(params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks."""
    ours = {theirs: name for name, theirs in INPUT_TYPES.items()}
    params = Params(
        dimensions=body.get("output_dimension"), input_type=ours.get(body.get("input_type") or "")
    )
    request = Request(model=body["model"], messages=turns_of(body["input"]), params=params)
    return with_rest(request, body, encode(request)[1])


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer, its vectors in the order of the texts."""
    return openai_embeddings.decode(_with_prompt_tokens(body))


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """A whole answer as one event: embeddings do not stream."""
    return openai_embeddings.decode_event(_with_prompt_tokens(event))


def _with_prompt_tokens(body: Mapping[str, Any]) -> Mapping[str, Any]:
    # Voyage tells the total alone, and there are no others.
    total = (body.get("usage") or {}).get("total_tokens")
    return body if total is None else {**body, "usage": {"prompt_tokens": total}}
