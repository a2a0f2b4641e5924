"""A model that calls functions until it has its answer, and a bound on how often."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.calls import Completion, Message, Tool, ToolCall
from workbench.client.functions import Function, function_of, tools_of
from workbench.client.options import ToolLike
from workbench.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import ValidationError

Ask = Callable[[tuple[Message, ...], int], Awaitable[Completion]]
"""Asks the model once: with the conversation so far, and the number of the turn, from 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolRun:
    """A conversation with a model that called functions.

    Attributes:
        completion: The last answer.
        messages: The whole conversation, to go on with: each call of the model's is answered in it.
        completions: Every answer, in order; each is a row of the log.
        finished: Whether the last answer asks for no more functions; `False` where `max_turns` ended it.
    """

    completion: Completion
    messages: tuple[Message, ...]
    completions: tuple[Completion, ...]
    finished: bool

    @property
    def turns(self) -> int:
        """How often the model was asked."""
        return len(self.completions)

    @property
    def cost_usd(self) -> Decimal | None:
        """What all turns cost together; `None` where one of them is not known."""
        costs = [completion.cost_usd for completion in self.completions]
        return None if None in costs else sum((cost for cost in costs if cost), Decimal(0))

    def __repr__(self) -> str:
        return f"ToolRun({self._facts()}: {self.completion!r})"

    def _repr_html_(self) -> str:
        return (
            f'<div class="mathjax_ignore tex2jax_ignore">{self.completion._repr_html_()}'
            f'<div style="opacity:.65;font-size:85%">{self._facts()}</div></div>'
        )

    def _facts(self) -> str:
        turns = "1 turn" if self.turns == 1 else f"{self.turns} turns"
        cost = "cost unknown" if self.cost_usd is None else f"${self.cost_usd:.6f}"
        return f"{turns} · {cost} in all · {'finished' if self.finished else 'not finished'}"


def runnable(tools: Sequence[ToolLike]) -> dict[str, Function]:
    """The functions by their names.

    Raises:
        ConfigError: One of them is no Python function, two have the same name, or there is none.
    """
    if not tools:
        raise ConfigError("no tools to run: give at least one function with type hints")
    for tool in tools:
        if isinstance(tool, (Tool, Mapping)) or not callable(tool):
            raise ConfigError(
                f"run_tools cannot run {tool!r:.200}: give the Python function, or use chat and answer its "
                "tool_calls yourself"
            )
    tools_of(tools)
    found = [function_of(tool) for tool in tools if callable(tool)]
    return {function.tool.name: function for function in found}


async def run(
    ask: Ask, messages: tuple[Message, ...], functions: Mapping[str, Function], max_turns: int
) -> ToolRun:
    """Ask, run what the model calls, and ask again, until it calls nothing or was asked `max_turns` times."""
    completions: list[Completion] = []
    finished = False
    while not finished and len(completions) < max_turns:
        completion = await ask(messages, len(completions) + 1)
        completions.append(completion)
        answered = await asyncio.gather(*(_answer(functions, call) for call in completion.tool_calls))
        messages = (*messages, completion.message, *answered)
        finished = not completion.tool_calls
    return ToolRun(
        completion=completions[-1], messages=messages, completions=tuple(completions), finished=finished
    )


async def _answer(functions: Mapping[str, Function], call: ToolCall) -> Message:
    """What comes of a call; what goes wrong is said to the model, which may know better then."""
    from pydantic import ValidationError

    try:
        if call.name not in functions:
            raise LookupError(f"no tool {call.name!r}: there are {', '.join(functions)}")
        text = await functions[call.name].run(call.arguments)
    except ValidationError as exc:
        text = f"Error: {_problems(exc)}"
    except Exception as exc:  # whatever it is, it is the model's to deal with
        text = f"Error: {type(exc).__name__}: {exc}"
    return Message(role="tool", content=text, tool_call_id=call.id)


def _problems(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{_path(each['loc'])}: {each['msg']}" for each in found)


def _path(places: tuple[Any, ...]) -> str:
    return ".".join(map(str, places)) or "arguments"
