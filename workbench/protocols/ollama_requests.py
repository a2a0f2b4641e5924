"""The requests of Ollama's chat, there and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.calls import Image, Message, OutputSchema, Params, Request, Text, Thought, ToolCall
from workbench.errors import ConfigError
from workbench.protocols.decoding import image_of, stop_of, tool_of, with_rest
from workbench.protocols.encoding import arguments_of, check, function_of, only, parts_of, present, text_of

CHAT_PATH = "/api/chat"
CARRIES = frozenset(
    {
        *("temperature", "top_p", "top_k", "max_tokens", "stop", "seed", "frequency_penalty"),
        *("presence_penalty", "reasoning_effort", "logprobs", "tools", "output", "images"),
    }
)
# At the top level of a body Ollama ignores these without a word.
OPTIONS = frozenset(
    {
        *("num_ctx", "num_keep", "num_batch", "num_gpu", "main_gpu", "num_thread", "use_mmap", "num_predict"),
        *("top_k", "min_p", "typical_p", "repeat_last_n", "repeat_penalty", "presence_penalty"),
        *("frequency_penalty", "penalize_newline", "mirostat", "mirostat_tau", "mirostat_eta"),
    }
)
# Models that can only be told whether to think take every level as a yes.
# https://docs.ollama.com/capabilities/thinking
THINK: Mapping[str, bool | str] = {
    "none": False,
    "low": "low",
    "medium": "medium",
    "high": "high",
    "max": "max",
}


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Parameters go into `options`, and so do those of `extra` that Ollama knows as options (`num_ctx`, `min_p`,
    …); the rest of `extra` goes to the top level. `stream` is always sent, because Ollama streams by default.
    The text parts of a turn are joined by a blank line. Where no tool may be called, none is sent.

    Raises:
        ConfigError: An image that is known by its URL only; arguments of a tool call that are no JSON object;
            a tool that has to be called, which Ollama cannot be told; a `reasoning_effort` that it does not
            know; a turn whose parts do not belong to its role.
    """
    only(request, CARRIES, protocol="ollama")
    check(request.messages, protocol="ollama", image_roles=("user", "tool"))
    if request.tool_choice not in {None, "auto", "none"}:
        raise ConfigError(
            f"ollama cannot be told which tool to call, got tool_choice={request.tool_choice!r}: leave it out"
        )
    tools = [] if request.tool_choice == "none" else [function_of(tool) for tool in request.tools]
    return CHAT_PATH, body_of(
        request,
        messages=list(_messages(request.messages)),
        tools=tools or None,
        format=None if request.output is None else dict(request.output.schema),
        think=think_of(request.params.reasoning_effort),
    )


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks.

    A call without an id is known by the name of its function, and a result without a name is that of the
    first call that has none.
    """
    output = body.get("format")
    request = Request(
        model=body["model"],
        messages=tuple(_turns(body["messages"])),
        params=params_of(body),
        tools=tuple(tool_of(tool) for tool in body.get("tools") or ()),
        output=OutputSchema(schema=output) if isinstance(output, dict) else None,
        stream=body.get("stream", True),
    )
    return with_rest(request, body, encode(request)[1])


def body_of(request: Request, **fields: Any) -> dict[str, Any]:
    """A body with what all requests to Ollama have: the model, whether to stream, options and `extra`."""
    params = request.params
    options = present(
        temperature=params.temperature,
        top_p=params.top_p,
        top_k=params.top_k,
        num_predict=params.max_tokens,
        stop=None if params.stop is None else list(params.stop),
        seed=params.seed,
        frequency_penalty=params.frequency_penalty,
        presence_penalty=params.presence_penalty,
    )
    options |= {name: value for name, value in params.extra.items() if name in OPTIONS}
    options |= params.extra.get("options", {})
    body = present(model=request.model, stream=request.stream, **fields)
    if params.logprobs is not None:
        body |= {"logprobs": True} | ({"top_logprobs": params.logprobs} if params.logprobs else {})
    body |= {name: value for name, value in params.extra.items() if name not in OPTIONS}
    return body | present(options=options or None)


def params_of(body: Mapping[str, Any]) -> Params:
    """The parameters of a body, with options that have no word of ours in `extra`."""
    options = dict(body.get("options") or {})
    think = body.get("think")
    return Params(
        temperature=options.pop("temperature", None),
        top_p=options.pop("top_p", None),
        top_k=options.pop("top_k", None),
        max_tokens=options.pop("num_predict", None),
        stop=stop_of(options.pop("stop", None)),
        seed=options.pop("seed", None),
        frequency_penalty=options.pop("frequency_penalty", None),
        presence_penalty=options.pop("presence_penalty", None),
        reasoning_effort=next((effort for effort, word in THINK.items() if _is(word, think)), None),
        logprobs=(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
        extra={name: value for name, value in options.items() if name in OPTIONS},
    )


def think_of(effort: str | None) -> bool | str | None:
    """Whether to think and how hard, in Ollama's words.

    Raises:
        ConfigError: Ollama has no word for it.
    """
    if effort is None:
        return None
    if effort not in THINK:
        raise ConfigError(f"ollama has no reasoning_effort {effort!r}: write one of {', '.join(THINK)}")
    return THINK[effort]


def _is(word: bool | str, think: Any) -> bool:
    return type(word) is type(think) and word == think


def _messages(messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    names: dict[str, str] = {}
    for message in messages:
        names |= {call.id: call.name for call in message.tool_calls}
        calls = [
            {"id": call.id, "function": {"name": call.name, "arguments": arguments_of(call)}}
            for call in message.tool_calls
        ]
        images = [_image(part) for part in parts_of(message) if isinstance(part, Image)]
        # Thoughts that have a mark or a name are another provider's, and nothing to Ollama.
        thinking = "".join(
            thought.text for thought in message.thoughts if thought == Thought(text=thought.text)
        )
        yield {"role": message.role, "content": text_of(message)} | present(
            thinking=thinking or None,
            images=images or None,
            tool_calls=calls or None,
            tool_call_id=message.tool_call_id,
            # Servers that know no ids match a result with its call by the function's name.
            tool_name=names.get(message.tool_call_id or ""),
        )


def _turns(messages: Sequence[Mapping[str, Any]]) -> Iterator[Message]:
    waiting: list[str] = []
    for turn in map(_turn, messages):
        waiting += [call.id for call in turn.tool_calls]
        nameless = turn.role == "tool" and turn.tool_call_id is None and waiting
        named = replace(turn, tool_call_id=waiting[0]) if nameless else turn
        if named.tool_call_id in waiting:
            waiting.remove(named.tool_call_id)
        yield named


def _turn(message: Mapping[str, Any]) -> Message:
    text = message.get("content") or ""
    images = tuple(image_of(data) for data in message.get("images") or ())
    thinking = message.get("thinking")
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
        thoughts=(Thought(text=thinking),) if thinking else (),
    )


def _image(image: Image) -> str:
    if image.data is None:
        raise ConfigError(f"ollama fetches no image from {image.url!r}: give its bytes as Image(data=…)")
    return image.base64
