"""Embeddings on AWS Bedrock: Titan's, one text a request, and Cohere's, up to 96.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.calls import Chunk, Completion, Params, Request, Usage, fold
from workbench.errors import ConfigError
from workbench.protocols.aws_errors import decode_error
from workbench.protocols.bedrock import END, MODELS_PATH, decode_models
from workbench.protocols.bedrock_models import base_model, family, model_path
from workbench.protocols.cohere_embeddings import DEFAULT_INPUT_TYPE
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

CARRIES = frozenset({"dimensions", "input_type"})


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Raises:
        ConfigError: There is no text, or a turn that is not the user's plain text; several texts for Titan.
    """
    only(request, CARRIES, protocol="bedrock_embeddings")
    params = request.params
    texts = texts_of(request, protocol="bedrock_embeddings")
    if family(request.model) == "cohere":
        body = present(
            texts=texts,
            input_type=DEFAULT_INPUT_TYPE if params.input_type is None else params.input_type,
            output_dimension=params.dimensions,
        )
    elif len(texts) > 1:
        raise ConfigError(
            f"{request.model} embeds one text a request, got {len(texts)}: send them one by one"
        )
    else:
        only(request, frozenset({"dimensions"}), protocol=f"bedrock_embeddings with {request.model}")
        if params.dimensions is not None and base_model(request.model) == "amazon.titan-embed-text-v1":
            raise ConfigError(
                f"{request.model} has one size, got dimensions={params.dimensions}: leave it out"
            )
        body = present(inputText=texts[0], dimensions=params.dimensions)
    return model_path(request.model, "invoke"), body | dict(params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; the model is in the path."""
    params = Params(
        input_type=body.get("input_type"), dimensions=body.get("dimensions", body.get("output_dimension"))
    )
    texts = body["texts"] if "texts" in body else body["inputText"]
    request = Request(model=body.get("model", ""), messages=turns_of(texts), params=params)
    known = {"model", "texts", "inputText", "input_type", "dimensions", "output_dimension"}
    return with_rest(request, {name: value for name, value in body.items() if name not in known}, {})


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer, its vectors in the order of the texts."""
    return fold([_chunk(body, _vectors(body))])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """A whole answer as one event: embeddings do not stream."""
    return _chunk(event, _vectors(event)) if {"embedding", "embeddings"} & set(event) else Chunk()


def _vectors(body: Mapping[str, Any]) -> Sequence[Sequence[float]]:
    if "embedding" in body:
        return [body["embedding"]]
    vectors: Any = body["embeddings"]
    # Cohere: by type where types were asked for.
    found: Sequence[Sequence[float]] = vectors["float"] if isinstance(vectors, dict) else vectors
    return found


def _chunk(body: Mapping[str, Any], vectors: Sequence[Sequence[float]]) -> Chunk:
    tokens = body.get("inputTextTokenCount")
    return Chunk(
        vectors=tuple(tuple(map(float, vector)) for vector in vectors),
        finish_reason="stop",
        usage=None if tokens is None else Usage(input_tokens=int(tokens)),
        response_id=body.get("id") or None,
        done=True,
    )
