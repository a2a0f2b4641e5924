"""The requests of OpenAI's Responses, there and back.

Conversations are sent whole and nothing is stored at the provider: thinking goes back as the encrypted items
that it came in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from workbench.calls import Image, Message, OutputSchema, Params, Part, Request, Role, Text, Thought, ToolCall
from workbench.protocols.decoding import image_at, tool_of, with_rest
from workbench.protocols.encoding import check, function_of, only, parts_of, present, text_of
from workbench.protocols.openai_reasoning import is_detail
from workbench.protocols.openai_requests import (
    CHOICES,
    choice_of,
    data_url,
    file_name,
    file_of,
    schema_of,
)

RESPONSES_PATH = "/responses"
# Their names in the body are ours.
SAME_NAME = ("temperature", "top_p", "service_tier", "parallel_tool_calls")
CARRIES = frozenset(
    {*SAME_NAME, *("max_tokens", "reasoning_effort", "logprobs", "tools", "output", "images", "files")}
)


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    System turns at the beginning become the instructions. A field of `extra` that is an object is joined with
    ours: `extra={"reasoning": {"summary": "auto"}}` leaves the effort as it is.

    Raises:
        ConfigError: A turn has parts that do not belong to its role, or there is a parameter that the
            protocol does not have: `stop`, `seed`, `n`, the penalties.
    """
    only(request, CARRIES, protocol="openai_responses")
    check(request.messages, protocol="openai_responses", image_roles=("user", "tool"))
    params = request.params
    system = list(takewhile(lambda message: message.role == "system", request.messages))
    turns = request.messages[len(system) :]
    body = present(
        model=request.model,
        instructions="\n\n".join(map(text_of, system)) if system else None,
        input=[item for message in turns for item in _items(message)],
        **{name: getattr(params, name) for name in SAME_NAME},
        max_output_tokens=params.max_tokens,
        reasoning=None if params.reasoning_effort is None else {"effort": params.reasoning_effort},
        top_logprobs=params.logprobs,
        include=_include(params) or None,
        # Left out, `strict` would be true here, which few schemas of functions are made for.
        tools=[
            {"type": "function", **function_of(tool)["function"], "strict": False} for tool in request.tools
        ]
        or None,
        tool_choice=_choice(request.tool_choice),
        text=None
        if request.output is None
        else {"format": {"type": "json_schema", **schema_of(request.output)}},
        store=False,
        stream=True if request.stream else None,
    )
    return RESPONSES_PATH, _joined(body, params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; a `developer` is read as the system."""
    written = body["input"]
    items = [{"role": "user", "content": written}] if isinstance(written, str) else written
    same: dict[str, Any] = {name: body.get(name) for name in SAME_NAME}
    params = Params(
        **same,
        max_tokens=body.get("max_output_tokens"),
        reasoning_effort=(body.get("reasoning") or {}).get("effort"),
        logprobs=body.get("top_logprobs"),
    )
    instructions = body.get("instructions")
    system = [] if instructions is None else [Message(role="system", content=instructions)]
    request = Request(
        model=body["model"],
        messages=(*system, *_turns(items)),
        params=params,
        tools=tuple(
            tool_of({"function": tool}) for tool in body.get("tools") or () if tool["type"] == "function"
        ),
        tool_choice=choice_of(body.get("tool_choice")),
        output=_output((body.get("text") or {}).get("format")),
        stream=bool(body.get("stream")),
    )
    return with_rest(request, {**body, "input": items}, encode(request)[1])


def _include(params: Params) -> list[str]:
    wanted = [] if params.logprobs is None else ["message.output_text.logprobs"]
    # OpenAI sends it unasked, xAI does not. Models that do not reason refuse to be asked for it:
    # https://github.com/microsoft/agent-framework/issues/7483
    return wanted if params.reasoning_effort is None else [*wanted, "reasoning.encrypted_content"]


def _joined(body: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        name: {**body[name], **value}
        for name, value in extra.items()
        if isinstance(value, Mapping) and isinstance(body.get(name), Mapping)
    }
    return body | dict(extra) | both


def _choice(choice: str | None) -> str | dict[str, Any] | None:
    return choice if choice is None or choice in CHOICES else {"type": "function", "name": choice}


def _output(wanted: Mapping[str, Any] | None) -> OutputSchema | None:
    match wanted:
        case {"type": "json_schema", "name": str(name), "schema": schema}:
            return OutputSchema(name=name, schema=schema)
    return None


def _items(message: Message) -> Iterator[dict[str, Any]]:
    content = message.content
    if message.role == "tool":
        output = content if isinstance(content, str) else [_part(part) for part in content]
        yield {"type": "function_call_output", "call_id": message.tool_call_id, "output": output}
    elif message.role == "assistant":
        yield from (_reasoning(thought) for thought in message.thoughts if _is_own(thought))
        if any(part != Text(text="") for part in parts_of(message)) or not message.tool_calls:
            yield {"role": "assistant", "content": text_of(message)}
        for call in message.tool_calls:
            yield {
                "type": "function_call",
                "call_id": call.id,
                "name": call.name,
                "arguments": call.arguments,
            }
    else:
        said = content if isinstance(content, str) else [_part(part) for part in content]
        yield {"role": message.role, "content": said}


def _is_own(thought: Thought) -> bool:
    return bool(thought.id and thought.data) and not is_detail(thought)


def _reasoning(thought: Thought) -> dict[str, Any]:
    summary = [{"type": "summary_text", "text": thought.text}] if thought.text else []
    return {"type": "reasoning", "id": thought.id, "summary": summary, "encrypted_content": thought.data}


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "input_text", "text": part.text}
    url = part.url if part.data is None else data_url(part)
    if isinstance(part, Image):
        return {"type": "input_image", "detail": "auto", "image_url": url}
    if part.data is None:
        return {"type": "input_file", "file_url": url}
    return {"type": "input_file", "filename": file_name(part), "file_data": url}


def _turns(items: Sequence[Mapping[str, Any]]) -> Iterator[Message]:
    """The turns that items stand for: what an assistant thinks, says and asks for in a row is one."""
    turn: Message | None = None
    for item in items:
        asked = item.get("type") == "function_call"
        own = asked or item.get("type") == "reasoning" or item.get("role") == "assistant"
        if turn is not None and (not own or ((turn.content or turn.tool_calls) and not asked)):
            yield turn
            turn = None
        if own:
            turn = _grown(turn or Message(role="assistant"), item)
        elif item.get("type", "message") in {"message", "function_call_output"}:
            yield _turn(item)
    if turn is not None:
        yield turn


def _grown(turn: Message, item: Mapping[str, Any]) -> Message:
    match item:
        case {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments}:
            call = ToolCall(id=call_id, name=name, arguments=arguments)
            return replace(turn, tool_calls=(*turn.tool_calls, call))
        case {"type": "reasoning"}:
            thought = Thought(
                text="\n\n".join(part["text"] for part in item.get("summary") or ()),
                data=item.get("encrypted_content"),
                id=item.get("id"),
            )
            return replace(turn, thoughts=(*turn.thoughts, thought))
    return replace(turn, content=_content(item["content"]))


def _turn(item: Mapping[str, Any]) -> Message:
    if item.get("type") == "function_call_output":
        return Message(role="tool", tool_call_id=item["call_id"], content=_content(item["output"]))
    role: Role = "system" if item["role"] == "developer" else item["role"]
    return Message(role=role, content=_content(item["content"]))


def _content(content: str | Sequence[Mapping[str, Any]]) -> str | tuple[Part, ...]:
    return content if isinstance(content, str) else tuple(_parts(content))


def _parts(content: Sequence[Mapping[str, Any]]) -> Iterator[Part]:
    for part in content:
        match part:
            case {"type": "input_text" | "output_text", "text": text}:
                yield Text(text=text)
            case {"type": "input_image", "image_url": str(url)}:
                yield image_at(url)
            case {"type": "input_file", "file_data": str(url)}:
                yield file_of(url, part.get("filename"))
            case {"type": "input_file", "file_url": str(url)}:
                yield file_of(url, None)
