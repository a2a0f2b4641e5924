"""What `workbench report --replay` takes from the log: no kernel is started, as one parameter is unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from kept_experiments import kept_log
from notebook_files import notebook

from workbench.cli import workbench
from workbench.errors import ConfigError
from workbench.log import Log
from workbench.revision import Revision


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two experiments, a report of each by one notebook, and one by another."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WORKBENCH_REDACT", "ann")
    notebook(tmp_path, head="limit = 1\nbaseline = ''\nasks = ''\nshare = {}")
    with kept_log(tmp_path / "home") as kept:
        kept.experiment("first")
        kept.experiment("second", day=2)
    for name, experiments, parameters in (
        ("question.ipynb", ["first"], {"limit": 3, "asks": "ann"}),
        ("question.ipynb", ["second"], {"share": {"quality": 0.5}, "baseline": "first", "limit": 4}),
        ("question.ipynb", ["first", "second"], {"limit": 5}),
        ("other.ipynb", ["second"], {"limit": 6}),
    ):
        Log(tmp_path / "home").reported(
            notebook=name,
            parameters=parameters,
            experiments=experiments,
            baseline=None,
            baselines=[],
            outcome="fine",
            exit_code=0,
            revision=Revision(commit=None, branch=None, dirty=None),
        )
    return tmp_path


def parameters(*words: str) -> dict[str, Any]:
    """What would be set."""
    made = CliRunner().invoke(
        workbench, ["report", "question.ipynb", *words, "-p", "x", "1", "--out", "o"], standalone_mode=False
    )
    if made.exception:
        raise made.exception
    found: dict[str, Any] = json.loads(Path("o/report.json").read_bytes())
    assert (made.return_value, found["failure"]["kind"]) == (2, "parameter")
    assert found["parameters"].pop("x") == 1
    return found["parameters"]


def test_a_replay_sets_what_was_set_and_what_is_said_wins(project: Path) -> None:
    was = {"share": {"quality": 0.5}, "baseline": "first", "limit": 4}
    assert parameters("--replay", "sec") == was
    assert parameters("--replay", "second", "-p", "limit", "2") == was | {"limit": 2}
    assert parameters("--replay", "second", "--baseline", "v1") == was | {"baseline": "v1"}
    assert len(Log(project / "home").reports()) == 4


def test_what_was_redacted_has_to_be_said_again(project: Path) -> None:
    with pytest.raises(ConfigError, match=r"the parameter 'asks' of the report of first .* -p asks VALUE"):
        parameters("--replay", "first")
    assert parameters("--replay", "first", "-p", "asks", "bob") == {"limit": 3, "asks": "bob"}


def test_the_last_report_of_several_experiments_names_them(project: Path) -> None:
    with pytest.raises(ConfigError, match=r"of 2 experiments, .* -p candidate first,second"):
        parameters("--replay", "last")
