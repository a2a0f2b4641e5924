"""Python functions as tools: described to the model, and run with the arguments that it writes."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from workbench.calls import Tool
from workbench.client.options import ToolLike
from workbench.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# OpenAI's and Anthropic's rule for names.
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A Python function that a model may call.

    Attributes:
        tool: What the model is told of it.
        adapter: Checks arguments and calls it.
    """

    tool: Tool
    adapter: TypeAdapter[Any]

    async def run(self, arguments: str) -> str:
        """What the function returns, as text; a function that is not asynchronous runs in a thread.

        Args:
            arguments: JSON text of an object, as the model wrote it.

        Raises:
            Exception: The arguments are none of the function's, or whatever the function raises.
        """
        from pydantic_core import ArgsKwargs, to_json

        given = json.loads(arguments or "{}")
        if not isinstance(given, dict):
            raise TypeError(f"the arguments are no JSON object: {arguments!r:.200}")
        # The result of an asynchronous function is awaited here, where its loop is.
        result = await asyncio.to_thread(self.adapter.validate_python, ArgsKwargs((), given))
        if inspect.isawaitable(result):
            result = await result
        return result if isinstance(result, str) else to_json(result, fallback=str).decode()


def tools_of(tools: Sequence[ToolLike]) -> tuple[Tool, ...]:
    """What the model is told of each.

    Raises:
        ConfigError: One of them is no tool, or two have the same name.
    """
    found = tuple(_tool(each) for each in tools)
    names = [tool.name for tool in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ConfigError(f"several tools are called {', '.join(map(repr, sorted(twice)))}: rename them")
    return found


def choice_of(choice: str | None, tools: Sequence[Tool]) -> str | None:
    """Which tool has to be called, or whether one has: `auto`, `none`, `required`, or the name of a tool.

    Raises:
        ConfigError: There is no such tool, or none at all to be called.
    """
    names = [tool.name for tool in tools]
    if choice in {None, "auto", "none", *names} or (choice == "required" and names):
        return choice
    some = f"write auto, none, required or one of {', '.join(names)}" if names else "give it in tools"
    raise ConfigError(f"tool_choice is {choice!r}, and there is no such tool: {some}")


@lru_cache(maxsize=256)
def function_of(function: Callable[..., Any]) -> Function:
    """A function as a tool: its name, docstring and type hints say what the model is told.

    Raises:
        ConfigError: It has no name, a parameter has no type hint or cannot be named, or a type has no JSON
            schema.
    """
    from docstring_parser import parse
    from pydantic import PydanticUserError, TypeAdapter
    from pydantic.json_schema import GenerateJsonSchema

    class Untitled(GenerateJsonSchema):
        """Without the titles that only repeat the names, since each of them is paid for with every call."""

        def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - of none
            return False

    name = getattr(function, "__name__", "")
    if not _NAME.fullmatch(name):
        raise ConfigError(f"no name for the tool {function!r}: write it as a function with `def`")
    try:
        signature = inspect.signature(function)
    except ValueError as exc:
        raise ConfigError(f"no hints in the tool {name!r}: wrap it in a function of yours") from exc
    for parameter in signature.parameters.values():
        if parameter.annotation is parameter.empty or parameter.kind in {
            parameter.POSITIONAL_ONLY,
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        }:
            raise ConfigError(
                f"the parameter {str(parameter)!r} of the tool {name!r} has no type hint, or no name of its "
                "own: write it like `city: str`"
            )
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(cast(Any, function))
        schema = adapter.json_schema(schema_generator=Untitled)
    except (PydanticUserError, NameError) as exc:
        raise ConfigError(
            f"the tool {name!r} cannot be described by a JSON schema: {str(exc).splitlines()[0]}: use plain "
            "types, dataclasses or pydantic models in its hints"
        ) from exc
    said = parse(function.__doc__ or "")
    for about in said.params:
        if about.arg_name in schema["properties"] and about.description:
            schema["properties"][about.arg_name].setdefault("description", about.description)
    return Function(
        tool=Tool(name=name, description=(said.description or "").strip(), parameters=schema), adapter=adapter
    )


def _tool(tool: ToolLike) -> Tool:
    match tool:
        case Tool():
            return tool
        # As OpenAI's chat completions have it, flat as its Responses and Cohere, as Anthropic, as MCP.
        case {"type": "function", "function": Mapping() as inner}:
            return _tool(inner)
        case {"name": str(name), **told}:
            schemas: Iterator[Any] = (told.get(key) for key in ("parameters", "input_schema", "inputSchema"))
            parameters = next((schema for schema in schemas if schema is not None), None)
            described = str(told.get("description") or "")
            plain = Tool(name=name, description=described)
            return (
                plain if parameters is None else Tool(name=name, description=described, parameters=parameters)
            )
        case Mapping():
            raise ConfigError(f"no tool: {tool!r:.200}: write name, description and parameters")
    if not callable(tool):
        raise ConfigError(f"no tool: {tool!r:.200}: give a function with type hints, or a workbench.Tool")
    return function_of(tool).tool
