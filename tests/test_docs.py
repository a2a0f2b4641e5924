"""The examples of the README and of the guides run, in their order, with no network and no key."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
import runpy
import shlex
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import any_provider
import click
import pytest
import yaml
from IPython.core.interactiveshell import InteractiveShell
from served import serving

import workbench
from workbench.cli import workbench as program
from workbench.client import Client
from workbench.client.options import ChatOptions
from workbench.log.schema import TABLES
from workbench.providers import HOSTS
from workbench.report.displayed import SCHEMA

ROOT = Path(__file__).parents[1]
PAGES = {
    page: (ROOT / page).read_text(encoding="utf-8")
    for page in (
        *("README.md", "docs/client.md", "docs/log.md", "docs/notebooks.md", "docs/providers.md"),
        *("docs/evaluation.md", "docs/scorers.md", "docs/statistics.md", "docs/report.md"),
        "docs/ci.md",
    )
}
CLIENT = PAGES["docs/client.md"]
A_CALL = "7f3a90"
"""The end of a call's id, as the pages write it."""


@pytest.fixture
async def _provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A project of somebody who has keys, some files, and nothing registered."""
    known = dict(HOSTS)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "my.csv").write_text("input,target\nThe capital of Norway?,Oslo\nThat of Peru?,Lima\n")
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "chart.png").write_bytes((ROOT / "docs" / "playground-light.png").read_bytes())
    async with serving(any_provider.answer) as url:
        for name, value in {
            "OPENAI_BASE_URL": f"{url}/v1",
            "OPENAI_API_KEY": "sk-of-nobody-0123456789",
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "sk-ant-of-nobody-0123456789",
            "OLLAMA_BASE_URL": url,
        }.items():
            monkeypatch.setenv(name, value)
        yield
    HOSTS.clear()
    HOSTS.update(known)


async def read(page: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    """Run the page's examples like the cells of a notebook, and give the names that there are after each."""
    after = []
    for example in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        source = example.replace(A_CALL, last_call()) if A_CALL in example else example
        code = compile(source, source, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        running = eval(code, names)
        if inspect.isawaitable(running):
            await running
        after.append(dict(names))
    return after


def last_call() -> str:
    return str(workbench.log.calls(limit=1)["id"].iloc[0])


@pytest.mark.usefixtures("_provider")
async def test_the_examples_of_the_guide_to_the_client_run(capsys: pytest.CaptureFixture[str]) -> None:
    after = await read(CLIENT, {})
    assert capsys.readouterr().out == any_provider.TEXT
    first, last = after[0]["answer"], after[-1]
    assert (first.text, first.finish_reason) == (any_provider.TEXT, "stop")
    assert first.cost_usd > 0
    assert last["stream"].completion.timing.ttft_s is not None
    assert last["vectors"].shape == (3, 3)
    assert (last["run"].turns, last["run"].finished) == (2, True)
    answer = next(names for names in after if "City" in names)["answer"]
    assert answer.parsed == last["City"](name="Oslo", population=3)
    assert (answer.output_by, answer.repaired) == ("native", False)
    assert last["before"].low_usd < last["before"].expected_usd < last["before"].high_usd
    assert (last["exactly"].tokens, last["exactly"].method) == (14, "server")
    assert [model.id for model in last["models"]] == ["gpt-5.4-mini", "text-embedding-3-small"]
    assert last["health"].problem == "it answers whatever the key is"


def test_every_option_of_a_call_is_in_the_guide() -> None:
    options = [*ChatOptions.__annotations__, *inspect.signature(Client.embed).parameters]
    assert [name for name in options if name != "self" and not re.search(rf"\b{name}\b", CLIENT)] == []


@pytest.mark.usefixtures("_provider")
@pytest.mark.parametrize("page", ["README.md", "docs/log.md"])
async def test_the_examples_of_the_other_pages_run(page: str) -> None:
    async with Client() as client:
        await client.chat("anthropic/claude-haiku-4-5", "Hello")
        names = {"wb": workbench, "client": client}
        assert await read(PAGES[page], names)


@pytest.mark.usefixtures("_provider")
async def test_the_examples_and_cells_of_the_guide_to_notebooks_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = PAGES["docs/notebooks.md"]
    async with Client() as client:
        after = (await read(page, {"wb": workbench, "client": client}))[-1]
    models = ["openai/gpt-5.4-mini", "anthropic/claude-haiku-4-5", "ollama/llama3.2"]
    assert [after["answers"][model].text for model in models] == [any_provider.TEXT] * 3
    assert after["playground"].errors == after["run"].problems == {}
    assert (after["run"].monitor.now().done, after["again"].experiment) == (4, after["run"].experiment)

    shell = InteractiveShell.instance()
    try:
        for cell in re.findall(r"```ipython\n(.*?)```", page, re.DOTALL):
            (await asyncio.to_thread(shell.run_cell, cell)).raise_error()
        assert [answer.text for answer in shell.user_ns["answers"].values()] == [any_provider.TEXT] * 2
    finally:
        InteractiveShell.clear_instance()
    asked = workbench.log.calls(limit=1)["request"].iloc[0]
    assert "What is the capital of Norway?" in str(asked)
    assert "gpt-5.4-mini" in capsys.readouterr().out


@pytest.mark.usefixtures("_provider")
@pytest.mark.filterwarnings("ignore:code that models write")  # not every kernel keeps it in equally well
async def test_the_examples_of_the_guide_to_scorers_run() -> None:
    async with Client() as client:
        by_row, capitals, code, own = await read(
            PAGES["docs/scorers.md"], {"wb": workbench, "client": client}
        )
        scored = {
            names["experiment"].id: client.log.scores(experiment=names["experiment"].id)
            for names in (by_row, capitals, code, own)
        }
    first, second, third, fourth = (
        frame.set_index(["sample", "scorer"])["value"].to_dict() for frame in scored.values()
    )
    # Whatever it is asked, it says "Oslo is far."
    assert first == {("1", "contains"): 1, ("2", "number"): 0, ("3", "quantity"): 0, ("4", "members"): 0}
    assert second == {("1", "contains"): 1, ("1", "exact"): 0, ("1", "rouge1_recall"): 1}
    assert third == {("1", "code"): 0, ("2", "code"): 0, ("3", "code"): 0}
    assert set(scored[code["experiment"].id]["label"]) == {"no code"}
    assert fourth == {("1", "polite"): 0, ("1", "brief"): 1}
    assert set(scored[own["experiment"].id]["explanation"]) == {"", "3 words, 20 at most"}


@pytest.mark.usefixtures("_provider")
async def test_the_examples_of_the_guide_to_evaluation_run(capsys: pytest.CaptureFixture[str]) -> None:
    after = (await read(PAGES["docs/evaluation.md"], {}))[-1]
    assert (after["capitals"].version, len(after["capitals"])) == ("2", 2)
    assert len(after["judged"].verdicts) > 0
    assert after["tight"].stopped.startswith("the budget of $0.0005 would not surely hold")
    assert "sim/sage is better than sim/local" in after["sure"].stopped
    assert after["sure"].calls_saved > 0
    assert workbench.log.calls(experiment="capitals-1", where="NOT cached AND run IS NOT NULL").shape[0] <= 24
    assert "samples and 6 epochs you can see" in capsys.readouterr().out


@pytest.mark.usefixtures("_provider")
async def test_the_examples_of_the_guide_to_statistics_run(capsys: pytest.CaptureFixture[str]) -> None:
    after = (await read(PAGES["docs/statistics.md"], {}))[-1]
    assert after["compared"].models["n"].tolist() == [40] * 3
    assert not after["plan"].enough
    assert "cannot be told apart with 40 samples" in capsys.readouterr().out


@pytest.mark.usefixtures("_provider")
async def test_the_example_of_the_guide_to_ci_runs(capsys: pytest.CaptureFixture[str]) -> None:
    [after] = await read(PAGES["docs/ci.md"], {})
    assert (after["length"].verdict, len(after["after"])) == ("same", 20)
    assert "Gate passed: every sample was answered" in capsys.readouterr().out


async def test_the_examples_of_the_guide_to_reports_run(capsys: pytest.CaptureFixture[str]) -> None:
    [after] = await read(PAGES["docs/report.md"], {})
    assert (after["tone"].verdict, after["both"]["style"].verdict) == ("same", "undecided")
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("Gate")] == [
        "Gate passed: the tone has not suffered (same)",
        "Gate passed: the first question is right",
    ]


def test_every_name_of_a_report_is_in_the_guide() -> None:
    page = PAGES["docs/report.md"]
    names = [*SCHEMA["properties"], *SCHEMA["$defs"]["failure"]["properties"]]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_the_simulated_figures_of_the_guide_to_statistics_can_be_made_again() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "simulated_statistics.py"))
    made, page = script["tables"](10), PAGES["docs/statistics.md"]
    rows = [re.sub(r"[\d.]+%|[\d.]+ points", "?", line) for line in made.splitlines()]
    shown = re.sub(r"[\d.]+%|[\d.]+ points", "?", page)
    assert [row for row in rows if row not in shown] == []


def test_every_scorer_is_in_the_guide() -> None:
    page = PAGES["docs/scorers.md"]
    assert [name for name in workbench.scorers.SCORERS if f"`{name}`" not in page] == []
    made = [name for name in workbench.scorers.__all__ if name.islower() and name != "scorers_of"]
    assert [name for name in made if not re.search(rf"`{name}(\(|`)", page)] == []


@pytest.mark.parametrize(
    ("page", "folder"), [("README.md", "notebooks"), ("docs/notebooks.md", "../notebooks")]
)
def test_every_notebook_is_listed_with_its_question(page: str, folder: str) -> None:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        title = json.loads(path.read_bytes())["cells"][0]["source"][0].removeprefix("# ").strip()
        assert f"| [`{path.stem}`]({folder}/{path.name}) | {title}" in PAGES[page]


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_links_to_in_the_repository_is_there(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)|(?:src|srcset)=\"([^\":]+)\"", PAGES[page])
    assert [link for pair in links for link in pair if not ((ROOT / page).parent / link).exists()] == []


def test_every_column_of_the_calls_is_in_the_guide_of_the_log() -> None:
    assert [name for name in TABLES["calls"] if f"`{name}`" not in PAGES["docs/log.md"]] == []


YAML = [
    *(
        block
        for page in PAGES.values()
        for block in re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    ),
    *(path.read_text(encoding="utf-8") for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))),
]


def commands(made: object) -> Iterator[str]:
    """What the steps and jobs of a pipeline run, line by line; expressions of the service are left out."""
    if isinstance(made, dict):
        for name, value in made.items():
            if name in ("run", "script"):
                lines = [value] if isinstance(value, str) else value
                yield from re.sub(r"\$\{\{.*?\}\}", "", "\n".join(lines)).splitlines()
            else:
                yield from commands(value)
    elif isinstance(made, list):
        for value in made:
            yield from commands(value)


def test_pipelines_are_yaml_and_run_reports() -> None:
    asked = [line for block in YAML for line in commands(yaml.safe_load(block)) if "workbench report" in line]
    assert len(asked) >= 5


@pytest.mark.parametrize(
    "line",
    [
        *(
            line
            for page in PAGES.values()
            for block in re.findall(r"```bash\n(.*?)```", page, re.DOTALL)
            for line in re.findall(r"\bworkbench (\w.*)", block)
        ),
        *(
            found
            for block in YAML
            for line in commands(yaml.safe_load(block))
            for found in re.findall(r"^\s*workbench (\w.*)", line)
        ),
    ],
)
def test_a_command_that_a_page_shows_is_one(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    words = shlex.split(line, comments=True)
    command: click.Command = program
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words)


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("docs/client.md", "docs/table_of_parameters.py"),
        ("docs/providers.md", "docs/table_of_providers.py"),
    ],
)
def test_the_tables_of_a_page_are_those_of_the_package(page: str, path: str) -> None:
    script = runpy.run_path(str(ROOT / path))
    assert script["page"](PAGES[page]) == PAGES[page], f"run: python {path}"
