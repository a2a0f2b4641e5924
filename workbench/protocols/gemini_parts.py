"""What a turn of Gemini's is made of: texts, pictures, files, calls of functions and their results."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from mimetypes import MimeTypes
from typing import Any
from zlib import crc32

from workbench.calls import File, Image, Message, Part, Text, Thought, ToolCall
from workbench.errors import ConfigError
from workbench.protocols.decoding import as_content, image_of
from workbench.protocols.encoding import arguments_of, parts_of, present, text_of

NO_ID = "no-id:"
"""How an id of ours begins, for a call to which the model gave none; Gemini is not told it."""

SIGNED = "thought_signature"
"""The id of the thought that is the signature of a text, which to Anthropic would be none."""

# Where the thinking behind a call was another model's, Gemini 3 takes this for its signature.
# https://ai.google.dev/gemini-api/docs/thought-signatures
UNSIGNED = "skip_thought_signature_validator"
# Addresses that the provider itself opens: its own files, Cloud Storage and the web.
_SCHEMES = ("https://", "http://", "gs://")
_KINDS = MimeTypes()  # what Python knows of itself, whatever the machine has been told


def parts_to_send(message: Message, *, signed: bool) -> list[dict[str, Any]]:
    """The parts of a user's or an assistant's turn.

    Args:
        message: The turn.
        signed: Whether the model insists on a signature of the first call of a turn.

    Raises:
        ConfigError: An address that Gemini does not open; arguments that are no JSON object.
    """
    silent = message.tool_calls or message.thoughts
    parts = [part_to_send(part) for part in parts_of(message) if not (silent and part == Text(text=""))]
    signature = next((thought.signature for thought in message.thoughts if thought.id == SIGNED), None)
    if signature is not None:
        place = next((part for part in parts if "text" in part), None)
        if place is None:
            parts.append({"text": "", "thoughtSignature": signature})
        else:
            place["thoughtSignature"] = signature
    for number, call in enumerate(message.tool_calls):
        mark = call.signature or (UNSIGNED if signed and number == 0 else None)
        parts.append({"functionCall": _call(call)} | present(thoughtSignature=mark))
    return parts


def part_to_send(part: Part) -> dict[str, Any]:
    """A text, a picture or a file.

    Raises:
        ConfigError: An address that Gemini does not open.
    """
    if isinstance(part, Text):
        return {"text": part.text}
    if part.data is not None:
        return {"inlineData": {"mimeType": part.media_type, "data": part.base64}}
    url = part.url or ""
    if url.startswith("files/"):
        url = f"https://generativelanguage.googleapis.com/v1beta/{url}"
    if not url.startswith(_SCHEMES):
        raise ConfigError(
            f"gemini opens no {part.url!r}: give the bytes, a file uploaded to it, or an address that begins "
            f"with {' or '.join(_SCHEMES)}"
        )
    kind = _KINDS.guess_type(url, strict=False)[0] or part.media_type
    return {"fileData": {"mimeType": kind, "fileUri": url}}


def result_to_send(message: Message, names: Mapping[str, str]) -> dict[str, Any]:
    """The result of a call; text that is a JSON object is given as one, any other as its `output`.

    Args:
        message: The tool's turn.
        names: The functions that were called, by the ids of the calls.

    Raises:
        ConfigError: No earlier turn has that call.
    """
    called = message.tool_call_id or ""
    if called not in names:
        raise ConfigError(
            f"gemini wants the name of the function that a result is of, and no turn before it has the call "
            f"{called!r}: send the assistant's turn with that call too"
        )
    seen = [part_to_send(part) for part in parts_of(message) if not isinstance(part, Text)]
    return {
        "functionResponse": present(id=None if called.startswith(NO_ID) else called)
        | {"name": names[called], "response": _object(text_of(message))}
        | present(parts=seen or None)
    }


def call_of(part: Mapping[str, Any]) -> ToolCall:
    """The call in a part, under an id of ours where it has none."""
    call = part["functionCall"]
    arguments = json.dumps(call.get("args") or {}, ensure_ascii=False)
    return ToolCall(
        id=call.get("id") or f"{NO_ID}{call['name']}:{crc32(arguments.encode()):08x}",
        name=call["name"],
        arguments=arguments,
        signature=part.get("thoughtSignature"),
    )


def parts_in(parts: list[Mapping[str, Any]]) -> str | tuple[Part, ...]:
    """What a turn of the wire says: text where there is nothing else."""
    return as_content(_parts(parts))


def thoughts_in(parts: list[Mapping[str, Any]]) -> tuple[Thought, ...]:
    """The signature of what is said, which has to go back with it."""
    signatures = (part.get("thoughtSignature") for part in parts if "functionCall" not in part)
    return tuple(Thought(signature=signature, id=SIGNED) for signature in signatures if signature)[:1]


def result_of(response: Mapping[str, Any]) -> str | tuple[Part, ...]:
    """What a function gave."""
    given = response.get("response") or {}
    text = given["output"] if _is_output(given) else json.dumps(given, ensure_ascii=False)
    seen = tuple(_parts(response.get("parts") or []))
    return (*([Text(text=text)] if text else []), *seen) if seen else text


def _call(call: ToolCall) -> dict[str, Any]:
    known = None if call.id.startswith(NO_ID) else call.id
    return present(id=known) | {"name": call.name, "args": arguments_of(call)}


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    # A lone `output` would read as the text in it.
    return value if isinstance(value, dict) and not _is_output(value) else {"output": text}


def _is_output(response: Mapping[str, Any]) -> bool:
    return set(response) == {"output"} and isinstance(response["output"], str)


def _parts(parts: list[Mapping[str, Any]]) -> Iterator[Part]:
    for part in parts:
        match part:
            case {"text": text} if text and not part.get("thought"):
                yield Text(text=text)
            case {"inlineData": {"mimeType": str(kind), "data": data}}:
                image = image_of(data, kind)
                yield image if kind.startswith("image/") else File(data=image.data, media_type=kind)
            case {"fileData": {"fileUri": url, **rest}}:
                kind = str(rest.get("mimeType", ""))
                is_image = kind.startswith("image/")
                yield Image(url=url, media_type=kind) if is_image else File(url=url, media_type=kind)
