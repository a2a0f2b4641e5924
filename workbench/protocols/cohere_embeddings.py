"""Cohere's embeddings, version 2: at most 96 texts of one request.

Source: https://docs.cohere.com/reference/embed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.calls import Chunk, Completion, Params, Request, Usage, fold
from workbench.protocols.cohere import END, MODELS_PATH, decode_error, decode_models
from workbench.protocols.decoding import turns_of, with_rest
from workbench.protocols.encoding import only, present, texts_of

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

PATH = "/v2/embed"
CARRIES = frozenset({"dimensions", "input_type"})
DEFAULT_INPUT_TYPE = "search_document"
"""Sent where a request says nothing, because the protocol wants one."""


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Raises:
        ConfigError: There is no text, or a turn that is not the user's plain text.
    """
    only(request, CARRIES, protocol="cohere_embeddings")
    params = request.params
    body = present(
        model=request.model,
        texts=texts_of(request, protocol="cohere_embeddings"),
        input_type=DEFAULT_INPUT_TYPE if params.input_type is None else params.input_type,
        embedding_types=["float"],
        output_dimension=params.dimensions,
    )
    return PATH, body | dict(params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks."""
    params = Params(input_type=body["input_type"], dimensions=body.get("output_dimension"))
    request = Request(model=body["model"], messages=turns_of(body["texts"]), params=params)
    return with_rest(request, body, encode(request)[1])


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer, its vectors in the order of the texts, its tokens those that are billed."""
    return fold([_chunk(body, body["embeddings"]["float"])])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """A whole answer as one event: embeddings do not stream."""
    return _chunk(event, (event.get("embeddings") or {}).get("float") or ())


def _chunk(body: Mapping[str, Any], vectors: Sequence[Sequence[float]]) -> Chunk:
    billed = ((body.get("meta") or {}).get("billed_units") or {}).get("input_tokens")
    return Chunk(
        vectors=tuple(tuple(map(float, vector)) for vector in vectors),
        finish_reason="stop" if vectors else None,
        usage=None if billed is None else Usage(input_tokens=int(billed)),
        response_id=body.get("id") or None,
    )
