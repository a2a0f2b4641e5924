"""The requests of OpenAI's chat completions, there and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbench.calls import (
    Chunk,
    File,
    Image,
    Message,
    OutputSchema,
    Params,
    Part,
    Request,
    Text,
    Thought,
    ToolCall,
    fold,
)
from workbench.errors import ConfigError
from workbench.protocols.decoding import image_at, stop_of, tool_of, with_rest
from workbench.protocols.encoding import check, function_of, only, present
from workbench.protocols.openai_reasoning import details_of, pieces_of
from workbench.protocols.strict_schema import closed, is_strict

CHAT_PATH = "/chat/completions"
CARRIES = frozenset(
    {
        *("temperature", "top_p", "top_k", "max_tokens", "stop", "seed", "frequency_penalty"),
        *("presence_penalty", "reasoning_effort", "logprobs", "n", "service_tier", "parallel_tool_calls"),
        *("tools", "output", "images", "files"),
    }
)
CHOICES = frozenset({"auto", "none", "required"})
# Their names in the body are ours.
SAME_NAME = (
    *("temperature", "top_p", "top_k", "max_tokens", "seed", "frequency_penalty", "presence_penalty"),
    *("reasoning_effort", "n", "service_tier", "parallel_tool_calls"),
)


def encode(request: Request) -> tuple[str, dict[str, Any]]:
    """Path and body.

    A schema of the answer is closed to properties that it does not name, and strict where it keeps to the
    rules of strict mode.

    Raises:
        ConfigError: An image outside a user's turn, a file known by its URL alone, or a turn whose parts do
            not belong to its role.
    """
    only(request, CARRIES, protocol="openai")
    check(request.messages, protocol="openai")
    params = request.params
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [_message(message) for message in request.messages],
    }
    body |= present(
        **{name: getattr(params, name) for name in SAME_NAME},
        stop=None if params.stop is None else list(params.stop),
        logprobs=None if params.logprobs is None else True,
        top_logprobs=params.logprobs,
        tools=[function_of(tool) for tool in request.tools] or None,
        tool_choice=_choice(request.tool_choice),
        response_format=None if request.output is None else _format(request.output),
    )
    if request.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return CHAT_PATH, body | dict(params.extra)


def decode_request(body: Mapping[str, Any]) -> Request:
    """The request that a body asks; a `developer` is read as the system, as OpenAI itself does."""
    same: dict[str, Any] = {name: body.get(name) for name in SAME_NAME}
    params = Params(
        **same,
        stop=stop_of(body.get("stop")),
        logprobs=body.get("top_logprobs") if body.get("logprobs") is True else None,
    )
    request = Request(
        model=body["model"],
        messages=tuple(_turn(message) for message in body["messages"]),
        params=params,
        tools=tuple(tool_of(tool) for tool in body.get("tools") or () if "function" in tool),
        tool_choice=choice_of(body.get("tool_choice")),
        output=_output(body.get("response_format")),
        stream=bool(body.get("stream")),
    )
    return with_rest(request, body, encode(request)[1])


def data_url(part: Image | File) -> str:
    """The bytes of an image or a file as a URL."""
    return f"data:{part.media_type};base64,{part.base64}"


def file_name(file: File) -> str:
    """Its name, or one whose ending says what it is: OpenAI goes by that."""
    return file.name or f"file.{file.media_type.rpartition('/')[2]}"


def file_of(url: str, name: str | None) -> File:
    """The document that a data URL is."""
    image = image_at(url)
    return File(data=image.data, media_type=image.media_type, url=image.url, name=name)


def choice_of(choice: str | Mapping[str, Any] | None) -> str | None:
    """The choice of a tool; `None` where it is of a kind that has no word of ours."""
    match choice:
        case str():
            return choice
        case {"type": "function", "function": {"name": str(name)}} | {"type": "function", "name": str(name)}:
            return name
    return None


def schema_of(output: OutputSchema) -> dict[str, Any]:
    """The schema of the answer, with its name and whether it is strict."""
    schema = closed(output.schema)
    return {"name": output.name, "schema": schema, "strict": is_strict(schema)}


def _choice(choice: str | None) -> str | dict[str, Any] | None:
    if choice is None or choice in CHOICES:
        return choice
    return {"type": "function", "function": {"name": choice}}


def _format(output: OutputSchema) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": schema_of(output)}


def _output(wanted: Mapping[str, Any] | None) -> OutputSchema | None:
    match wanted:
        case {"type": "json_schema", "json_schema": {"name": str(name), "schema": schema}}:
            return OutputSchema(name=name, schema=schema)
    return None


def _message(message: Message) -> dict[str, Any]:
    content: str | list[dict[str, Any]] | None = (
        message.content if isinstance(message.content, str) else [_part(part) for part in message.content]
    )
    if message.tool_calls:
        content = content or None  # as it came: models behind some hosts refuse a text that is empty
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in message.tool_calls
    ]
    return {"role": message.role, "content": content} | present(
        reasoning_content=_thinking(message),
        reasoning_details=(details_of(message.thoughts) if calls else []) or None,
        tool_calls=calls or None,
        tool_call_id=message.tool_call_id,
    )


def _thinking(message: Message) -> str | None:
    # DeepSeek wants it back with tool calls, though it be empty, and ignores it elsewhere. A thought with
    # more to it than text is another provider's: https://api-docs.deepseek.com/guides/thinking_mode
    thoughts = [thought.text for thought in message.thoughts if thought == Thought(text=thought.text)]
    return "".join(thoughts) if thoughts and message.tool_calls else None


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, File):
        if part.data is None:
            raise ConfigError(f"openai fetches no file from {part.url!r}: give its bytes as File(data=…)")
        return {"type": "file", "file": {"filename": file_name(part), "file_data": data_url(part)}}
    return {"type": "image_url", "image_url": {"url": part.url if part.data is None else data_url(part)}}


def _turn(message: Mapping[str, Any]) -> Message:
    content = message.get("content") or ""
    thinking = message.get("reasoning_content")
    thoughts = fold([Chunk(thoughts=tuple(pieces_of(message.get("reasoning_details") or ())))]).thoughts
    return Message(
        role="system" if message["role"] == "developer" else message["role"],
        content=content if isinstance(content, str) else tuple(_parts(content)),
        tool_calls=tuple(_calls(message.get("tool_calls") or ())),
        tool_call_id=message.get("tool_call_id"),
        thoughts=thoughts if thinking is None else (*thoughts, Thought(text=thinking)),
    )


def _calls(calls: Sequence[Mapping[str, Any]]) -> Iterator[ToolCall]:
    for call in calls:
        if "function" in call:
            name, arguments = call["function"]["name"], call["function"]["arguments"]
            yield ToolCall(id=call["id"], name=name, arguments=arguments)


def _parts(content: Iterable[Mapping[str, Any]]) -> Iterator[Part]:
    for part in content:
        match part:
            case {"type": "text", "text": text}:
                yield Text(text=text)
            case {"type": "image_url", "image_url": {"url": url}}:
                yield image_at(url)
            case {"type": "file", "file": {"filename": name, "file_data": url}}:
                yield file_of(url, name)
