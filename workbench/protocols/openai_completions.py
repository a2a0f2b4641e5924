"""OpenAI's text completions: a prompt, and how it goes on.

Source: https://platform.openai.com/docs/api-reference/completions
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.calls import Chunk, Completion, Params, Request, fold
from workbench.protocols.decoding import stop_of, turns_of, with_rest
from workbench.protocols.encoding import only, present, prompt_of
from workbench.protocols.openai import END, MODELS_PATH, decode_error, decode_models, finish_reason
from workbench.protocols.openai_logprobs import logprobs_of
from workbench.protocols.openai_usage import cost_of, usage_of

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

COMPLETIONS_PATH = "/completions"
# Their names in the body are ours.
SAME_NAME = (
    *("temperature", "top_p", "top_k", "max_tokens", "seed", "frequency_penalty", "presence_penalty"),
    *("logprobs", "n"),
)
CARRIES = frozenset({*SAME_NAME, "stop"})


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Raises:
        ConfigError: The request is more than one user's turn of text.
    """
    only(request, CARRIES, protocol="openai_completions")
    params = request.params
    body = present(
        model=request.model,
        prompt=prompt_of(request, protocol="openai_completions"),
        **{name: getattr(params, name) for name in SAME_NAME},
        stop=None if params.stop is None else list(params.stop),
    )
    if request.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return COMPLETIONS_PATH, body | dict(params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; several prompts, or one of tokens, are in `extra` as they are."""
    prompt = body["prompt"]
    same: dict[str, Any] = {name: body.get(name) for name in SAME_NAME}
    request = Request(
        model=body["model"],
        messages=turns_of(prompt if isinstance(prompt, str) else ""),
        params=Params(**same, stop=stop_of(body.get("stop"))),
        stream=bool(body.get("stream")),
    )
    return with_rest(request, body, encode(request)[1])


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    if not body["choices"]:
        raise ValueError("an answer without a choice")
    return fold([_chunk(body, body["choices"])])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One event, which has the shape of a whole answer; the one without a choice carries the usage."""
    return _chunk(event, event.get("choices") or ())


def _chunk(body: Mapping[str, Any], choices: Sequence[Mapping[str, Any]]) -> Chunk:
    nothing: Mapping[str, Any] = {"text": ""}
    first = next((choice for choice in choices if not choice.get("index")), nothing)
    usage = body.get("usage")
    return Chunk(
        text=first["text"] or "",
        logprobs=logprobs_of(first.get("logprobs")),
        alternatives=tuple(
            (int(choice["index"]), choice["text"] or "") for choice in choices if choice.get("index")
        ),
        finish_reason=finish_reason(first.get("finish_reason")),
        usage=None if usage is None else usage_of(usage),
        served_model=body.get("model") or None,
        response_id=body.get("id") or None,
        service_tier=body.get("service_tier") or None,
        reported_cost_usd=None if usage is None else cost_of(usage),
    )
