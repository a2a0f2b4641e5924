"""OpenAI's chat completions, which most hosts and local servers speak too.

The base URL ends in `/v1`. Dialects are read too: reasoning as `reasoning_content` (DeepSeek, older vLLM),
`reasoning` (OpenRouter, Groq, newer vLLM) or thinking parts (Mistral); DeepSeek's cache counts; OpenRouter's
cost. Of several choices (`n`) the first is the completion; the others stay in `raw`.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from workbench.calls import (
    Chunk,
    Completion,
    File,
    FinishReason,
    Message,
    Params,
    Part,
    Request,
    Text,
    ToolCall,
    ToolCallPiece,
    Usage,
    fold,
)
from workbench.errors import ConfigError
from workbench.protocols.decoding import image_at, stop_of, with_rest
from workbench.protocols.encoding import check, only, present
from workbench.protocols.error_words import error_words
from workbench.protocols.interface import ErrorWords, ModelInfo

CHAT_PATH = "/chat/completions"
CARRIES = frozenset({"temperature", "top_p", "max_tokens", "stop", "seed", "images", "files"})
MODELS_PATH = "/models"
END: str | None = "[DONE]"

FINISH_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",  # Together
    "eos_token": "stop",  # TGI
    "stop_sequence": "stop",  # TGI
    "length": "length",
    "model_length": "length",  # Mistral
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "error": "error",  # OpenRouter
}
# OpenRouter, vLLM, Groq, Mistral, llama.cpp (in `meta`); OpenAI itself does not say.
CONTEXT_FIELDS = ("context_length", "max_model_len", "context_window", "max_context_length", "n_ctx")


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Raises:
        ConfigError: An image outside a user's turn, or a turn whose parts do not belong to its role.
    """
    only(request, CARRIES, protocol="openai")
    check(request.messages, protocol="openai")
    params = request.params
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [_message(message) for message in request.messages],
    }
    body |= present(
        temperature=params.temperature,
        top_p=params.top_p,
        max_tokens=params.max_tokens,
        stop=None if params.stop is None else list(params.stop),
        seed=params.seed,
    )
    if request.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return CHAT_PATH, body | dict(params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; a `developer` is read as the system, as OpenAI itself does."""
    params = Params(
        temperature=body.get("temperature"),
        top_p=body.get("top_p"),
        max_tokens=body.get("max_tokens"),
        stop=stop_of(body.get("stop")),
        seed=body.get("seed"),
    )
    messages = tuple(_turn(message) for message in body["messages"])
    request = Request(model=body["model"], messages=messages, params=params, stream=bool(body.get("stream")))
    return with_rest(request, body, encode(request)[1])


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    choice = _first_choice(body["choices"])
    return fold([_chunk(body, choice, choice["message"])])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One event; those without a choice carry the usage, or Azure's verdict on the prompt.

    No event is `done`: the text `[DONE]` is. A refusal comes as text; its chunks say `content_filter`.
    """
    choice = _first_choice(event.get("choices") or ())
    return _chunk(event, choice, choice.get("delta") or {})


def decode_error(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error says, in the words of OpenAI or of a compatible server; `None` where there is none."""
    return error_words(body)


def decode_models(body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """The listing; the context's length comes from compatible hosts only."""
    return tuple(
        ModelInfo(id=model["id"], context_tokens=_context({**model, **(model.get("meta") or {})}))
        for model in body["data"]
    )


def _context(facts: Mapping[str, Any]) -> int | None:
    return next((facts[name] for name in CONTEXT_FIELDS if facts.get(name) is not None), None)


def _message(message: Message) -> dict[str, Any]:
    content = (
        message.content if isinstance(message.content, str) else [_part(part) for part in message.content]
    )
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in message.tool_calls
    ]
    return {"role": message.role, "content": content} | present(
        tool_calls=calls or None, tool_call_id=message.tool_call_id
    )


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, File) and part.data is None:
        raise ConfigError(f"openai fetches no file from {part.url!r}: give its bytes as File(data=…)")
    url = part.url if part.data is None else f"data:{part.media_type};base64,{part.base64}"
    if isinstance(part, File):
        return {"type": "file", "file": {"filename": part.name or "file", "file_data": url}}
    return {"type": "image_url", "image_url": {"url": url}}


def _turn(message: Mapping[str, Any]) -> Message:
    content = message.get("content") or ""
    return Message(
        role="system" if message["role"] == "developer" else message["role"],
        content=content if isinstance(content, str) else tuple(_parts(content)),
        tool_calls=tuple(
            ToolCall(id=call["id"], name=call["function"]["name"], arguments=call["function"]["arguments"])
            for call in message.get("tool_calls") or ()
            if "function" in call
        ),
        tool_call_id=message.get("tool_call_id"),
    )


def _parts(content: Iterable[Mapping[str, Any]]) -> Iterator[Part]:
    for part in content:
        match part:
            case {"type": "text", "text": text}:
                yield Text(text=text)
            case {"type": "image_url", "image_url": {"url": url}}:
                yield image_at(url)


def _first_choice(choices: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    return next((choice for choice in choices if choice.get("index", 0) == 0), {})


def _chunk(body: Mapping[str, Any], choice: Mapping[str, Any], piece: Mapping[str, Any]) -> Chunk:
    text, thinking = _content(piece.get("content"))
    refusal = piece.get("refusal") or ""
    reason = choice.get("finish_reason")
    usage = body.get("usage")
    cost = None if usage is None else usage.get("cost")
    return Chunk(
        text=text + refusal,
        reasoning=piece.get("reasoning_content") or piece.get("reasoning") or thinking,
        tool_calls=tuple(_tool_call(place, call) for place, call in enumerate(piece.get("tool_calls") or ())),
        finish_reason="content_filter"
        if refusal
        else FINISH_REASONS.get(reason, "other")
        if reason
        else None,
        usage=None if usage is None else _usage(usage),
        served_model=body.get("model") or None,
        response_id=body.get("id") or None,
        reported_cost_usd=None if cost is None else Decimal(str(float(cost))),
    )


def _content(content: Any) -> tuple[str, str]:
    """Visible text and thinking; Mistral's reasoning models send a list of both."""
    if content is None or isinstance(content, str):
        return content or "", ""
    text = "".join(part["text"] for part in content if part["type"] == "text")
    thoughts = (thought for part in content if part["type"] == "thinking" for thought in part["thinking"])
    return text, "".join(thought["text"] for thought in thoughts)


def _tool_call(place: int, call: Mapping[str, Any]) -> ToolCallPiece:
    function = call.get("function") or {}
    return ToolCallPiece(
        # Whole answers number their calls by place only, and some servers' streams do too.
        index=place if call.get("index") is None else call["index"],
        id=call.get("id") or "",
        name=function.get("name") or "",
        arguments=function.get("arguments") or "",
    )


def _usage(usage: Mapping[str, Any]) -> Usage:
    prompt = usage.get("prompt_tokens_details") or {}
    cached = prompt.get("cached_tokens")
    return Usage(
        input_tokens=usage.get("prompt_tokens"),
        output_tokens=usage.get("completion_tokens"),
        cache_read_tokens=usage.get("prompt_cache_hit_tokens") if cached is None else cached,  # DeepSeek
        cache_write_tokens=prompt.get("cache_write_tokens"),
        reasoning_tokens=(usage.get("completion_tokens_details") or {}).get("reasoning_tokens"),
    )
