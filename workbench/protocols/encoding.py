"""What all protocols do alike before they write a request down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, get_args

from workbench.calls import File, Image, Message, Part, Request, Role, Text, Tool, ToolCall
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


def function_of(tool: Tool) -> dict[str, Any]:
    """A tool in the words of OpenAI, which others have taken over."""
    function = {"name": tool.name} | present(description=tool.description or None)
    return {"type": "function", "function": function | {"parameters": dict(tool.parameters)}}


def texts_of(request: Request, *, protocol: str) -> list[str]:
    """The text of each turn, where all are the user's: a prompt, or texts to embed.

    Raises:
        ConfigError: There are none, or a turn is of another role or has more in it than text.
    """
    for message in request.messages:
        if message.role != "user" or not all(isinstance(part, Text) for part in parts_of(message)):
            raise ConfigError(
                f"{protocol} takes plain texts, got a turn of role {message.role!r}: {message!r}"
            )
    if not request.messages:
        raise ConfigError(f"{protocol} got no text: give one at least")
    return [text_of(message) for message in request.messages]


def prompt_of(request: Request, *, protocol: str) -> str:
    """The one text that is to be gone on with.

    Raises:
        ConfigError: It is not one turn of the user, of nothing but text.
    """
    texts = texts_of(request, protocol=protocol)
    if len(texts) != 1:
        raise ConfigError(f"{protocol} goes on with one text, got {len(texts)} turns: join them to one")
    return texts[0]


def only(request: Request, carried: frozenset[str], *, protocol: str) -> None:
    """See that the request has nothing that a protocol cannot carry.

    Args:
        request: The request.
        carried: What the protocol carries: its `CARRIES`.
        protocol: Its name, for the message of the error.

    Raises:
        ConfigError: There is a parameter, a tool or a schema that it has no place for.
    """
    for name in request.params.given():
        if name not in carried:
            value = getattr(request.params, name)
            raise ConfigError(f"{protocol} has no parameter {name}, got {value!r}: leave it out")
    if request.tools and "tools" not in carried:
        raise ConfigError(f"{protocol} has no tools: leave them out, or ask a model of another provider")
    kinds = {type(part) for message in request.messages for part in parts_of(message)}
    for kind, name in ((Image, "images"), (File, "files")):
        if kind in kinds and name not in carried:
            raise ConfigError(
                f"{protocol} carries no {name}: leave them out, or put what they say into words"
            )
    if request.output is not None and "output" not in carried:
        raise ConfigError(f"{protocol} has no schema of the answer: say in the prompt what it should be like")


def check(messages: Sequence[Message], *, protocol: str, image_roles: tuple[Role, ...] = ("user",)) -> None:
    """See that each turn has the parts that belong to its role, and no others.

    Args:
        messages: The conversation.
        protocol: Name of the protocol, for the message of the error.
        image_roles: Roles whose turns can carry images and files in this protocol.

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
            if not isinstance(part, Image | File):
                raise ConfigError(f"no part of a message: {part!r}: write Text(…), Image(…) or File(…)")
            what = "image" if isinstance(part, Image) else "file"
            if part.data is None and part.url is None:
                article = "an" if what == "image" else "a"
                raise ConfigError(f"{article} {what} has neither data nor url: give its bytes or its address")
            if role not in image_roles:
                raise ConfigError(
                    f"{protocol} carries no {what} in a turn of role {role!r}: put it into a user's turn"
                )
