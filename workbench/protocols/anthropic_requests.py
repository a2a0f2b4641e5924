"""The requests of Anthropic's Messages, there and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from workbench.calls import Image, Message, Params, Part, Request, Text, ToolCall
from workbench.protocols.decoding import image_of, stop_of, with_rest
from workbench.protocols.encoding import arguments_of, check, only, parts_of, present, text_of

CARRIES = frozenset({"temperature", "top_p", "max_tokens", "stop", "images", "files"})
CHAT_PATH = "/v1/messages"

DEFAULT_MAX_TOKENS = 4096
"""Sent where a request sets no limit, because the protocol has no default of its own."""


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    System turns are joined by a blank line, wherever they stand. Turns that follow each other with the same
    role become one, tool results counting as the user's: all results of one turn have to come back together.

    Raises:
        ConfigError: A `seed`, which the protocol does not have; arguments of a tool call that are no JSON
            object; a turn whose parts do not belong to its role.
    """
    only(request, CARRIES, protocol="anthropic")
    check(request.messages, protocol="anthropic", image_roles=("user", "tool"))
    params = request.params
    system = [text_of(message) for message in request.messages if message.role == "system"]
    body = present(
        model=request.model,
        max_tokens=DEFAULT_MAX_TOKENS if params.max_tokens is None else params.max_tokens,
        system="\n\n".join(system) if system else None,
        messages=list(_turns([message for message in request.messages if message.role != "system"])),
        temperature=params.temperature,
        top_p=params.top_p,
        stop_sequences=None if params.stop is None else list(params.stop),
        stream=True if request.stream else None,
    )
    return CHAT_PATH, body | dict(params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks.

    Each tool result becomes a turn of its own. The limit that `encode` sends where there is none is read as
    none, so that it does not go to a model of another protocol.
    """
    max_tokens = body.get("max_tokens")
    params = Params(
        temperature=body.get("temperature"),
        top_p=body.get("top_p"),
        max_tokens=None if max_tokens == DEFAULT_MAX_TOKENS else max_tokens,
        stop=stop_of(body.get("stop_sequences")),
    )
    system = [Message(role="system", content=_content(body["system"]))] if body.get("system") else []
    request = Request(
        model=body["model"],
        messages=(*system, *(turn for message in body["messages"] for turn in _messages(message))),
        params=params,
        stream=bool(body.get("stream")),
    )
    return with_rest(request, body, encode(request)[1])


def _turns(messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    for role, turns in groupby(
        messages, key=lambda turn: "assistant" if turn.role == "assistant" else "user"
    ):
        yield {"role": role, "content": [block for turn in turns for block in _blocks(turn)]}


def _blocks(message: Message) -> list[dict[str, Any]]:
    # A text block must not be empty, and beside tool calls an assistant often says nothing.
    parts = [_part(part) for part in parts_of(message) if not (message.tool_calls and part == Text(text=""))]
    if message.role == "tool":
        content = message.content if isinstance(message.content, str) else parts
        return [{"type": "tool_result", "tool_use_id": message.tool_call_id, "content": content}]
    return parts + [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments_of(call)}
        for call in message.tool_calls
    ]


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    kind = "image" if isinstance(part, Image) else "document"
    if part.data is None:
        return {"type": kind, "source": {"type": "url", "url": part.url}}
    return {"type": kind, "source": {"type": "base64", "media_type": part.media_type, "data": part.base64}}


def _messages(message: Mapping[str, Any]) -> Iterator[Message]:
    """The turns that a message of the wire stands for: the results of tools, and what is said beside them."""
    blocks: Sequence[Mapping[str, Any]] = [] if isinstance(message["content"], str) else message["content"]
    results = [block for block in blocks if block["type"] == "tool_result"]
    for result in results:
        content = result.get("content") or ""
        said: str | tuple[Part, ...] = content if isinstance(content, str) else tuple(_parts(content))
        yield Message(role="tool", content=said, tool_call_id=result["tool_use_id"])
    if len(blocks) > len(results) or not results:
        yield Message(
            role=message["role"],
            content=_content(message["content"]),
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


def _content(content: str | Sequence[Mapping[str, Any]]) -> str | tuple[Part, ...]:
    """Text where there is nothing else."""
    if isinstance(content, str):
        return content
    match tuple(_parts(content)):
        case ():
            return ""
        case (Text(text=text),):
            return text
        case parts:
            return parts


def _parts(blocks: Sequence[Mapping[str, Any]]) -> Iterator[Part]:
    for block in blocks:
        match block:
            case {"type": "text", "text": text}:
                yield Text(text=text)
            case {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}:
                yield image_of(data, media_type)
            case {"type": "image", "source": {"type": "url", "url": url}}:
                yield Image(url=url)
