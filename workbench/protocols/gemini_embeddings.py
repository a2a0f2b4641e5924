"""Gemini's embeddings, many texts in one request.

Source: https://ai.google.dev/api/embeddings
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.calls import Chunk, Completion, Params, Request, Usage, fold
from workbench.protocols.decoding import turns_of, with_rest
from workbench.protocols.encoding import only, present, texts_of
from workbench.protocols.gemini import END, MODELS_PATH, decode_error, decode_models
from workbench.protocols.gemini_requests import path_of

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
TASKS = {
    "search_document": "RETRIEVAL_DOCUMENT",
    "search_query": "RETRIEVAL_QUERY",
    "classification": "CLASSIFICATION",
    "clustering": "CLUSTERING",
}
"""Google's words for what a text is embedded for; others of its own are sent as they are."""


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Raises:
        ConfigError: A parameter other than `dimensions` and `input_type`; a turn that is no plain text.
    """
    only(request, CARRIES, protocol="gemini_embeddings")
    path = path_of(request.model, "batchEmbedContents")
    model = path.removeprefix("/").removesuffix(":batchEmbedContents")
    asked = present(
        taskType=task_of(request.params.input_type), outputDimensionality=request.params.dimensions
    )
    requests = [
        {"model": model, "content": {"parts": [{"text": text}]}} | asked
        for text in texts_of(request, protocol="gemini_embeddings")
    ]
    return path, {"requests": requests} | dict(request.params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks."""
    requests = body["requests"]
    texts = ["".join(part["text"] for part in each["content"]["parts"]) for each in requests]
    first = requests[0]
    request = Request(
        model=first["model"].removeprefix("models/"),
        messages=turns_of(texts),
        params=Params(
            dimensions=first.get("outputDimensionality"), input_type=input_type_of(first.get("taskType"))
        ),
    )
    return with_rest(request, body, encode(request)[1])


def decode(body: Mapping[str, Any]) -> Completion:
    """The vectors, in the order of the texts."""
    return fold([_chunk(body, body["embeddings"])])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """A whole answer as one event: embeddings do not stream."""
    return _chunk(event, event.get("embeddings") or ())


def task_of(input_type: str | None) -> str | None:
    """What a text is embedded for, in Google's words."""
    return None if input_type is None else TASKS.get(input_type, input_type)


def input_type_of(task: str | None) -> str | None:
    """And in ours."""
    return next((ours for ours, theirs in TASKS.items() if theirs == task), task)


def _chunk(body: Mapping[str, Any], vectors: Sequence[Mapping[str, Any]]) -> Chunk:
    usage = body.get("usageMetadata")
    return Chunk(
        vectors=tuple(tuple(map(float, vector["values"])) for vector in vectors),
        usage=None if usage is None else Usage(input_tokens=usage.get("promptTokenCount")),
        finish_reason="stop" if vectors else None,
    )
