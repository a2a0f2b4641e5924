"""Text completions of Hugging Face's Text Generation Inference (TGI).

The base URL is that of the server or of an Inference Endpoint, which serves one model: requests do not name
it. TGI's conversations are in OpenAI's protocol, under `/v1`. Answers of the older Inference API are read
too: a list of one object.

Source: https://huggingface.github.io/text-generation-inference/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any

from workbench.calls import (
    Chunk,
    Completion,
    FinishReason,
    ModelInfo,
    OutputSchema,
    Params,
    Request,
    TokenLogprob,
    Usage,
    fold,
)
from workbench.protocols.decoding import stop_of, turns_of, with_rest
from workbench.protocols.encoding import only, present, prompt_of
from workbench.protocols.error_words import error_words
from workbench.protocols.interface import ErrorWords

PATH, STREAM_PATH = "/generate", "/generate_stream"
MODELS_PATH = "/info"
END: str | None = None
CARRIES = frozenset(
    {
        *("temperature", "top_p", "top_k", "max_tokens", "stop", "seed", "frequency_penalty", "logprobs"),
        "output",
    }
)
FINISH_REASONS: Mapping[str, FinishReason] = {
    "eos_token": "stop",
    "stop_sequence": "stop",
    "length": "length",
}


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    A `temperature` of 0, which TGI refuses, is said by `do_sample` as `False`. Details are always asked for:
    they have the number of tokens and the reason to finish.

    Raises:
        ConfigError: The request is not one plain text.
    """
    only(request, CARRIES, protocol="tgi")
    params = request.params
    parameters = present(
        do_sample=None if params.temperature is None else params.temperature > 0,
        temperature=params.temperature or None,
        top_p=params.top_p,
        top_k=params.top_k,
        max_new_tokens=params.max_tokens,
        stop=None if params.stop is None else list(params.stop),
        seed=params.seed,
        frequency_penalty=params.frequency_penalty,
        top_n_tokens=params.logprobs or None,
        grammar=None if request.output is None else {"type": "json", "value": dict(request.output.schema)},
        details=True,
    )
    extra = dict(params.extra)
    parameters |= extra.pop("parameters", {})
    body = {"inputs": prompt_of(request, protocol="tgi"), "parameters": parameters}
    return STREAM_PATH if request.stream else PATH, body | extra


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; the model, and whether to stream, are not in it."""
    parameters = dict(body.get("parameters") or {})
    grammar = parameters.get("grammar") or {}
    params = Params(
        temperature=0.0 if parameters.get("do_sample") is False else parameters.get("temperature"),
        top_p=parameters.get("top_p"),
        top_k=parameters.get("top_k"),
        max_tokens=parameters.get("max_new_tokens"),
        stop=stop_of(parameters.get("stop")),
        seed=parameters.get("seed"),
        frequency_penalty=parameters.get("frequency_penalty"),
        logprobs=parameters.get("top_n_tokens"),
    )
    request = Request(
        model=body.get("model", ""),
        messages=turns_of(body["inputs"]),
        params=params,
        output=OutputSchema(schema=grammar["value"]) if grammar.get("type") == "json" else None,
        stream=bool(body.get("stream")),
    )
    return with_rest(request, body, encode(request)[1])


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    return fold([_whole(body, body["generated_text"])])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One event: a token, the last with the whole text beside it; or a whole answer, in a list of one."""
    token, text = event.get("token"), event.get("generated_text")
    if token is None:
        return Chunk() if text is None else _whole(event, text)
    pieces, logprobs = _read([token], [event.get("top_tokens") or ()])
    return _ending(event.get("details") or {}, text=pieces, logprobs=logprobs, done=text is not None)


def decode_error(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error says, and its type; `None` where there is none."""
    return error_words(body)


def decode_models(body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """The one model that the server has."""
    return (ModelInfo(id=body["model_id"], context_tokens=body.get("max_total_tokens")),)


def _whole(body: Mapping[str, Any], text: str) -> Chunk:
    details = body.get("details") or {}
    _, logprobs = _read(details.get("tokens") or (), details.get("top_tokens") or ())
    return _ending(details, text=text, logprobs=logprobs, done=True)


def _ending(details: Mapping[str, Any], **content: Any) -> Chunk:
    reason, prefill = details.get("finish_reason"), details.get("prefill")
    # Streams tell the prompt's length; whole answers do where `decoder_input_details` was asked for.
    usage = Usage(
        input_tokens=details.get("input_length", len(prefill) if prefill else None),
        output_tokens=details.get("generated_tokens"),
    )
    return Chunk(
        **content,
        finish_reason=FINISH_REASONS.get(reason, "other") if reason else None,
        usage=None if usage == Usage() else usage,
    )


def _read(
    tokens: Iterable[Mapping[str, Any]], tops: Iterable[Iterable[Mapping[str, Any]]]
) -> tuple[str, tuple[TokenLogprob, ...]]:
    """The text of these tokens and their log-probabilities, without the marks that are no text."""
    read = tuple(
        TokenLogprob(
            token=token["text"],
            logprob=float(token["logprob"]),
            top=tuple((rival["text"], float(rival["logprob"])) for rival in rivals or ()),
        )
        for token, rivals in zip_longest(tokens, tops)
        if not token["special"]
    )
    return "".join(each.token for each in read), read
