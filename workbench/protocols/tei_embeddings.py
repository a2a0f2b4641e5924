"""Embeddings of Hugging Face's Text Embeddings Inference (TEI): a list of vectors and nothing else.

The base URL is that of the server or of an Inference Endpoint, which serves one model: requests do not name
it.

Source: https://huggingface.github.io/text-embeddings-inference/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.calls import Chunk, Completion, ModelInfo, Params, Request, fold
from workbench.protocols.decoding import turns_of, with_rest
from workbench.protocols.encoding import only, present, texts_of
from workbench.protocols.error_words import error_words
from workbench.protocols.interface import ErrorWords

PATH = "/embed"
MODELS_PATH = "/info"
END: str | None = None
CARRIES = frozenset({"dimensions"})


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Raises:
        ConfigError: There is no text, or a turn that is not the user's plain text.
    """
    only(request, CARRIES, protocol="tei_embeddings")
    body = present(inputs=texts_of(request, protocol="tei_embeddings"), dimensions=request.params.dimensions)
    return PATH, body | dict(request.params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; the model is not in it."""
    params = Params(dimensions=body.get("dimensions"))
    request = Request(model=body.get("model", ""), messages=turns_of(body["inputs"]), params=params)
    return with_rest(request, body, encode(request)[1])


def decode(body: Mapping[str, Any] | Sequence[Sequence[float]]) -> Completion:
    """A whole answer, its vectors in the order of the texts."""
    if isinstance(body, Mapping):
        raise TypeError("an answer is a list of vectors")
    return fold([_chunk(body)])


def decode_event(event: Mapping[str, Any] | Sequence[float]) -> Chunk:
    """One vector: an answer that is a list is read like the events of a stream."""
    return Chunk() if isinstance(event, Mapping) else _chunk([event])


def decode_error(body: Mapping[str, Any] | Sequence[float]) -> ErrorWords | None:
    """What an error says, and its type; `None` where there is none."""
    return error_words(body) if isinstance(body, Mapping) else None


def decode_models(body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """The one model that the server has."""
    return (ModelInfo(id=body["model_id"], context_tokens=body.get("max_input_length"), chat=False),)


def _chunk(vectors: Sequence[Sequence[float]]) -> Chunk:
    # Models that were not made for it give a vector for each token: those are no embedding of the text.
    return Chunk(
        vectors=tuple(tuple(map(float, vector)) for vector in vectors),
        finish_reason="stop" if vectors else None,
    )
