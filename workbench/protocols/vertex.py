"""Gemini's generateContent as Vertex AI serves it: the Developer API's, but for counting and listing.

The base URL ends in `/publishers/google`.

Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.calls import Request
from workbench.protocols.gemini import (
    CARRIES,
    END,
    decode,
    decode_count,
    decode_error,
    decode_event,
    decode_request,
    encode,
    next_page,
)
from workbench.protocols.gemini_requests import path_of
from workbench.protocols.interface import ModelInfo

__all__ = [
    "CARRIES",
    "END",
    "MODELS_PATH",
    "decode",
    "decode_count",
    "decode_error",
    "decode_event",
    "decode_models",
    "decode_request",
    "encode",
    "encode_count",
    "next_page",
]

MODELS_PATH = "/models"
COUNTED = frozenset({"contents", "systemInstruction", "tools", "generationConfig"})


def decode_models(body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """The listing of a publisher's models, which tells their names alone."""
    return tuple(ModelInfo(id=model["name"].rpartition("/")[2]) for model in body["publisherModels"])


def encode_count(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body of the question how many tokens a request has.

    Raises:
        ConfigError: As `encode` does.
    """
    body = encode(request)[1]
    counted = {name: value for name, value in body.items() if name in COUNTED}
    return path_of(request.model, "countTokens"), counted
