"""The shapes in which providers and compatible servers say what went wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.protocols.interface import ErrorWords


def error_words(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error's body says; `None` where the body is not an error.

    Four shapes are read: `{"error": {"message", "code", "type"}}` (OpenAI, Anthropic, llama.cpp, OpenRouter,
    newer vLLM), `{"error": "text", "code", "error_type", "estimated_time"}` (Ollama, TGI, Hugging Face, xAI),
    `{"message": "text", "code"}` (older vLLM, Mistral, Cerebras, Databricks, Azure's gateway) and
    `{"detail": …}` (FastAPI). A code that is a number only repeats the HTTP status, so the type is taken
    before it.
    """
    error = body.get("error")
    if isinstance(error, Mapping) and error:
        return ErrorWords(message=_text(error.get("message") or error), code=_code(error))
    if error:
        # Hugging Face says how long a model will take to load.
        wait_s = body.get("estimated_time")
        return ErrorWords(
            message=_text(error),
            code=_code({"code": body.get("code"), "type": body.get("error_type")}),
            retry_after_s=float(wait_s) if isinstance(wait_s, int | float) else None,
        )
    if body.get("object") == "error" or isinstance(body.get("message"), str):
        code = next((body[name] for name in ("code", "error_code", "statusCode") if body.get(name)), None)
        words = _text(body.get("message") or body)
        return ErrorWords(message=words, code=_code({"code": code, "type": body.get("type")}))
    # What else stands beside `detail` differs from server to server; an answer has choices.
    if body.get("detail") and "choices" not in body:
        return ErrorWords(message=_text(body["detail"]))
    return None


def _code(error: Mapping[str, Any]) -> str | None:
    code, kind = error.get("code"), error.get("type")
    if isinstance(code, str) and code:
        return code
    if isinstance(kind, str) and kind:
        return kind
    return None if code is None else str(code)


def _text(words: Any) -> str:
    return words if isinstance(words, str) else json.dumps(words, ensure_ascii=False)
