"""What all protocols do alike before they write a request down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, get_args

from workbench.calls import Image, Message, Part, Role, Text, ToolCall
from workbench.errors import ConfigError


def present(**fields: Any) -> dict[str, Any]:
    """The fields that have a value: `0`, `""` and `False` are values, only `None` is not."""
    return {name: value for name, value in fields.items() if value is not None}


def parts_of(message: Message) -> tuple[Part, ...]:
    """The parts of a turn; plain text is a single one."""
    return (Text(text=message.content),) if isinstance(message.content, str) else message.content


def text_of(message: Message) -> str:
    """The text of a turn, its parts joined by a blank line."""
    return "\n\n".join(part.text for part in parts_of(message) if isinstance(part, Text))


def arguments_of(call: ToolCall) -> dict[str, Any]:
    """The arguments of a tool call as an object; empty text is no arguments.

    Raises:
        ConfigError: They are not the JSON text of an object.
    """
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        raise ConfigError(
            f"arguments of the tool call {call.name!r} are no JSON object: {call.arguments!r}: "
            "mend them before you send the turn back"
        )
    return arguments


def check(messages: Sequence[Message], *, protocol: str, image_roles: tuple[Role, ...] = ("user",)) -> None:
    """See that each turn has the parts that belong to its role, and no others.

    Args:
        messages: The conversation.
        protocol: Name of the protocol, for the message of the error.
        image_roles: Roles whose turns can carry images in this protocol.

    Raises:
        ConfigError: A turn has a part that its role cannot have, or lacks one that it must have.
    """
    for message in messages:
        role = message.role
        if role not in get_args(Role):
            raise ConfigError(f"no role {role!r}: write one of {', '.join(get_args(Role))}")
        if (role == "tool") != (message.tool_call_id is not None):
            raise ConfigError(
                f"a turn of role {role!r} has tool_call_id {message.tool_call_id!r}: "
                "set it in turns of role 'tool', which answer a call, and in no others"
            )
        if message.tool_calls and role != "assistant":
            raise ConfigError(f"a turn of role {role!r} has tool_calls: move them to an assistant's turn")
        for part in parts_of(message):
            if isinstance(part, Text):
                continue
            if not isinstance(part, Image):
                raise ConfigError(f"no part of a message: {part!r}: write Text(…) or Image(…)")
            if part.data is None and part.url is None:
                raise ConfigError("an image has neither data nor url: give its bytes or its address")
            if role not in image_roles:
                raise ConfigError(
                    f"{protocol} carries no image in a turn of role {role!r}: put it into a user's turn"
                )
