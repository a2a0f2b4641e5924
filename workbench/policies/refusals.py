"""Which parameter a provider's error is about, where it is about one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

# What the providers call our parameters, without case and underscores, where they do not call them likewise.
_THEIR_NAMES = {
    "maxcompletiontokens": "max_tokens",
    "maxoutputtokens": "max_tokens",
    "numpredict": "max_tokens",
    "stopsequences": "stop",
    "randomseed": "seed",
    "candidatecount": "n",
    "toplogprobs": "logprobs",
    "responselogprobs": "logprobs",
    "reasoning": "reasoning_effort",
    "reasoning.effort": "reasoning_effort",
    "effort": "reasoning_effort",
    "outputconfig.effort": "reasoning_effort",
    "thinking": "reasoning_effort",
    "think": "reasoning_effort",
    "thinkinglevel": "reasoning_effort",
    "disableparalleltooluse": "parallel_tool_calls",
    "outputdimensionality": "dimensions",
    "outputdimension": "dimensions",
    "tasktype": "input_type",
}
_CODES = {"unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"}
_WORDS = re.compile(
    r"unsupported|not support|n't support|deprecated|not permitted|unknown (?:name|field|param)|unrecognized|"
    r"not allowed|not enabled|only the default|no longer|unexpected (?:field|keyword|param)|not available",
    re.IGNORECASE,
)
# A refusal that hangs on another parameter, or on the value, is none of the parameter for good.
_CONDITION = re.compile(r"\b(?:when|while|unless|if|both|together)\b|supported values are", re.IGNORECASE)
_QUOTED = re.compile(r"[`'\"]([\w.]{1,40})[`'\"]")
_BARE = re.compile(r"\b[a-zA-Z]+(?:_[a-z]+)+\b|\b(?:temperature|seed|stop|logprobs|[a-z]+[A-Z]\w+)\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A parameter that was refused: its name, and whether that holds for every call of the model."""

    name: str
    always: bool


def refusal_of(status: int | None, body: str, given: Sequence[str]) -> Refusal | None:
    """The parameter that an error says the model does not take; `None` where it says something else.

    Args:
        status: HTTP status; only 400 and 422 are about parameters.
        body: The provider's answer.
        given: Names of the parameters that were sent: only one of them can have been refused.
    """
    if status not in {400, 422}:
        return None
    said = _said(body)
    words = " ".join(filter(None, (said.get("message"), said.get("code"))))
    if said.get("code") not in _CODES and not _WORDS.search(words):
        return None
    for named in _named(said):
        name = _ours(named)
        if name in given:
            return Refusal(name=name, always=not _CONDITION.search(words))
    return None


def _said(body: str) -> dict[str, str]:
    """Message, code and parameter of an error, in whichever shape."""
    try:
        parsed: Any = orjson.loads(body)
    except ValueError:
        return {"message": body}
    error = parsed.get("error", parsed) if isinstance(parsed, dict) else parsed
    if isinstance(error, dict):
        detail = error.get("detail")
        # FastAPI's shape: Mistral, older vLLM. https://fastapi.tiangolo.com/tutorial/handling-errors/
        if isinstance(detail, list) and detail and isinstance(detail[0], dict):
            where = detail[0].get("loc") or [""]
            return {
                "message": str(detail[0].get("msg", "")),
                "code": str(detail[0].get("type", "")),
                "param": str(where[-1]),
            }
        told = {name: error.get(name) for name in ("message", "code", "param")}
        told["message"] = told["message"] or detail or error.get("error")
        return {name: str(value) for name, value in told.items() if value is not None}
    return {"message": str(error)}


def _named(said: dict[str, str]) -> Iterator[str]:
    """Words of an error that may be a parameter's name, the likeliest first."""
    if "param" in said:
        yield said["param"]
    message = said.get("message", "")
    yield from _QUOTED.findall(message)
    yield from _BARE.findall(message)


def _ours(theirs: str) -> str:
    plain = theirs.lower().replace("_", "").removeprefix("generationconfig.").removeprefix("inferenceconfig.")
    if plain in _THEIR_NAMES:
        return _THEIR_NAMES[plain]
    return _OURS.get(plain, theirs)


_OURS = {
    name.replace("_", ""): name
    for name in (
        *("temperature", "top_p", "top_k", "max_tokens", "stop", "seed", "frequency_penalty"),
        *("presence_penalty", "reasoning_effort", "logprobs", "n", "service_tier", "parallel_tool_calls"),
        *("dimensions", "input_type"),
    )
}
