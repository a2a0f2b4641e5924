"""The embeddings of Azure's deployments; see `azure_openai`."""

from __future__ import annotations

from typing import Any

from workbench.calls import Request
from workbench.protocols import openai_embeddings
from workbench.protocols.azure_openai import at_deployment
from workbench.protocols.openai_embeddings import (
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
    path, body = openai_embeddings.encode(request)
    return at_deployment(request, path), body
