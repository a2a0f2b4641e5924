"""A report in all its files: the others are there when one cannot be, and the exit code says so."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, main_thread
from typing import Any

import pytest
from notebook_files import notebook
from told import change, document, hostile_document, regression

from workbench.cli.console import plain
from workbench.cli.running import shown_progress
from workbench.report import Report
from workbench.report.github import tell_github
from workbench.report.making import describe, make, write_formats
from workbench.report.outcome import FailOn
from workbench.report.running.cells import Progress
from workbench.report.running.failure import Failure

FILES = ["gl-code-quality-report.json", "junit.xml", "metrics.txt", "report.json", "summary.md"]


def report_of(failure: Failure | None = None, **parameters: Any) -> Report:
    payload = regression(change("worse"), change("undecided", metric="cost"))
    return Report(
        notebook=Path("out/90.ipynb"),
        page=Path("out/90.html"),
        parameters=parameters,
        payloads=(payload,),
        failure=failure,
    )


def read(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "report.json").read_bytes())


def test_every_format_is_written_and_the_same_report_has_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        told, problems = write_formats(hostile_document(), tmp_path / name, "x.ipynb")
        assert problems == ()
        assert read(tmp_path / name) == told == hostile_document()
        made.append({path.name: path.read_bytes() for path in sorted((tmp_path / name).iterdir())})
    assert list(made[0]) == FILES
    assert made[0] == made[1]


@pytest.mark.parametrize("broken", FILES)
def test_a_file_that_cannot_be_written_loses_no_other_and_makes_the_report_fail(
    tmp_path: Path, broken: str
) -> None:
    (tmp_path / broken).mkdir()
    (tmp_path / broken / "full").touch()
    told, problems = write_formats(document(regression(change("same"))), tmp_path, "x.ipynb")
    assert [path.name for path in sorted(tmp_path.iterdir()) if path.is_file()] == [
        name for name in FILES if name != broken
    ]
    assert (told["outcome"], told["exit_code"]) == ("failed", 2)
    assert problems == (f"{broken} could not be written: Is a directory",)
    if broken != "report.json":
        assert read(tmp_path) == told


def test_a_mistake_of_ours_in_one_format_loses_no_other(tmp_path: Path) -> None:
    broken = document(regression(change("same"))) | {"flips": [{"direction": "lost"}]}
    told, problems = write_formats(broken, tmp_path, "x.ipynb")
    assert problems == tuple(
        f"{name} could not be written: KeyError: 'dataset'" for name in ("junit.xml", "summary.md")
    )
    assert (told["exit_code"], read(tmp_path)["why"]) == (2, "; ".join(problems))
    assert (tmp_path / "metrics.txt").is_file()


@pytest.mark.parametrize(("fail_on", "code"), [("worse", 1), ("undecided", 1), ("never", 0)])
def test_a_run_is_described_by_what_it_displayed(fail_on: FailOn, code: int) -> None:
    told = describe(report_of(baseline="last"), fail_on)
    assert (told["outcome"], told["exit_code"], told["notebook"]) == ("worse", code, "90.ipynb")
    assert (told["parameters"], told["failure"]) == ({"baseline": "last"}, None)


@pytest.mark.parametrize(
    ("number", "code"), [(None, 2), (signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=str
)
def test_an_interrupted_run_ends_as_a_shell_would_have_it(number: signal.Signals | None, code: int) -> None:
    kind = "timeout" if number is None else "interrupted"
    told = describe(report_of(Failure(kind=kind, message="it ended", cell=2, signal=number)), "never")
    assert (told["outcome"], told["exit_code"]) == ("failed", code)
    assert told["failure"]["signal"] == (None if number is None else number.name)


def test_a_second_signal_takes_nothing_away_from_what_is_being_written(tmp_path: Path) -> None:
    out, made = tmp_path / "out", Event()
    unheard: list[list[str]] = []

    def interrupt() -> None:
        while not made.wait(0.001):
            signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)

    def hear(*_: object) -> None:
        unheard.append([file for file in ("question.ipynb", *FILES) if not (out / file).exists()])

    path, before = notebook(tmp_path), signal.signal(signal.SIGINT, hear)
    try:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(interrupt)
            make(path, {"unknown": 1}, out)
            made.set()
    finally:
        signal.signal(signal.SIGINT, before)
    # Before it began, or when all of it was there.
    assert set(map(len, unheard)) <= {0, len(FILES) + 1}
    assert read(out)["failure"]["kind"] == "parameter"


# what CI and the console are told


def test_github_gets_the_summary_and_the_outputs_after_what_is_there(tmp_path: Path) -> None:
    summary, output = tmp_path / "summary", tmp_path / "output"
    summary.write_text("before\n")
    environment = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output)}
    tell_github("# half \ud800", {"outcome": "worse", "report": "a\nexit-code=0"}, environment)
    assert summary.read_text() == "before\n# half \\ud800\n"
    assert output.read_text() == "outcome=worse\nreport=a exit-code=0\n"
    tell_github("x", {}, {})


def test_a_summary_that_cannot_be_written_leaves_the_outputs(tmp_path: Path) -> None:
    environment = {"GITHUB_STEP_SUMMARY": str(tmp_path / "no" / "s"), "GITHUB_OUTPUT": str(tmp_path / "o")}
    with pytest.raises(FileNotFoundError):
        tell_github("x", {"outcome": "worse"}, environment)
    assert (tmp_path / "o").read_text() == "outcome=worse\n"


def test_progress_in_a_pipe_is_a_line_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress("90.ipynb") as tell:
        for cell, seconds in ((1, 0.2), (2, 1.2), (3, 6.4), (4, 7.0)):
            tell(Progress(cell=cell, cells=9, heading="[b]Ask[/]", seconds=seconds))
    assert capsys.readouterr().err == (
        "90.ipynb, cell 1 of 9, 0 s: [b]Ask[/]\n90.ipynb, cell 3 of 9, 6 s: [b]Ask[/]\n"
    )


@pytest.mark.parametrize(
    "text", ["::error::x", "a\n::set-output name=x::y", "a\n \t::stop-commands::z", "b ##[add-path]/x"]
)
def test_what_is_printed_in_github_actions_is_no_command(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "false")
    assert plain(text).replace("\\[", "[") == text
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for line in plain(text).replace("\\[", "[").split("\n"):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
