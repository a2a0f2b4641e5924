"""The shapes in which providers and compatible servers say what went wrong."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from workbench.protocols.interface import ErrorWords


def error_words(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error's body says; `None` where the body is not an error.

    Five shapes are read: `{"error": {"message", "code", "type"}}` (OpenAI, Anthropic, llama.cpp, OpenRouter,
    newer vLLM), `{"error": "text", "code", "error_type", "estimated_time"}` (Ollama, TGI, Hugging Face, xAI),
    `{"message": "text", "code"}` (older vLLM, Mistral, Cerebras, Databricks, Azure's gateway),
    `{"errors": [{"message", "code"}]}` (Cloudflare) and `{"detail": …}` (FastAPI, NVIDIA). A code that is a
    number only repeats the HTTP status, so the type is taken before it.
    """
    error = body.get("error")
    if isinstance(error, Mapping) and error:
        return ErrorWords(message=_message(error), code=_code(error), status=_status(error))
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
        named = {"code": code, "type": body.get("type")}
        return ErrorWords(message=words, code=_code(named), status=_status(named))
    match body:
        case {"errors": [{"message": str(message)} as first, *_]} if "choices" not in body:
            return ErrorWords(message=message, code=_code(first))
    # What else stands beside `detail` differs from server to server; an answer has choices.
    if body.get("detail") and "choices" not in body:
        return ErrorWords(message=_text(body["detail"]), status=_status(body))
    return None


def _message(error: Mapping[str, Any]) -> str:
    message = _text(error.get("message") or error)
    match error.get("metadata"):
        # OpenRouter says only that its provider failed; why is in what that one answered:
        # https://openrouter.ai/docs/api-reference/errors
        case {"raw": str(raw)} if raw.strip():
            return f"{message}: {_said(raw.strip())}"
    return message


def _said(raw: str) -> str:
    with contextlib.suppress(ValueError):
        body = json.loads(raw)
        words = error_words(body) if isinstance(body, dict) else None
        return raw if words is None else words.message
    return raw


def _code(error: Mapping[str, Any]) -> str | None:
    code, kind = error.get("code"), error.get("type")
    if isinstance(code, str) and code:
        return code
    if isinstance(kind, str) and kind:
        return kind
    return None if code is None else str(code)


def _status(error: Mapping[str, Any]) -> int | None:
    # `status_code` at Groq, `code` at vLLM and OpenRouter, `status` at NVIDIA and Azure.
    told = (error.get(name) for name in ("status_code", "code", "status"))
    return next((number for number in told if isinstance(number, int) and 400 <= number < 600), None)


def _text(words: Any) -> str:
    return words if isinstance(words, str) else json.dumps(words, ensure_ascii=False)
