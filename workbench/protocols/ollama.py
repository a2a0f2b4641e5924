"""Ollama's own chat protocol.

The base URL is the bare host; a stream is one JSON object a line. Ollama silently cuts a prompt to `num_ctx`
tokens: set it through `Params.extra`.

Source: https://docs.ollama.com/api/chat
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.calls import (
    Chunk,
    Completion,
    FinishReason,
    Image,
    Message,
    Params,
    Request,
    Text,
    ToolCall,
    ToolCallPiece,
    Usage,
    fold,
)
from workbench.errors import ConfigError
from workbench.protocols.decoding import image_of, stop_of, with_rest
from workbench.protocols.encoding import arguments_of, check, only, parts_of, present, text_of
from workbench.protocols.error_words import error_words
from workbench.protocols.interface import ErrorWords, ModelInfo

CHAT_PATH = "/api/chat"
CARRIES = frozenset({"temperature", "top_p", "max_tokens", "stop", "seed", "images"})
MODELS_PATH = "/api/tags"
END: str | None = None

FINISH_REASONS: Mapping[str, FinishReason] = {"stop": "stop", "length": "length"}
# At the top level of a body Ollama ignores these without a word.
OPTIONS = frozenset(
    {
        *("num_ctx", "num_keep", "num_batch", "num_gpu", "main_gpu", "num_thread", "use_mmap", "num_predict"),
        *("top_k", "min_p", "typical_p", "repeat_last_n", "repeat_penalty", "presence_penalty"),
        *("frequency_penalty", "penalize_newline", "mirostat", "mirostat_tau", "mirostat_eta"),
    }
)


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Parameters go into `options`, and so do those of `extra` that Ollama knows as options (`num_ctx`, `top_k`,
    …); the rest of `extra` goes to the top level. `stream` is always sent, because Ollama streams by default.
    The text parts of a turn are joined by a blank line.

    Raises:
        ConfigError: An image that is known by its URL only; arguments of a tool call that are no JSON object;
            a turn whose parts do not belong to its role.
    """
    only(request, CARRIES, protocol="ollama")
    check(request.messages, protocol="ollama", image_roles=("user", "tool"))
    params = request.params
    options = present(
        temperature=params.temperature,
        top_p=params.top_p,
        num_predict=params.max_tokens,
        stop=None if params.stop is None else list(params.stop),
        seed=params.seed,
    )
    options |= {name: value for name, value in params.extra.items() if name in OPTIONS}
    options |= params.extra.get("options", {})
    body: dict[str, Any] = {
        "model": request.model,
        "messages": list(_messages(request.messages)),
        "stream": request.stream,
    }
    body |= {name: value for name, value in params.extra.items() if name not in OPTIONS}
    return CHAT_PATH, body | present(options=options or None)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; a call without an id is known by the name of its function."""
    options = dict(body.get("options") or {})
    params = Params(
        temperature=options.pop("temperature", None),
        top_p=options.pop("top_p", None),
        max_tokens=options.pop("num_predict", None),
        stop=stop_of(options.pop("stop", None)),
        seed=options.pop("seed", None),
        extra={name: value for name, value in options.items() if name in OPTIONS},
    )
    request = Request(
        model=body["model"],
        messages=tuple(_turn(message) for message in body["messages"]),
        params=params,
        stream=body.get("stream", True),
    )
    return with_rest(request, body, encode(request)[1])


def decode(body: Mapping[str, Any]) -> Completion:
    """A whole answer."""
    return fold([_chunk(body, body["message"])])


def decode_event(event: Mapping[str, Any]) -> Chunk:
    """One line.

    A tool call comes whole. Its index is the one that the server writes, or else its place in the line;
    its id is `call_` and the index where the server (before 0.12.10) writes none. An answer that calls tools
    ends with `stop`, as the server says.
    """
    return _chunk(event, event.get("message") or {})


def decode_error(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error says: Ollama gives a text and no code. `None` where there is none."""
    return error_words(body)


def decode_models(body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """The models on this server; the listing does not tell their context's length."""
    return tuple(ModelInfo(id=model["model"]) for model in body["models"])


def _messages(messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    names: dict[str, str] = {}
    for message in messages:
        names |= {call.id: call.name for call in message.tool_calls}
        calls = [
            {"id": call.id, "function": {"name": call.name, "arguments": arguments_of(call)}}
            for call in message.tool_calls
        ]
        images = [_image(part) for part in parts_of(message) if isinstance(part, Image)]
        yield {"role": message.role, "content": text_of(message)} | present(
            images=images or None,
            tool_calls=calls or None,
            tool_call_id=message.tool_call_id,
            # Servers that know no ids match a result with its call by the function's name.
            tool_name=names.get(message.tool_call_id or ""),
        )


def _turn(message: Mapping[str, Any]) -> Message:
    text = message.get("content") or ""
    images = tuple(image_of(data) for data in message.get("images") or ())
    return Message(
        role=message["role"],
        content=(*([Text(text=text)] if text else []), *images) if images else text,
        tool_calls=tuple(
            ToolCall(
                id=call.get("id") or call["function"]["name"],
                name=call["function"]["name"],
                arguments=json.dumps(call["function"]["arguments"], ensure_ascii=False),
            )
            for call in message.get("tool_calls") or ()
        ),
        tool_call_id=message.get("tool_call_id") or message.get("tool_name"),
    )


def _image(image: Image) -> str:
    if image.data is None:
        raise ConfigError(f"ollama fetches no image from {image.url!r}: give its bytes as Image(data=…)")
    return image.base64


def _chunk(body: Mapping[str, Any], message: Mapping[str, Any]) -> Chunk:
    reason = body.get("done_reason")
    usage = Usage(input_tokens=body.get("prompt_eval_count"), output_tokens=body.get("eval_count"))
    return Chunk(
        text=message.get("content") or "",
        reasoning=message.get("thinking") or "",
        tool_calls=tuple(
            _tool_call(place, call) for place, call in enumerate(message.get("tool_calls") or ())
        ),
        finish_reason=FINISH_REASONS.get(reason, "other") if reason else None,
        usage=None if usage == Usage() else usage,
        served_model=body.get("model"),
        done=body.get("done", False),
    )


def _tool_call(place: int, call: Mapping[str, Any]) -> ToolCallPiece:
    function = call["function"]
    index = function.get("index", place)
    return ToolCallPiece(
        index=index,
        id=call.get("id") or f"call_{index}",
        name=function["name"],
        arguments=json.dumps(function["arguments"], ensure_ascii=False, separators=(",", ":")),
    )
