"""Vertex AI's text embeddings.

Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.calls import Chunk, Completion, Params, Request, Usage, fold
from workbench.protocols.decoding import turns_of, with_rest
from workbench.protocols.encoding import only, present, texts_of
from workbench.protocols.gemini_embeddings import CARRIES, input_type_of, task_of
from workbench.protocols.gemini_requests import path_of
from workbench.protocols.vertex import END, MODELS_PATH, decode_error, decode_models

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


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Raises:
        ConfigError: A parameter other than `dimensions` and `input_type`; a turn that is no plain text.
    """
    only(request, CARRIES, protocol="vertex_embeddings")
    task = present(task_type=task_of(request.params.input_type))
    body: dict[str, Any] = {
        "instances": [{"content": text} | task for text in texts_of(request, protocol="vertex_embeddings")]
    }
    if request.params.dimensions is not None:
        body["parameters"] = {"outputDimensionality": request.params.dimensions}
    return path_of(request.model, "predict"), body | dict(request.params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; its model is in the path and not known here."""
    instances = body["instances"]
    request = Request(
        model=body.get("model", ""),
        messages=turns_of([instance["content"] for instance in instances]),
        params=Params(
            dimensions=(body.get("parameters") or {}).get("outputDimensionality"),
            input_type=input_type_of(instances[0].get("task_type")),
        ),
    )
    return with_rest(request, body, encode(request)[1])


def decode(body: Mapping[str, Any]) -> Completion:
    """The vectors, in the order of the texts."""
    return fold([_chunk(body["predictions"])])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """A whole answer as one event: embeddings do not stream."""
    return _chunk(event.get("predictions") or ())


def _chunk(predictions: Sequence[Mapping[str, Any]]) -> Chunk:
    found = [prediction["embeddings"] for prediction in predictions]
    counts = [each.get("statistics", {}).get("token_count") for each in found]
    known = [int(count) for count in counts if count is not None]
    return Chunk(
        vectors=tuple(tuple(map(float, each["values"])) for each in found),
        usage=Usage(input_tokens=sum(known)) if found and len(known) == len(found) else None,
        finish_reason="stop" if found else None,
    )
