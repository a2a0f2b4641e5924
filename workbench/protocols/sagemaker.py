"""AWS SageMaker's runtime, for endpoints whose server speaks OpenAI's chat completions (vLLM, DJL, TGI).

The model is the name of the endpoint, which is in the path: the server behind it has one model. Answers of
TGI's older form are read too. What other servers want is given by `extra`.

Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from workbench.calls import Chunk, Completion, ModelInfo, Request
from workbench.protocols import aws_errors, openai, tgi
from workbench.protocols.error_words import error_words
from workbench.protocols.interface import ErrorWords

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

CARRIES = openai.CARRIES
MODELS_PATH = ""
END: str | None = openai.END


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body, which names no model but by `extra`.

    Raises:
        ConfigError: As that of OpenAI's protocol.
    """
    _, body = openai.encode(request)
    if "model" not in request.params.extra:
        del body["model"]
    operation = "invocations-response-stream" if request.stream else "invocations"
    return f"/endpoints/{quote(request.model, safe='')}/{operation}", body


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; the endpoint is not in it, and a model that is in it is `extra`."""
    request = openai.decode_request({"model": "", **body})
    named = {name: body[name] for name in ("model",) if name in body}
    params = replace(request.params, extra={**request.params.extra, **named})
    return replace(request, model="", params=params)


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer, in OpenAI's form or in TGI's."""
    return tgi.decode(body) if "generated_text" in body else openai.decode(body)


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One event, in OpenAI's form or in TGI's."""
    return tgi.decode_event(event) if {"token", "generated_text"} & set(event) else openai.decode_event(event)


def decode_error(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error says: in the words of the server behind the endpoint, else in AWS's."""
    words = body.get("OriginalMessage")
    if isinstance(words, str) and words:
        status = body.get("OriginalStatusCode")
        with suppress(ValueError):
            told = json.loads(words)
            found = error_words(told) if isinstance(told, dict) else None
            words = words if found is None else found.message
        return ErrorWords(message=words, code=None if status is None else str(status))
    found = aws_errors.decode_error(body)
    return error_words(body) if found is None else found


def decode_models(body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """The endpoints, of SageMaker's own listing."""
    return tuple(ModelInfo(id=each["EndpointName"]) for each in body["Endpoints"])
