"""The requests of Cohere's chat, there and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.calls import Image, Message, OutputSchema, Params, Part, Request, Text, Thought, ToolCall
from workbench.errors import ConfigError
from workbench.protocols.decoding import image_at, stop_of, tool_of, with_rest
from workbench.protocols.encoding import check, function_of, only, parts_of, present
from workbench.protocols.strict_schema import worded

CHAT_PATH = "/v2/chat"
CARRIES = frozenset(
    {
        *("temperature", "top_p", "top_k", "max_tokens", "stop", "seed", "frequency_penalty"),
        *("presence_penalty", "reasoning_effort", "logprobs", "tools", "output", "images"),
    }
)
PLAN = "tool_plan"
"""The id of the thought that is the plan of tool calls, which Cohere keeps apart from other thinking."""
# Cohere bounds thinking by tokens and knows no levels: the budgets are ours, `None` is without a bound.
BUDGETS: Mapping[str, int | None] = {
    "minimal": 512,
    "low": 1024,
    "medium": 4096,
    "high": None,
    "xhigh": None,
    "max": None,
}


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    Where a tool has to be called by its name it is the only one that is sent, for Cohere can be told no more
    than that some tool must be called. A `reasoning_effort` becomes a budget of thinking: 512 tokens at
    `minimal`, 1,024 at `low`, 4,096 at `medium`, no bound beyond; `none` turns it off. Bounds in a schema,
    which Cohere does not force, are told in words.

    Raises:
        ConfigError: A `logprobs` above 0, for Cohere tells those of the chosen tokens alone; a
            `reasoning_effort` or `tool_choice` that there is not; a turn whose parts do not belong to its
            role.
    """
    only(request, CARRIES, protocol="cohere")
    check(request.messages, protocol="cohere")
    params = request.params
    body: dict[str, Any] = {"model": request.model, "messages": [_turn(turn) for turn in request.messages]}
    body |= _tools(request) | present(
        max_tokens=params.max_tokens,
        temperature=params.temperature,
        p=params.top_p,
        k=params.top_k,
        stop_sequences=None if params.stop is None else list(params.stop),
        seed=params.seed,
        frequency_penalty=params.frequency_penalty,
        presence_penalty=params.presence_penalty,
        thinking=_thinking(params.reasoning_effort),
        logprobs=_logprobs(params.logprobs),
        response_format=None
        if request.output is None
        else {"type": "json_object", "json_schema": worded(request.output.schema)},
        stream=True if request.stream else None,
    )
    return CHAT_PATH, body | dict(params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; efforts that mean the same thing to Cohere are read as `high`."""
    params = Params(
        temperature=body.get("temperature"),
        top_p=body.get("p"),
        top_k=body.get("k"),
        max_tokens=body.get("max_tokens"),
        stop=stop_of(body.get("stop_sequences")),
        seed=body.get("seed"),
        frequency_penalty=body.get("frequency_penalty"),
        presence_penalty=body.get("presence_penalty"),
        reasoning_effort=_effort(body.get("thinking")),
        logprobs=0 if body.get("logprobs") else None,
    )
    request = Request(
        model=body["model"],
        messages=tuple(_message(turn) for turn in body["messages"]),
        params=params,
        tools=tuple(tool_of(tool) for tool in body.get("tools") or ()),
        tool_choice={"REQUIRED": "required", "NONE": "none"}.get(body.get("tool_choice") or ""),
        output=_output(body.get("response_format")),
        stream=bool(body.get("stream")),
    )
    return with_rest(request, body, encode(request)[1])


def _tools(request: Request) -> dict[str, Any]:
    choice = request.tool_choice
    if choice in {None, "auto", "none", "required"}:
        tools = [function_of(tool) for tool in request.tools]
        # Cohere has no word for `auto`, which is what it does where nothing is said.
        said = None if choice in {None, "auto"} else str(choice).upper()
        return present(tools=tools or None, tool_choice=said)
    named = [function_of(tool) for tool in request.tools if tool.name == choice]
    if not named:
        known = ", ".join(tool.name for tool in request.tools) or "none is given"
        raise ConfigError(f"no tool {choice!r} to choose: write auto, none, required or a tool ({known})")
    return {"tools": named, "tool_choice": "REQUIRED"}


def _thinking(effort: str | None) -> dict[str, Any] | None:
    if effort is None:
        return None
    if effort == "none":
        return {"type": "disabled"}
    if effort not in BUDGETS:
        raise ConfigError(f"no reasoning_effort {effort!r}: write one of none, {', '.join(BUDGETS)}")
    return {"type": "enabled"} | present(token_budget=BUDGETS[effort])


def _effort(thinking: Mapping[str, Any] | None) -> str | None:
    return next((effort for effort in ("none", *BUDGETS) if _thinking(effort) == thinking), None)


def _logprobs(count: int | None) -> bool | None:
    if count:
        raise ConfigError(f"cohere tells no rivals of a token, got logprobs={count}: write logprobs=0")
    return None if count is None else True


def _output(response_format: Mapping[str, Any] | None) -> OutputSchema | None:
    match response_format:
        case {"type": "json_object", "json_schema": dict(schema)}:
            return OutputSchema(schema=schema)
    return None


def _turn(message: Message) -> dict[str, Any]:
    plan = "".join(thought.text for thought in message.thoughts if thought.id == PLAN)
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments or "{}"},
        }
        for call in message.tool_calls
    ]
    content = _content(message)
    return {"role": message.role} | present(
        tool_call_id=message.tool_call_id,
        tool_plan=plan or None,
        tool_calls=calls or None,
        content=None if calls and not content else content,
    )


def _content(message: Message) -> str | list[dict[str, Any]]:
    # Thoughts that have a mark or a name are another provider's, and nothing to Cohere.
    thinking = [
        {"type": "thinking", "thinking": thought.text}
        for thought in message.thoughts
        if thought.text and thought == Thought(text=thought.text)
    ]
    if isinstance(message.content, str) and not thinking:
        return message.content
    return thinking + [_part(part) for part in parts_of(message) if part != Text(text="")]


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    url = part.url if part.data is None else f"data:{part.media_type};base64,{part.base64}"
    return {"type": "image_url", "image_url": {"url": url}}


def _message(turn: Mapping[str, Any]) -> Message:
    content = turn.get("content") or ""
    blocks: Sequence[Mapping[str, Any]] = [] if isinstance(content, str) else content
    plan = turn.get("tool_plan")
    return Message(
        role=turn["role"],
        content=content if isinstance(content, str) else _said(blocks),
        tool_calls=tuple(
            ToolCall(id=call["id"], name=call["function"]["name"], arguments=call["function"]["arguments"])
            for call in turn.get("tool_calls") or ()
        ),
        tool_call_id=turn.get("tool_call_id"),
        thoughts=(
            *([Thought(text=plan, id=PLAN)] if plan else []),
            *(Thought(text=block["thinking"]) for block in blocks if block["type"] == "thinking"),
        ),
    )


def _said(blocks: Sequence[Mapping[str, Any]]) -> str | tuple[Part, ...]:
    """Text where there is nothing else beside the thinking."""
    parts = tuple(_parts(blocks))
    thinks = any(block["type"] == "thinking" for block in blocks)
    match parts:
        case ():
            return ""
        case (Text(text=text),) if thinks:
            return text
    return parts


def _parts(blocks: Sequence[Mapping[str, Any]]) -> Iterator[Part | Image]:
    for block in blocks:
        match block:
            case {"type": "text", "text": text}:
                yield Text(text=text)
            case {"type": "image_url", "image_url": {"url": url}}:
                yield image_at(url)
