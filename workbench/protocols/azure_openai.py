"""Azure's deployments: OpenAI's chat completions at a path that names the deployment.

The base URL ends in `/openai`, and the query has an `api-version`. Azure's newer API, whose base URL ends in
`/openai/v1`, is OpenAI's own protocol.

Source: https://learn.microsoft.com/azure/foundry/openai/reference
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from workbench.calls import Request
from workbench.protocols import openai
from workbench.protocols.openai import (
    CARRIES,
    END,
    MODELS_PATH,
    decode,
    decode_error,
    decode_event,
    decode_models,
    decode_request,
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
    "encode",
]


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body, as OpenAI's `encode`; the model is the name of the deployment."""
    path, body = openai.encode(request)
    return at_deployment(request, path), body


def at_deployment(request: Request, path: str) -> str:
    """The path for the request's deployment."""
    return f"/deployments/{quote(request.model, safe='')}{path}"
