"""The cell that does the same: it is run, and what it asks is compared with what the playground asks."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from workbench.calls import Completion, Image
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.simulator import Simulator
from workbench.widgets.playground.as_code import as_code
from workbench.widgets.playground.literals import block, is_plain, literal
from workbench.widgets.playground.session import Session
from workbench.widgets.question.draft import Draft

PAIR = ("sim/swift", "sim/local")
SIGNS = '\\ \\n " \' """ {x} {{y}} {} % \t é 🦉 \u202e \x00'
PICTURE = Image(data=b"\x89PNG\r\n\x1a\n", media_type="image/png")

DRAFTS = {
    "plain": Draft(prompt="Why?", models=PAIR),
    "system": Draft(prompt="Why?", system="Be brief.\nAnd polite.", models=PAIR),
    "blank-system": Draft(prompt="Why?", system="{x}", variables={"x": " "}, models=PAIR),
    "signs": Draft(prompt=SIGNS, system=f"{SIGNS}\n{SIGNS}", variables={"x": "{x}", "y": ""}, models=PAIR),
    "quotes": Draft(prompt='He said "why"\n""""', system="It's \"\"\"\n'''\"", models=PAIR),
    "backslash-and-quote": Draft(prompt='\\"\n\\"""\\', models=PAIR),
    "variables": Draft(
        prompt='{city}: {{city}} {"json": {class}}',
        system="{self} {city}",
        variables={"city": "O's{lo}\n", "class": SIGNS, "self": "me", "unused": "x"},
        models=PAIR,
    ),
    "params": Draft(
        prompt="Why?",
        models=PAIR,
        params={"temperature": 0, "max_tokens": 8, "stop": ("a", SIGNS), "seed": None},
    ),
    "own-params": Draft(
        prompt="Why?",
        models=PAIR,
        params={"temperature": 0, "max_tokens": 8},
        own_params={
            "sim/local": {"temperature": 0.7, "extra": {"options": {"top_k": 3}}},
            "sim/gone": {"seed": 1},
        },
    ),
    "whole": Draft(prompt="Why?", models=PAIR, params={"stream": False, "tags": {"notebook": "compare"}}),
    "repeats": Draft(prompt="Why?", models=PAIR, repeats=3, own_params={"sim/swift": {"seed": 3}}),
    "pictures": Draft(prompt="What?", models=("sim/swift", "sim/sage"), images=(PICTURE, PICTURE)),
    "long": Draft(
        prompt="word " * 60,
        system="{a} {b} {c}",
        variables={name: f"a value that takes some room in the line of {name}" for name in "abc"},
        models=("sim/swift", "sim/steady", "sim/local", "sim/sage"),
        params={"temperature": 0.5, "max_tokens": 1, "top_p": 0.5, "stop": ["\n\n", "END", "STOP"]},
        repeats=2,
    ),
}


async def executed(code: str) -> dict[str, Any]:
    """What a cell leaves behind, run as a notebook does."""
    names: dict[str, Any] = {}
    compiled = compile(code, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(compiled, names)
    if inspect.isawaitable(result):
        await result
    return names


def asked(client: Client) -> list[tuple[Any, ...]]:
    """All that was asked, as it was sent; own marks of the playground aside."""
    ours = {"playground", "turn", "template", "template_system", "variables"}
    return sorted(
        (
            row["model"],
            row["epoch"] or 0,
            row["stream"],
            orjson.dumps(orjson.loads(row["request"]), option=orjson.OPT_SORT_KEYS),
            sorted(item for item in row["tags"].items() if item[0] not in ours),
        )
        for row in client.log.calls().to_dict("records")
    )


@pytest.fixture
def at_the_simulator(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to run cells in, where `sim/…` is the simulator and the pictures lie."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIM_BASE_URL", simulator.url)
    for number in (1, 2):
        (tmp_path / f"image-{number}.png").write_bytes(PICTURE.data or b"")
    return tmp_path


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS)
async def test_the_code_asks_what_the_playground_asks(
    at_the_simulator: Path, simulated: Settings, draft: Draft
) -> None:
    async with Client(home=at_the_simulator / "playground", settings=simulated) as client:
        session = Session(client)
        await session.ask(session.begin(draft))
        code = as_code(draft, home=at_the_simulator / "it's the cell's")
        names = await executed(code)
        async with names["client"] as cells:
            assert asked(cells) == asked(client)
    assert all(isinstance(answer, Completion) for answer in names["answers"].values())
    wanted = [(model, repeat) for model in draft.models for repeat in range(draft.repeats)]
    assert list(names["answers"]) == (wanted if draft.repeats > 1 else list(draft.models))


async def test_a_model_that_fails_leaves_the_others_their_answers(at_the_simulator: Path) -> None:
    names = await executed(as_code(Draft(prompt="Why?", models=("sim/swift", "nobody/there"))))
    async with names["client"]:
        assert isinstance(names["answers"]["sim/swift"], Completion)
        assert isinstance(names["answers"]["nobody/there"], ConfigError)


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS)
def test_the_code_is_formatted_as_ruff_formats_it(draft: Draft, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--target-version", "py311", "-"]
    code = as_code(draft, home="here")
    formatted = subprocess.run(command, input=code, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert formatted.stdout == code


def test_a_short_question_is_short_code() -> None:
    assert as_code(Draft(prompt="Why?", models=("sim/swift",), params={"temperature": 0})) == (
        "import asyncio\n"
        "\n"
        "from workbench import Client\n"
        "\n"
        "client = Client()\n"
        'models = ["sim/swift"]\n'
        'prompt = "Why?"\n'
        "\n"
        "\n"
        "async def ask(model):\n"
        "    return await client.chat(model, prompt, stream=True, temperature=0)\n"
        "\n"
        "\n"
        "# Whoever failed has an exception in place of an answer.\n"
        "found = await asyncio.gather(*(ask(model) for model in models), return_exceptions=True)\n"
        "answers = dict(zip(models, found))\n"
        '{name: getattr(answer, "text", answer) for name, answer in answers.items()}\n'
    )


def test_pictures_that_came_as_bytes_are_files_to_be_saved_and_others_their_urls() -> None:
    pictures = (PICTURE, Image(url="https://a.example/b.png?c='x"))
    code = as_code(Draft(prompt="What?", models=("a/b",), images=pictures))
    assert "# 8 bytes of the playground: save them under this name." in code
    assert 'Image.of("image-1.png")' in code
    assert """Image(url="https://a.example/b.png?c='x"),""" in code


def test_what_cannot_be_written_is_named() -> None:
    draft = Draft(
        prompt="Why?", models=("a/b",), params={"schema": int}, own_params={"a/b": {"tools": [len]}}
    )
    assert "# The playground has schema, tools too: give them to `chat` below." in as_code(draft)


def test_a_draft_that_cannot_be_asked_has_no_code() -> None:
    with pytest.raises(ConfigError, match="prompt is empty"):
        as_code(replace(DRAFTS["plain"], prompt=""))


@pytest.mark.parametrize(
    "value", [SIGNS, f"a\n{SIGNS}", '"', '\n"', '""""""\n"""', "\\\n\\", '\n\\"', "\r\n\u2028", "\ud800"]
)
def test_a_text_is_written_so_that_python_reads_it_back_and_nothing_hides(value: str) -> None:
    for written in (literal(value), block(value)):
        assert ast.literal_eval(written) == value
        assert written.replace("\n", "").isprintable()
    assert "\n" not in literal(value)


def test_plain_values_are_those_that_python_reads_back() -> None:
    assert all(map(is_plain, (1, 0.5, None, True, "x", [1, "x"], {"a": {"b": (1,)}})))
    assert not any(map(is_plain, (int, len, object(), float("nan"), Path())))
    assert ast.literal_eval(literal({"a": [1, ("b", None)], "c": {}})) == {"a": [1, ["b", None]], "c": {}}
