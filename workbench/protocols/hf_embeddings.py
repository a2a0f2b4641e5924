"""Embeddings of Hugging Face's own inference service, `feature-extraction` in its words.

The base URL is `https://router.huggingface.co/hf-inference`; what is sent and answered is as in
`tei_embeddings`, with the model in the path.

Source: https://huggingface.co/docs/inference-providers/tasks/feature-extraction
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from workbench.calls import Request
from workbench.protocols import tei_embeddings
from workbench.protocols.tei_embeddings import (
    CARRIES,
    END,
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

MODELS_PATH = ""  # a hub of a million models is no listing


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path, with the model in it, and body, as `tei_embeddings.encode`."""
    _, body = tei_embeddings.encode(request)
    return f"/models/{quote(request.model)}/pipeline/feature-extraction", body
