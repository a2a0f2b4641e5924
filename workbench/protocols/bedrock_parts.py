"""The blocks that messages of Bedrock's Converse are made of, there and back."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.calls import File, Image, Message, Part, Text, Thought, ToolCall
from workbench.errors import ConfigError
from workbench.protocols.decoding import as_content, image_of
from workbench.protocols.encoding import arguments_of, parts_of

_WORD = "application/vnd.openxmlformats-officedocument."
FORMATS = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    f"{_WORD}wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    f"{_WORD}spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
"""Bedrock's names of the documents that it reads."""

_MEDIA_TYPES = {name: media_type for media_type, name in FORMATS.items()}


def blocks_of(message: Message, numbers: Iterator[int]) -> list[dict[str, Any]]:
    """The blocks of a turn: thoughts first, then what is said, then calls.

    Args:
        message: The turn.
        numbers: For documents without a name, which must have one, and not that of another.

    Raises:
        ConfigError: A picture or document that cannot be sent; arguments of a call that are no JSON object.
    """
    # Converse refuses a text without letters, and beside tool calls an assistant often says nothing.
    silent = Text(text="") if message.tool_calls or message.thoughts else None
    said = [_block(part, numbers) for part in parts_of(message) if part != silent]
    if message.role == "tool":
        return [{"toolResult": {"toolUseId": message.tool_call_id, "content": said}}]
    calls = [
        {"toolUse": {"toolUseId": call.id, "name": call.name, "input": arguments_of(call)}}
        for call in message.tool_calls
    ]
    return [*_thoughts(message.thoughts), *said, *calls]


def turns_in(message: Mapping[str, Any]) -> Iterator[Message]:
    """The turns that a message of the wire stands for: the results of tools, and what is said beside them."""
    blocks: Sequence[Mapping[str, Any]] = message["content"]
    rest = [block for block in blocks if "toolResult" not in block]
    for block in blocks:
        if "toolResult" in block:
            result = block["toolResult"]
            yield Message(
                role="tool", content=content_of(result["content"]), tool_call_id=result["toolUseId"]
            )
    if rest or not blocks:
        yield Message(
            role=message["role"],
            content=content_of(rest),
            tool_calls=tuple(_call(block["toolUse"]) for block in rest if "toolUse" in block),
            thoughts=tuple(
                _thought_of(block["reasoningContent"]) for block in rest if "reasoningContent" in block
            ),
        )


def content_of(blocks: Sequence[Mapping[str, Any]]) -> str | tuple[Part, ...]:
    """What is said in blocks; text where there is nothing else."""
    return as_content(_parts(blocks))


def _block(part: Part, numbers: Iterator[int]) -> dict[str, Any]:
    match part:
        case Text(text=text):
            return {"text": text}
        case Image():
            kind = part.media_type.removeprefix("image/").replace("jpg", "jpeg")
            return {"image": {"format": kind, "source": _source(part)}}
    if part.media_type not in FORMATS:
        raise ConfigError(
            f"bedrock reads no document of type {part.media_type!r}: it takes {', '.join(FORMATS.values())}"
        )
    # It refuses names with other signs than these, dots included.
    name = re.sub(r"\s+", " ", re.sub(r"[^\w\s\-()\[\]]|_", "-", part.name or "", flags=re.ASCII))[:200]
    return {
        "document": {
            "format": FORMATS[part.media_type],
            "name": name or f"document {next(numbers)}",
            "source": _source(part),
        }
    }


def _source(part: Image | File) -> dict[str, Any]:
    if part.data is not None:
        return {"bytes": part.base64}
    if part.url is None or not part.url.startswith("s3://"):
        raise ConfigError(f"bedrock does not fetch {part.url!r}: give its bytes, or put it into S3 (s3://…)")
    return {"s3Location": {"uri": part.url}}


def _thoughts(thoughts: Sequence[Thought]) -> Iterator[dict[str, Any]]:
    """Those that a model can check: others are refused, as is DeepSeek's own thinking.

    Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-deepseek.html
    """
    for thought in thoughts:
        match thought:
            case Thought(id=None, data=str(data)):
                yield {"reasoningContent": {"redactedContent": data}}
            case Thought(id=None, signature=str(signature)):
                yield {"reasoningContent": {"reasoningText": {"text": thought.text, "signature": signature}}}


def _thought_of(block: Mapping[str, Any]) -> Thought:
    if "redactedContent" in block:
        return Thought(data=block["redactedContent"])
    told = block["reasoningText"]
    return Thought(text=told["text"], signature=told.get("signature"))


def _call(block: Mapping[str, Any]) -> ToolCall:
    arguments = json.dumps(block["input"], ensure_ascii=False)
    return ToolCall(id=block["toolUseId"], name=block["name"], arguments=arguments)


def _parts(blocks: Sequence[Mapping[str, Any]]) -> Iterator[Part]:
    for block in blocks:
        match block:
            case {"text": text}:
                yield Text(text=text)
            case {"image": {"format": kind, "source": {"bytes": data}}}:
                yield image_of(data, f"image/{kind}")
            case {"image": {"format": kind, "source": {"s3Location": {"uri": url}}}}:
                yield Image(url=url, media_type=f"image/{kind}")
            case {"document": {"format": kind, "name": name, "source": {"bytes": data}}}:
                yield File(
                    data=base64.b64decode(data, validate=True), media_type=_MEDIA_TYPES[kind], name=name
                )
