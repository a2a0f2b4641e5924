"""AWS Bedrock's InvokeModel: to every family of models in its own format, found by the model's id.

Anthropic's and Nova's bodies are those of their own protocols, Llama's, Titan's, DeepSeek-R1's and the older
Mistral's have the bare prompt, Cohere's are of version 1; all others speak OpenAI's chat completions. An
event of a stream is `{"chunk": {"bytes": …}}` around an event of the family's, told apart by its shape.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from workbench.calls import Chunk, Completion, FinishReason, Request, Usage, fold
from workbench.protocols import anthropic, bedrock, openai, openai_completions
from workbench.protocols.aws_errors import decode_error
from workbench.protocols.bedrock import decode_models
from workbench.protocols.bedrock_cohere import encode_cohere
from workbench.protocols.bedrock_models import base_model, model_path
from workbench.protocols.bedrock_prompts import DEEPSEEK, LLAMA_3, LLAMA_4, MISTRAL, TITAN
from workbench.protocols.decoding import turns_of, with_rest

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

CARRIES = openai.CARRIES | anthropic.CARRIES
MODELS_PATH = bedrock.MODELS_PATH
END: str | None = None
ANTHROPIC_VERSION = "bedrock-2023-05-31"
METRICS = "amazon-bedrock-invocationMetrics"
GUARDRAIL = "amazon-bedrock-guardrailAction"
IN_PATH = ("model", "stream", "stream_options")

FINISH_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "FINISH": "stop",  # Titan
    "FINISHED": "stop",
    "STOP_CRITERIA_MET": "stop",
    "LENGTH": "length",
    "CONTENT_FILTERED": "content_filter",
    "COMPLETE": "stop",  # Cohere
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "ERROR_TOXIC": "content_filter",
    "ERROR": "error",
    "ERROR_LIMIT": "length",
    "stop_sequence": "stop",  # Anthropic, before its Messages
    "max_tokens": "length",
    "endoftext": "stop",  # AI21's Jurassic
}


def _anthropic(request: Request) -> dict[str, Any]:
    body = {"anthropic_version": ANTHROPIC_VERSION, **anthropic.encode(request)[1]}
    return {name: value for name, value in body.items() if name not in IN_PATH}


def _nova(request: Request) -> dict[str, Any]:
    body = bedrock.encode(request)[1]
    # What Converse passes on to the model is the model's own here, and stands beside the rest.
    # https://docs.aws.amazon.com/nova/latest/nova2-userguide/core-inference.html
    own: dict[str, Any] = body.pop("additionalModelRequestFields", {})
    limits = {**body.get("inferenceConfig", {}), **own.get("inferenceConfig", {})}
    return body | own | ({"inferenceConfig": limits} if limits else {})


def _openai(request: Request) -> dict[str, Any]:
    return {name: value for name, value in openai.encode(request)[1].items() if name not in IN_PATH}


def _gpt(request: Request) -> dict[str, Any]:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html
    body = _openai(request)
    limit = body.pop("max_tokens", None)
    return body if limit is None else {"max_completion_tokens": limit, **body}


_FAMILIES: tuple[tuple[str, Callable[[Request], dict[str, Any]]], ...] = (
    (r"anthropic\.", _anthropic),
    (r"amazon\.titan", TITAN.encode),
    (r"amazon\.nova", _nova),
    (r"meta\.llama4", LLAMA_4.encode),
    (r"meta\.llama", LLAMA_3.encode),
    (r"mistral\.(mistral-7b|mixtral-8x7b|mistral-(small|large)-2402)", MISTRAL.encode),
    (r"deepseek\.r1", DEEPSEEK.encode),
    (r"cohere\.command", encode_cohere),
    (r"openai\.", _gpt),
    ("", _openai),
)


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Raises:
        ConfigError: The model's family has no such parameter or part.
    """
    model = base_model(request.model)
    write = next(write for beginning, write in _FAMILIES if re.match(beginning, model))
    operation = "invoke-with-response-stream" if request.stream else "invoke"
    return model_path(request.model, operation), write(request)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; the model, and whether to stream, are in the path.

    Of a prompt or another form that only its family knows, the body is `extra` as it stands.
    """
    own = {name: value for name, value in body.items() if name not in IN_PATH}
    told = {"model": body.get("model", ""), "stream": bool(body.get("stream"))}
    if "anthropic_version" in own:
        rest = {name: value for name, value in own.items() if name != "anthropic_version"}
        return anthropic.decode_request({**rest, **told})
    if "messages" in own and ("inferenceConfig" in own or _has_blocks(own)):
        return bedrock.decode_request({**own, **told})
    if "messages" in own:
        return openai.decode_request({**own, **told})
    texts = (own[name] for name in ("prompt", "inputText", "message") if name in own)
    text = next(texts, None)
    if not isinstance(text, str):
        raise KeyError("messages")
    request = Request(messages=turns_of(text), **told)
    return with_rest(request, own, {})


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    answer = _decode(body)
    return replace(answer, finish_reason="content_filter") if _is_guarded(body) else answer


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One event."""
    if "chunk" not in event:
        return Chunk()
    inner = json.loads(base64.b64decode(event["chunk"]["bytes"], validate=True))
    metrics = inner.pop(METRICS, None)
    chunk = _piece(inner)
    if _is_guarded(inner):
        chunk = replace(chunk, finish_reason="content_filter")
    if metrics is None or chunk.done:
        return chunk
    # The metrics tell nothing of caches, so that the model's own counts say more.
    return replace(chunk, usage=_measured(metrics).updated(chunk.usage or Usage()), done=True)


def _decode(body: Mapping[str, Any]) -> Completion:
    match body:
        case {"type": "message"}:
            return anthropic.decode(body)
        case {"output": {"message": _}}:
            return bedrock.decode(body)
        case {"choices": [{"message": _}, *_]}:
            return openai.decode(body)
        case {"object": "text_completion"}:  # models of one's own
            return openai_completions.decode(body)
    chunk = _text(body)
    if chunk is None:
        raise ValueError("the answer is of no family that is known")
    return fold([replace(chunk, done=True)])


def _piece(inner: Mapping[str, Any]) -> Chunk:
    match inner:
        case {"type": kind} if kind != "completion":
            return anthropic.decode_event(inner)
        case {"choices": [{"delta": _}, *_]} | {"choices": []}:
            return openai.decode_event(inner)
        case {"object": "text_completion"}:
            return openai_completions.decode_event(inner)
    # Nova's events are Converse's.
    return _text(inner) or replace(bedrock.decode_event(inner), done=False)


def _is_guarded(body: Mapping[str, Any]) -> bool:
    """Whether a guardrail of the user's has changed or withheld the answer, whatever its model says."""
    return body.get(GUARDRAIL) == "INTERVENED"


def _text(body: Mapping[str, Any]) -> Chunk | None:
    """The answer of a family that writes plain text, or a piece of it; `None` where it is of another."""
    asked, answered = body.get("inputTextTokenCount"), None
    match body:
        case {"generation": text}:  # Llama
            reason = body.get("stop_reason")
            asked, answered = body.get("prompt_token_count"), body.get("generation_token_count")
        case {"outputs": [{"text": text} as first, *_]} | {"choices": [{"text": text} as first, *_]}:
            reason = first.get("stop_reason")  # Mistral; DeepSeek-R1
        case {"results": [{"outputText": text} as first, *_]}:  # Titan
            reason, answered = first.get("completionReason"), first.get("tokenCount")
        case {"outputText": text}:  # a piece of Titan's
            reason, answered = body.get("completionReason"), body.get("totalOutputTextTokenCount")
        case {"event_type": kind}:  # a piece of Cohere's
            text, reason = body["text"] if kind == "text-generation" else "", body.get("finish_reason")
        case {"text": text, "finish_reason": reason}:  # Cohere
            pass
        case {"generations": [{"text": text} as first, *_]}:  # Cohere's before its chat
            reason = first.get("finish_reason")
        case {"completion": text}:  # Anthropic's before its Messages
            reason = body.get("stop_reason")
        case {"completions": [{"data": {"text": text}} as first, *_]}:  # AI21's Jurassic
            reason = (first.get("finishReason") or {}).get("reason")
        case _:
            return None
    return Chunk(
        text=text or "",
        finish_reason=FINISH_REASONS.get(reason, "other") if reason else None,
        usage=None
        if asked is answered is None
        else Usage(input_tokens=_whole(asked), output_tokens=_whole(answered)),
    )


def _whole(count: float | None) -> int | None:
    return None if count is None else int(count)  # beside a guardrail Titan writes 28.0


def _measured(metrics: Mapping[str, Any]) -> Usage:
    return Usage(input_tokens=metrics.get("inputTokenCount"), output_tokens=metrics.get("outputTokenCount"))


def _has_blocks(body: Mapping[str, Any]) -> bool:
    """Whether the messages are of Converse's blocks, which have no type."""
    return any(
        "type" not in block
        for message in body["messages"]
        for block in (message["content"] if isinstance(message["content"], list) else ())
    )
