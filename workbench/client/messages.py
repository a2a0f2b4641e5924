"""The ways in which users write the turns of a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from workbench.calls import File, Image, Message, Part, Role, Text
from workbench.errors import ConfigError

Content = str | Part
Messages = str | Message | Mapping[str, Any] | Sequence[Message | Mapping[str, Any]] | Sequence[Content]
"""The user's text, one turn, the turns of a conversation, or the texts, images and files of one turn."""

ROLES: tuple[str, ...] = get_args(Role)


def messages_of(messages: Messages, system: str | None = None) -> tuple[Message, ...]:
    """The turns, the system prompt first where there is one.

    Raises:
        ConfigError: There are none, or one is not a message.
    """
    turns: Sequence[Message | Mapping[str, Any] | Content]
    given: object = messages
    if not isinstance(given, (str, Message, Mapping, Sequence)) or isinstance(given, bytes):
        raise ConfigError(f"no messages: {given!r:.200}: give a text, or a list of turns")
    if isinstance(messages, str):
        turns = [Message(role="user", content=messages)]
    elif isinstance(messages, (Message, Mapping)):
        turns = [messages]
    elif any(isinstance(each, (Image, File)) for each in messages):
        turns = [Message(role="user", content=tuple(_parts(messages)))]
    else:
        turns = messages
    if not turns:
        raise ConfigError("no messages: give a text, or at least one turn")
    first = [] if system is None else [Message(role="system", content=system)]
    return (*first, *(_message(turn) if isinstance(turn, Message) else _turn(turn) for turn in turns))


def _message(message: Message) -> Message:
    content: object = message.content
    match content:
        case str() | tuple():
            return message
        case [*parts]:
            return replace(message, content=tuple(_parts(parts)))
    raise ConfigError(
        f"the content of a turn is {content!r:.200}: give a text, or a list of texts, images and files"
    )


def _turn(turn: object) -> Message:
    match turn:
        case {"role": role, "content": str(content), **rest} if role in ROLES and not rest:
            return Message(role=role, content=content)
        case {"role": role, "content": [*parts], **rest} if role in ROLES and not rest:
            return Message(role=role, content=tuple(_parts(parts)))
    raise ConfigError(
        f"not a message: {turn!r}: write {{'role': …, 'content': 'text'}}, the role being one of "
        f"{', '.join(ROLES)}, or a workbench.Message for anything else"
    )


def _parts(content: Sequence[object]) -> Iterator[Part]:
    for part in content:
        match part:
            case str(text) | {"type": "text", "text": str(text)}:
                yield Text(text=text)
            case {"type": "image_url", "image_url": {"url": str(url)}}:
                yield Image.of(url)
            case Text() | Image() | File():
                yield part
            case _:
                raise ConfigError(
                    f"no part of a turn: {part!r:.200}: write a text, workbench.Image.of(…) or "
                    "workbench.File.of(…)"
                )
