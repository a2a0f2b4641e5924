"""Functions that a model calls: described to it, run for it, and bounded."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field
from scripted_model import Scripted, calling, client_of

from workbench.calls import Completion, Message, Tool, ToolCall
from workbench.client import ToolRun
from workbench.client.functions import tools_of
from workbench.errors import ConfigError


@dataclass
class Place:
    city: str
    country: str = "Norway"


def weather(
    place: Place, unit: Literal["C", "F"] = "C", *, json: Annotated[int, Field(ge=0, le=9)] = 3
) -> dict[str, Any]:
    """Tell the weather.

    Of today, not of tomorrow.

    Args:
        place: Where it is.
        unit: Of the temperature.
    """
    return {"at": place.city, "degrees": Decimal(7), "unit": unit}


async def echo(text: str) -> str:
    """Say it again."""
    await asyncio.sleep(0)
    return text


def test_a_function_is_described_by_its_name_docstring_and_hints() -> None:
    [tool] = tools_of([weather])
    assert (tool.name, tool.description) == ("weather", "Tell the weather.\n\nOf today, not of tomorrow.")
    properties = tool.parameters["properties"]
    assert properties["place"]["description"] == "Where it is."
    assert properties["unit"] == {
        "default": "C",
        "description": "Of the temperature.",
        "enum": ["C", "F"],
        "type": "string",
    }
    assert properties["json"] == {"default": 3, "maximum": 9, "minimum": 0, "type": "integer"}
    assert tool.parameters["required"] == ["place"]


@pytest.mark.parametrize(
    "doc",
    [
        "Find it.\n\nParameters\n----------\nplace : str\n    Where it is.\n",
        "Find it.\n\n:param place: Where it is.\n",
        "Find it.\n\nArgs:\n    place (str): Where it is.\n",
    ],
    ids=["numpy", "reST", "google"],
)
def test_the_usual_styles_of_docstrings_are_read(doc: str) -> None:
    def find(place: str) -> str:
        return place

    find.__doc__ = doc
    [tool] = tools_of([find])
    assert tool.description == "Find it."
    assert tool.parameters["properties"]["place"] == {"type": "string", "description": "Where it is."}


SCHEMA = {"type": "object", "properties": {"x": {"type": "integer"}}}


@pytest.mark.parametrize(
    "written",
    [
        {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}},
        {"type": "function", "name": "f", "description": "d", "parameters": SCHEMA},
        {"name": "f", "description": "d", "input_schema": SCHEMA},
        {"name": "f", "description": "d", "inputSchema": SCHEMA},
        Tool(name="f", description="d", parameters=SCHEMA),
    ],
    ids=["openai", "responses", "anthropic", "mcp", "Tool"],
)
def test_a_tool_may_be_written_as_any_provider_has_it(written: Any) -> None:
    assert tools_of([written]) == (Tool(name="f", description="d", parameters=SCHEMA),)
    assert tools_of([{"name": "g"}]) == (Tool(name="g"),)


def untyped(x) -> None: ...  # type: ignore[no-untyped-def]


def open_ended(*xs: int) -> None: ...


def unknown(x: threading.Lock) -> None: ...


@pytest.mark.parametrize(
    ("tools", "words"),
    [
        ([untyped], "the parameter 'x' of the tool 'untyped' has no type hint"),
        ([open_ended], "no name of its own"),
        ([unknown], "cannot be described by a JSON schema"),
        ([lambda: 1], "no name for the tool"),
        ([echo, {"name": "echo"}], "several tools are called 'echo'"),
        ([{"description": "d"}], "write name, description and parameters"),
        ([7], "no tool: 7: give a function with type hints"),
    ],
)
def test_what_is_no_tool_is_refused_with_the_reason(tools: list[Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        tools_of(tools)


async def test_calls_are_in_the_answer_and_their_results_go_back(tmp_path: Path) -> None:
    server = Scripted(calling(("weather", '{"place": {"city": "Oslo"}}')), "Cold.")
    async with client_of(server, tmp_path) as client:
        asked = await client.chat("scripted/m", "How is it in Oslo?", tools=[weather], tool_choice="required")
        [call] = asked.tool_calls
        assert call == ToolCall(id="c0", name="weather", arguments='{"place": {"city": "Oslo"}}')
        assert asked.finish_reason == "tool_calls"
        turns = [
            Message(role="user", content="How is it in Oslo?"),
            asked.message,
            Message(role="tool", tool_call_id=call.id, content="7 degrees"),
        ]
        assert (await client.chat("scripted/m", turns, tools=[weather])).text == "Cold."
        again = await client.chat(
            "scripted/m", "How is it in Oslo?", tools=[weather], tool_choice="required", cache=True
        )
    assert (again.cached, again.tool_calls) == (True, asked.tool_calls)
    assert server.asked[0]["tool_choice"] == "required"
    assert server.asked[0]["tools"][0]["function"]["name"] == "weather"
    assert [turn["role"] for turn in server.asked[1]["messages"]] == ["user", "assistant", "tool"]


async def test_functions_are_run_until_the_model_has_its_answer(tmp_path: Path) -> None:
    server = Scripted(
        calling(("weather", '{"place": {"city": "Oslo"}, "unit": "F"}'), ("echo", '{"text": "hi"}')), "Cold."
    )
    async with client_of(server, tmp_path) as client:
        run = await client.run_tools(
            "scripted/m",
            "How is it?",
            [weather, echo],
            system="Be brief.",
            tags={"team": "blue"},
            tool_choice="weather",
        )
        rows = client.log.calls().sort_values("id").to_dict("records")
    assert (run.completion.text, run.turns, run.finished, run.cost_usd) == ("Cold.", 2, True, None)
    assert [message.role for message in run.messages] == [
        *("system", "user", "assistant", "tool", "tool", "assistant")
    ]
    told, said = run.messages[3:5]
    assert (told.tool_call_id, told.content) == ("c0", '{"at":"Oslo","degrees":"7","unit":"F"}')
    assert (said.tool_call_id, said.content) == ("c1", "hi")
    assert [dict(row["tags"]) for row in rows] == [
        {"team": "blue", "turn": "1"},
        {"team": "blue", "turn": "2"},
    ]
    # Forced again, it would call for ever.
    assert [body["tool_choice"] for body in server.asked] == [
        {"type": "function", "function": {"name": "weather"}},
        "auto",
    ]


async def test_what_goes_wrong_in_a_tool_is_told_to_the_model(tmp_path: Path) -> None:
    def broken(x: int) -> int:
        raise ZeroDivisionError("no way")

    server = Scripted(
        calling(
            ("broken", '{"x": 1}'),
            ("broken", '{"x": "many", "y": 2}'),
            ("broken", "{"),
            ("broken", "[1]"),
            ("gone", "{}"),
        ),
        "I see.",
    )
    async with client_of(server, tmp_path) as client:
        run = await client.run_tools("scripted/m", "Try.", [broken, echo])
    words = [str(message.content) for message in run.messages if message.role == "tool"]
    assert words[0] == "Error: ZeroDivisionError: no way"
    assert words[1].startswith("Error: x: Input should be a valid integer")
    assert "y: Unexpected keyword argument" in words[1]
    assert words[2].startswith("Error: JSONDecodeError")
    assert words[3] == "Error: TypeError: the arguments are no JSON object: '[1]'"
    assert words[4] == "Error: LookupError: no tool 'gone': there are broken, echo"
    assert run.completion.text == "I see."


async def test_the_calls_of_a_turn_run_at_the_same_time(tmp_path: Path) -> None:
    together = threading.Barrier(2, timeout=10)
    met = asyncio.Event()

    def first() -> str:
        together.wait()
        return "both"

    def second() -> str:
        together.wait()
        return "both"

    async def third() -> str:
        met.set()
        return "waited for"

    async def fourth() -> str:
        await asyncio.wait_for(met.wait(), 10)
        return "waits"

    calls = [(name, "{}") for name in ("fourth", "first", "second", "third")]
    async with client_of(Scripted(calling(*calls), "Done."), tmp_path) as client:
        run = await client.run_tools("scripted/m", "Go.", [first, second, third, fourth])
    assert [message.content for message in run.messages[2:6]] == ["waits", "both", "both", "waited for"]


async def test_a_model_that_never_ends_is_stopped_and_can_be_gone_on_with(tmp_path: Path) -> None:
    server = Scripted(*[calling(("echo", '{"text": "again"}'))] * 3, "Enough.")
    async with client_of(server, tmp_path) as client:
        run = await client.run_tools("scripted/m", "Go.", [echo], max_turns=3)
        assert (run.finished, run.turns, len(server.asked)) == (False, 3, 3)
        assert run.messages[-1].role == "tool"
        more = await client.run_tools("scripted/m", run.messages, [echo])
        assert (more.completion.text, more.finished, more.turns) == ("Enough.", True, 1)
        with pytest.raises(ConfigError, match="max_turns is 0"):
            await client.run_tools("scripted/m", "Go.", [echo], max_turns=0)


async def test_an_answer_that_fits_a_schema_may_end_a_run(tmp_path: Path) -> None:
    server = Scripted(calling(("echo", '{"text": "Oslo"}')), '{"city": "Oslo"}')
    async with client_of(server, tmp_path) as client:
        run = await client.run_tools("scripted/m", "Go.", [echo], schema=Place)
    assert run.completion.parsed == Place(city="Oslo")


@pytest.mark.parametrize(
    ("tools", "words"),
    [
        ([], "no tools to run"),
        ([Tool(name="f")], "run_tools cannot run Tool"),
        ([{"name": "f"}], "cannot run"),
    ],
)
async def test_only_functions_can_be_run(tools: Any, words: str, tmp_path: Path) -> None:
    server = Scripted()
    async with client_of(server, tmp_path) as client:
        with pytest.raises(ConfigError, match=words):
            await client.run_tools("scripted/m", "Go.", tools)
    assert server.asked == []


async def test_a_method_and_its_state_can_be_a_tool(tmp_path: Path) -> None:
    class Counter:
        def __init__(self) -> None:
            self.n = 0

        def add(self, k: int) -> int:
            """Count on."""
            self.n += k
            return self.n

    counter: Counter = Counter()
    add: Callable[..., Any] = counter.add
    async with client_of(Scripted(calling(("add", '{"k": 3}')), "3"), tmp_path) as client:
        run = await client.run_tools("scripted/m", "Go.", [add])
    assert counter.n == 3
    assert run.messages[2].content == "3"


def test_a_run_is_shown_by_its_last_answer_and_no_markup_of_it() -> None:
    answers = (
        Completion(text="<i>hm</i>", provider="p", model="m", cost_usd=Decimal("0.1")),
        Completion(text="<b>42</b>", provider="p", model="m", cost_usd=Decimal("0.2")),
    )
    run = ToolRun(completion=answers[-1], messages=(), completions=answers, finished=True)
    assert repr(run).startswith("ToolRun(2 turns · $0.300000 in all · finished: Completion('<b>42</b>'")
    assert "&lt;b&gt;42" in run._repr_html_()
    assert "<b>" not in run._repr_html_()
