"""The requests of Anthropic's Messages, there and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from workbench.calls import Message, OutputSchema, Params, Request, Text, Thought, Tool, ToolCall
from workbench.protocols.anthropic_parts import block_of, content_of, parts_in
from workbench.protocols.anthropic_thinking import effort_of, limit_of, thinking
from workbench.protocols.decoding import stop_of, with_rest
from workbench.protocols.encoding import arguments_of, check, only, parts_of, present, text_of
from workbench.protocols.strict_schema import closed, worded

CARRIES = frozenset(
    {
        *("temperature", "top_p", "top_k", "max_tokens", "stop", "reasoning_effort", "service_tier"),
        *("parallel_tool_calls", "tools", "output", "images", "files"),
    }
)
CHAT_PATH = "/v1/messages"
COUNT_PATH = "/v1/messages/count_tokens"
COUNTED = (
    "model",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "cache_control",
)
"""What of a request the counting of its tokens takes."""

OWN_TOOLS = "srvtoolu_"
"""How the ids of calls begin that Anthropic has run itself; without their results they cannot go back."""

CHOICES = {"auto": "auto", "none": "none", "required": "any"}


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    System turns are joined by a blank line, wherever they stand. Turns that follow each other with the same
    role become one, tool results counting as the user's: all results of one turn have to come back together.
    Thoughts go back before what was said and called. How an effort is written depends on the model: see
    `anthropic_thinking`.

    Raises:
        ConfigError: A `seed` or another parameter that the protocol does not have; arguments of a tool call
            that are no JSON object; a turn whose parts do not belong to its role; an effort whose thinking
            does not fit into `max_tokens`.
    """
    only(request, CARRIES, protocol="anthropic")
    check(request.messages, protocol="anthropic", image_roles=("user", "tool"))
    params = request.params
    system = [text_of(message) for message in request.messages if message.role == "system"]
    limit = limit_of(params.max_tokens, params.reasoning_effort)
    thoughts = thinking(request.model, params.reasoning_effort, limit)
    output = dict(thoughts.get("output_config", {}))
    if request.output is not None:
        # Objects that may have further properties are refused, and so are bounds.
        # https://platform.claude.com/docs/en/build-with-claude/structured-outputs
        output["format"] = {"type": "json_schema", "schema": worded(closed(request.output.schema))}
    body = present(
        model=request.model,
        max_tokens=limit,
        system="\n\n".join(system) if system else None,
        messages=list(_turns([message for message in request.messages if message.role != "system"])),
        temperature=params.temperature,
        top_p=params.top_p,
        top_k=params.top_k,
        stop_sequences=None if params.stop is None else list(params.stop),
        tools=[_tool(tool) for tool in request.tools] or None,
        tool_choice=_tool_choice(request.tool_choice, params.parallel_tool_calls),
        thinking=thoughts.get("thinking"),
        output_config=output or None,
        service_tier=params.service_tier,
        stream=True if request.stream else None,
    )
    return CHAT_PATH, body | dict(params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks.

    Each tool result becomes a turn of its own. The limit that `encode` sends where there is none is read as
    none, so that it does not go to a model of another protocol.
    """
    output = body.get("output_config") or {}
    effort = effort_of(body)
    max_tokens = body.get("max_tokens")
    choice, parallel = _choice_of(body.get("tool_choice") or {})
    params = Params(
        temperature=body.get("temperature"),
        top_p=body.get("top_p"),
        top_k=body.get("top_k"),
        max_tokens=None if max_tokens == limit_of(None, effort) else max_tokens,
        stop=stop_of(body.get("stop_sequences")),
        reasoning_effort=effort,
        service_tier=body.get("service_tier"),
        parallel_tool_calls=parallel,
    )
    system = [Message(role="system", content=content_of(body["system"]))] if body.get("system") else []
    request = Request(
        model=body["model"],
        messages=(*system, *(turn for message in body["messages"] for turn in _messages(message))),
        params=params,
        tools=tuple(_tool_of(tool) for tool in body.get("tools") or () if "input_schema" in tool),
        tool_choice=choice,
        output=OutputSchema(schema=output["format"]["schema"]) if output.get("format") else None,
        stream=bool(body.get("stream")),
    )
    return with_rest(request, body, encode(request)[1])


def encode_count(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body of the question how many tokens a request has; it is free, and limited by its own rate.

    Raises:
        ConfigError: As `encode` does.
    """
    body = encode(request)[1]
    return COUNT_PATH, {name: value for name, value in body.items() if name in COUNTED}


def _tool(tool: Tool) -> dict[str, Any]:
    described = present(name=tool.name, description=tool.description or None)
    return described | {"input_schema": dict(tool.parameters)}


def _tool_of(tool: Mapping[str, Any]) -> Tool:
    return Tool(name=tool["name"], description=tool.get("description") or "", parameters=tool["input_schema"])


def _tool_choice(choice: str | None, parallel: bool | None) -> dict[str, Any] | None:
    if choice is None and parallel is None:
        return None
    kind = CHOICES.get(choice or "auto")
    chosen: dict[str, Any] = {"type": "tool", "name": choice} if kind is None else {"type": kind}
    if parallel is not None and kind != "none":
        chosen |= {"disable_parallel_tool_use": not parallel}
    return chosen


def _choice_of(choice: Mapping[str, Any]) -> tuple[str | None, bool | None]:
    words = {written: word for word, written in CHOICES.items()}
    disabled = choice.get("disable_parallel_tool_use")
    return choice.get("name") or words.get(choice.get("type", "")), None if disabled is None else not disabled


def _turns(messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    for role, turns in groupby(
        messages, key=lambda turn: "assistant" if turn.role == "assistant" else "user"
    ):
        yield {"role": role, "content": [block for turn in turns for block in _blocks(turn)]}


def _blocks(message: Message) -> list[dict[str, Any]]:
    # A text block must not be empty, and beside tool calls an assistant often says nothing.
    silent = message.tool_calls or message.thoughts
    parts = [block_of(part) for part in parts_of(message) if not (silent and part == Text(text=""))]
    if message.role == "tool":
        content = message.content if isinstance(message.content, str) else parts
        return [{"type": "tool_result", "tool_use_id": message.tool_call_id, "content": content}]
    calls = [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments_of(call)}
        for call in message.tool_calls
        if not call.id.startswith(OWN_TOOLS)
    ]
    return [*_thoughts(message.thoughts), *parts, *calls]


def _thoughts(thoughts: Sequence[Thought]) -> Iterator[dict[str, Any]]:
    """Those that Anthropic can check; what another provider's model thought is none of its business."""
    for thought in thoughts:
        match thought:
            case Thought(id=None, signature=str(signature)):
                yield {"type": "thinking", "thinking": thought.text, "signature": signature}
            case Thought(id=None, data=str(data)):
                yield {"type": "redacted_thinking", "data": data}


def _messages(message: Mapping[str, Any]) -> Iterator[Message]:
    """The turns that a message of the wire stands for: the results of tools, and what is said beside them."""
    blocks: Sequence[Mapping[str, Any]] = [] if isinstance(message["content"], str) else message["content"]
    results = [block for block in blocks if block["type"] == "tool_result"]
    for result in results:
        content = result.get("content") or ""
        said = content if isinstance(content, str) else parts_in(content)
        yield Message(role="tool", content=said, tool_call_id=result["tool_use_id"])
    if len(blocks) > len(results) or not results:
        yield Message(
            role=message["role"],
            content=content_of(message["content"]),
            thoughts=tuple(thought for block in blocks if (thought := _thought_of(block)) is not None),
            tool_calls=tuple(
                ToolCall(
                    id=block["id"],
                    name=block["name"],
                    arguments=json.dumps(block["input"], ensure_ascii=False),
                )
                for block in blocks
                if block["type"] == "tool_use"
            ),
        )


def _thought_of(block: Mapping[str, Any]) -> Thought | None:
    match block:
        case {"type": "thinking", "thinking": text, "signature": signature}:
            return Thought(text=text, signature=signature)
        case {"type": "redacted_thinking", "data": data}:
            return Thought(data=data)
    return None
