"""Reports and tags in the log: written at once, kept, exported, imported."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from workbench.log import Log, Recorder
from workbench.revision import Revision

AT = Revision(commit="a" * 40, branch="main", dirty=False)


@pytest.fixture
def log(home: Path, recorder: Recorder, line: Callable[..., bytes]) -> Log:
    """Two experiments with a call each, a report about both, and a tag of the second."""
    for name in ("e1", "e2"):
        recorder.append("calls", line(experiment=name, run=f"{name}:m"))
        recorder.append("runs", orjson.dumps({"id": f"{name}:m", "experiment": name})).result()
    log = Log(home)
    log.reported(
        notebook="90_regression.ipynb",
        parameters={"limit": 3, "baseline": "last", "instead_of": {"a/b": "c/d"}},
        experiments=["e2"],
        baseline="last",
        baselines=["e1"],
        outcome="fine",
        exit_code=0,
        revision=AT,
    )
    log.tagged(name="v1", experiment="e2", dataset="d", dataset_hash="cafe", content="beef", note=None)
    return log


def test_what_a_report_came_to_is_a_row(log: Log) -> None:
    [row] = log.reports().to_dict("records")
    assert (list(row["experiments"]), row["baseline"], list(row["baselines"])) == (["e2"], "last", ["e1"])
    assert (row["outcome"], row["exit_code"], row["notebook"]) == ("fine", 0, "90_regression.ipynb")
    assert orjson.loads(row["parameters"]) == {"limit": 3, "baseline": "last", "instead_of": {"a/b": "c/d"}}
    assert [*orjson.loads(row["parameters"])] == ["limit", "baseline", "instead_of"]  # as they were set
    assert (row["revision"], row["branch"], row["dirty"]) == ("a" * 40, "main", False)
    assert log.reports(where="outcome = 'worse'").empty
    assert log.reports(until="2020-01-01").empty


def test_a_tag_is_a_row_with_what_it_was_given_to(log: Log) -> None:
    [row] = log.baselines(name="v1").to_dict("records")
    assert [row[name] for name in ("experiment", "dataset", "dataset_hash", "hash")] == [
        "e2",
        "d",
        "cafe",
        "beef",
    ]
    assert log.baselines(experiment="e1").empty


def test_reports_and_tags_go_with_their_experiments_into_an_export_and_back(log: Log, tmp_path: Path) -> None:
    log.export(tmp_path / "first.duckdb", where="experiment = 'e1'")
    log.export(tmp_path / "second.duckdb", where="experiment = 'e2'")
    other = Log(tmp_path / "other")
    assert other.load(tmp_path / "first.duckdb") == 2
    assert other.reports().empty
    assert other.baselines().empty
    assert other.load(tmp_path / "second.duckdb") == 4
    assert other.reports()["baseline"].tolist() == ["last"]
    assert other.baselines()["name"].tolist() == ["v1"]
    assert other.load(tmp_path / "second.duckdb") == 0


def test_pruning_leaves_reports_and_tags(log: Log) -> None:
    log.prune(where="true")
    assert log.calls().empty
    assert (len(log.reports()), log.baselines()["name"].tolist()) == (1, ["v1"])


def test_a_note_is_redacted_and_a_name_is_not(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_REDACT", "ann|v1")
    log = Log(home)
    log.tagged(name="v1", experiment="e", dataset="d", dataset_hash="", content="", note="ask ann")
    [row] = log.baselines().to_dict("records")
    assert (row["name"], row["note"]) == ("v1", "ask [redacted]")
    shutil.rmtree(home)
