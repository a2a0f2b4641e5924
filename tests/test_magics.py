"""`%load_ext workbench` in a real shell, with the simulator as its provider."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbclient.exceptions import CellExecutionError

import workbench
from workbench.calls import Completion
from workbench.log import Log
from workbench.providers import HOSTS
from workbench.widgets.frames import Table

REPOSITORY = Path(__file__).parents[1]
Run = Callable[[str], Any]


@pytest.fixture(scope="module", autouse=True)
def simulator() -> Iterator[None]:
    before = dict(HOSTS)
    workbench.simulate()
    yield
    HOSTS.clear()
    HOSTS.update(before)
    del os.environ["SIM_BASE_URL"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, its own log in it; nobody sits at a front end."""
    for name in ("OPENAI_API_KEY", "LLM_DEFAULT_MODEL", "JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".workbench").mkdir()
    return tmp_path / ".workbench"


@pytest.fixture
def shell(home: Path) -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "workbench")
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture
def run(shell: InteractiveShell) -> Run:
    """Runs a cell and gives its value; what it raises is raised here."""

    def run_cell(cell: str) -> Any:
        done = shell.run_cell(cell, store_history=True)
        done.raise_error()
        return done.result

    return run_cell


def requests(home: Path) -> list[str]:
    """What was asked, the last one first."""
    return list(Log(home).calls()["request"])


def test_a_cell_is_a_prompt_and_its_value_is_the_answer(run: Run, home: Path, capsys: Any) -> None:
    run("country = 'France'")
    answer = run("%%chat sim/swift -o kept\nWhat is the capital of {country}?\n")
    assert isinstance(answer, Completion)
    assert run("_ is kept, kept.text") == (True, answer.text)
    shown = capsys.readouterr().out
    assert shown.count(answer.text) >= 1
    assert "sim/swift · done" in shown
    assert answer.timing.ttft_s is not None
    assert '"What is the capital of France?"' in requests(home)[0]


def test_several_models_are_asked_and_their_answers_are_told_apart(run: Run, home: Path) -> None:
    run("models = ['sim/swift', 'sim/steady']")
    answers = run(
        "%%chat {models} sim/swift --temperature 0 --max-tokens 7 --system 'Be {brief}.' -o kept\nHi"
    )
    assert list(answers) == ["sim/swift", "sim/steady"]
    assert run("kept == _") is True
    for request in requests(home):
        assert '"temperature":0.0' in request
        assert '"max_tokens":7' in request
        assert "Be {brief}." in request


def test_names_without_a_variable_are_left_and_said(run: Run, home: Path, capsys: Any) -> None:
    run("import json")
    run('%%chat sim/swift\nIs {json} in {nothing} like {"a": 1}?')
    assert "No variable for {json}, {nothing}: sent as it stands." in capsys.readouterr().out
    assert r"Is {json} in {nothing} like {\"a\": 1}?" in requests(home)[0]


def test_a_schema_is_a_variable_and_the_answer_is_parsed(run: Run) -> None:
    run("wanted = {'type': 'object', 'properties': {'a': {'type': 'string'}}, 'required': ['a']}")
    with pytest.raises(Exception, match="'missing' is no variable"):
        run("%%chat sim/swift --schema missing\nHi")
    with pytest.raises(Exception, match="does not fit the schema"):  # the simulator knows no schemas
        run("%%chat sim/swift --schema wanted\nHi")


def test_whole_answers_have_no_time_to_first_token(run: Run) -> None:
    assert run("%%chat sim/swift --no-stream\nHi").timing.ttft_s is None


def test_the_default_model_answers_where_none_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="no model: write %%chat provider/model"):
        run("%%chat\nHi")
    monkeypatch.setenv("LLM_DEFAULT_MODEL", "sim/steady")
    assert run("%%chat\nHi").model == "steady"


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("%%chat nope/x\nHi", "unknown provider 'nope'"),
        ("%%chat openai/gpt-5\nHi", "no key for openai: set OPENAI_API_KEY"),
        ("%%chat sim/swift\n   \n", "The prompt is empty"),
        ("%%chat sim/swift", "the cell body is empty"),
        ("%%chat sim/nobody\nHi", "404"),
        ("%%chat sim/swift --temperature warm\nHi", "invalid float value: 'warm'"),
        ("%%chat sim/swift --what\nHi", "unrecognized arguments: --what"),
        ("%%chat sim/swift --system 'Be\nHi", "No closing quotation"),
        ("%%chat sim/swift -o 1a\nHi", "'1a' is no name of a variable"),
        ("%%chat {nothing}\nHi", "it has to hold names of models"),
        ("%usage bogus", "usage by 'bogus' is not known"),
        ("%usage --since soon", "no moment in 'soon'"),
    ],
)
def test_what_goes_wrong_is_one_line_without_a_traceback(
    shell: InteractiveShell, capsys: Any, cell: str, line: str
) -> None:
    assert not shell.run_cell(cell).success
    said = capsys.readouterr().err
    assert said.startswith("UsageError: ")
    assert line in said
    assert len(said.splitlines()) == 1


def test_a_key_that_is_set_later_is_found(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="no key for openai"):
        run("%%chat openai/gpt-5\nHi")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-a-test")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")
    with pytest.raises(Exception, match="openai/gpt-5") as failed:
        run("%%chat openai/gpt-5\nHi")
    assert "no key" not in str(failed.value)


def test_usage_is_a_frame_that_can_be_kept_and_read(run: Run, capsys: Any) -> None:
    run("%%chat sim/swift sim/steady\nHi")
    kept = run("used = %usage model --since 1h\nused")
    assert isinstance(kept, Table)
    assert dict(zip(kept["model"], kept["calls"], strict=True)) == {"steady": 1, "swift": 1}
    capsys.readouterr()
    run("%usage")
    assert "$0.0000" in capsys.readouterr().out


def test_help_names_every_option(shell: InteractiveShell) -> None:
    for magic, words in (
        (shell.find_cell_magic("chat"), ("%%chat", "--schema NAME", "--no-stream", "-o NAME", "{country}")),
        (shell.find_line_magic("usage"), ("%usage", "--since WHEN", "tag:NAME")),
    ):
        assert [word for word in words if word not in magic.__doc__] == []


def test_a_front_end_gets_the_panes_before_the_answer_and_no_second_display(
    shell: InteractiveShell, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = CapturingDisplayPublisher()
    monkeypatch.setattr(shell, "display_pub", publisher)
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    answer = run("%%chat sim/swift\nHi")
    alive, twin, update = publisher.outputs
    assert "application/vnd.jupyter.widget-view+json" in alive["data"]
    assert answer.text not in twin["data"]["text/html"]
    assert update["update"]
    assert answer.text in update["data"]["text/html"]


def test_a_notebook_run_by_papermill_holds_the_static_form(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    cells = [
        "%load_ext workbench",
        "%%chat sim/swift sim/steady -o kept\nHi",
        "%usage model",
        "%%chat no/x\nHi",
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}},
    )
    nbformat.write(notebook, "in.ipynb")
    with pytest.raises((CellExecutionError, papermill.PapermillExecutionError)):
        papermill.execute_notebook("in.ipynb", "out.ipynb", progress_bar=False)
    cells = [cell for cell in nbformat.read("out.ipynb", as_version=4).cells if cell.source in cells]
    (panes,), (usage,), (error, *_) = (cell.outputs for cell in cells[1:])
    assert {"sim/swift", "sim/steady"} <= set(panes["data"]["text/html"].replace("<", ">").split(">"))
    assert "widget-view" not in str(panes)
    assert "$0.0000" in usage["data"]["text/html"]
    assert "unknown provider 'no'" in str(error)


def test_loading_takes_no_more_than_ipython(shell: InteractiveShell) -> None:
    script = (
        "import sys, workbench\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "InteractiveShell.instance().run_line_magic('load_ext', 'workbench')\n"
        "print([name for name in ('pandas', 'duckdb', 'ipywidgets', 'httpx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
