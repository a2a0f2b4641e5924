"""OpenAI's embeddings, which most hosts and local servers speak too.

Source: https://platform.openai.com/docs/api-reference/embeddings
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.calls import Chunk, Completion, Params, Request, Vector, fold
from workbench.protocols.decoding import turns_of, with_rest
from workbench.protocols.encoding import only, present, texts_of
from workbench.protocols.openai import END, MODELS_PATH, decode_error, decode_models
from workbench.protocols.openai_usage import cost_of, usage_of

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

EMBEDDINGS_PATH = "/embeddings"
CARRIES = frozenset({"dimensions"})


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Raises:
        ConfigError: A turn is not the user's, or has more in it than text.
    """
    only(request, CARRIES, protocol="openai_embeddings")
    body = present(
        model=request.model,
        input=texts_of(request, protocol="openai_embeddings"),
        encoding_format="float",
        dimensions=request.params.dimensions,
    )
    return EMBEDDINGS_PATH, body | dict(request.params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; texts that are written as tokens are in `extra` as they are."""
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    plain = all(isinstance(text, str) for text in texts)
    request = Request(
        model=body["model"],
        messages=turns_of(texts if plain else ""),
        params=Params(dimensions=body.get("dimensions")),
    )
    return with_rest(request, body, encode(request)[1])


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer, its vectors in the order of the texts."""
    return fold([_chunk(body, body["data"])])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """A whole answer as one event: embeddings do not stream."""
    return _chunk(event, event.get("data") or ())


def _chunk(body: Mapping[str, Any], data: Sequence[Mapping[str, Any]]) -> Chunk:
    placed = sorted(enumerate(data), key=lambda each: each[1].get("index", each[0]))
    usage = body.get("usage")
    return Chunk(
        vectors=tuple(_vector(each["embedding"]) for _, each in placed),
        finish_reason="stop" if data else None,
        usage=None if usage is None else usage_of(usage),
        served_model=body.get("model") or None,
        response_id=body.get("id") or None,
        reported_cost_usd=None if usage is None else cost_of(usage),
    )


def _vector(embedding: str | Sequence[float]) -> Vector:
    if isinstance(embedding, str):  # base64 of 32-bit floats, the lowest byte first
        content = base64.b64decode(embedding, validate=True)
        if len(content) % 4:
            raise ValueError(f"an embedding is no list of 32-bit floats: {len(content)} bytes")
        return struct.unpack(f"<{len(content) // 4}f", content)
    return tuple(map(float, embedding))
