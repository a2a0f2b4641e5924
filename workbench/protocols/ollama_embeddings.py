"""Ollama's embeddings.

Source: https://docs.ollama.com/api/embed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.calls import Chunk, Completion, Params, Request, Usage, fold
from workbench.protocols.decoding import turns_of, with_rest
from workbench.protocols.encoding import only, present, texts_of
from workbench.protocols.ollama import (
    END,
    MODELS_PATH,
    decode_error,
    decode_models,
    decode_show,
    encode_show,
)

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

PATH = "/api/embed"
CARRIES = frozenset({"dimensions"})


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body. Ollama cuts texts that are too long, unless `extra` has `truncate` as `False`.

    Raises:
        ConfigError: There is no text, or a turn that is not the user's plain text.
    """
    only(request, CARRIES, protocol="ollama_embeddings")
    texts = texts_of(request, protocol="ollama_embeddings")
    body = present(model=request.model, input=texts, dimensions=request.params.dimensions)
    return PATH, body | dict(request.params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks."""
    params = Params(dimensions=body.get("dimensions"))
    request = Request(model=body["model"], messages=turns_of(body["input"]), params=params)
    return with_rest(request, body, encode(request)[1])


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer, its vectors in the order of the texts; that of the older `/api/embeddings` has one."""
    return fold([_chunk(body, [body["embedding"]] if "embedding" in body else body["embeddings"])])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """A whole answer as one event: embeddings do not stream."""
    return _chunk(event, [event["embedding"]] if "embedding" in event else event.get("embeddings") or ())


def _chunk(body: Mapping[str, Any], vectors: Sequence[Sequence[float]]) -> Chunk:
    count = body.get("prompt_eval_count")
    return Chunk(
        vectors=tuple(tuple(map(float, vector)) for vector in vectors),
        finish_reason="stop" if vectors else None,
        usage=None if count is None else Usage(input_tokens=count),
        served_model=body.get("model"),
    )
