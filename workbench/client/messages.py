"""The ways in which users write the turns of a conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from workbench.calls import Message, Role
from workbench.errors import ConfigError

Messages = str | Message | Mapping[str, str] | Sequence[Message | Mapping[str, str]]
ROLES: tuple[str, ...] = get_args(Role)


def messages_of(messages: Messages, system: str | None) -> tuple[Message, ...]:
    """The turns, the system prompt first where there is one.

    Raises:
        ConfigError: There are none, or one is not a message.
    """
    turns: Sequence[Message | Mapping[str, str]]
    if isinstance(messages, str):
        turns = [Message(role="user", content=messages)]
    elif isinstance(messages, (Message, Mapping)):
        turns = [messages]
    else:
        turns = messages
    if not turns:
        raise ConfigError("no messages: give a text, or at least one turn")
    first = [] if system is None else [Message(role="system", content=system)]
    return (*first, *(turn if isinstance(turn, Message) else _turn(turn) for turn in turns))


def _turn(turn: object) -> Message:
    match turn:
        case {"role": role, "content": str(content), **rest} if role in ROLES and not rest:
            return Message(role=role, content=content)
    raise ConfigError(
        f"not a message: {turn!r}: write {{'role': …, 'content': 'text'}}, the role being one of "
        f"{', '.join(ROLES)}, or a workbench.Message for anything else"
    )
