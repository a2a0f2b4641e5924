from __future__ import annotations

import io
import json
from pathlib import Path

import click
import orjson
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from uuid6 import uuid7

from workbench.cli import workbench
from workbench.errors import ConfigError
from workbench.log import Recorder


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a project without a call."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def home(empty: Path) -> Path:
    """The project's log: three calls of two models on two days."""
    recorder = Recorder(empty)
    row = {"status": "ok", "cached": False, "provider": "here", "input_tokens": 1000, "output_tokens": 10}
    for more in (
        {"model": "one", "started_at": "2026-03-01T12:00:00Z", "cost_usd": "1.2", "duration_s": 1.0},
        {"model": "one", "started_at": "2026-03-02T12:00:00Z", "duration_s": 3.0},
        {"model": "[red]two[/]\x1b[2J", "started_at": "2026-03-02T12:00:00Z", "cost_usd": "0.0001"},
    ):
        recorder.append("calls", orjson.dumps({"id": str(uuid7())} | row | more))
    recorder.close()
    return empty


def usage(*words: str) -> Result:
    return CliRunner().invoke(workbench, ["usage", *words])


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_the_table_has_a_row_a_group_and_one_for_all(home: Path) -> None:
    result = usage()
    assert result.exit_code == 0
    lines = [cells(line) for line in result.output.splitlines() if cells(line)]
    assert lines[0] == ["provider", "model", "calls", "tokens in", "out", "cost", "p50 s", "p95 s"]
    assert lines[2] == ["here", r"[red]two[/]\x1b[2J", "1", "1,000", "10", "$0.0001", "–", "–"]
    assert lines[3] == ["here", "one", "2", "2,000", "20", "$1.20 + 1 unknown", "2.00", "2.90"]
    assert lines[4] == ["all", "3", "3,000", "30", "$1.20 + 1 unknown", "2.00", "2.90"]
    assert "\x1b" not in result.output


def test_groups_and_conditions_are_the_logs(home: Path) -> None:
    result = usage(
        "--by", "day, model", "--since", "2026-03-02", "--where", "model = 'one'", "--format", "csv"
    )
    frame = pd.read_csv(io.StringIO(result.output))
    assert frame[["day", "model", "calls"]].values.tolist() == [["2026-03-02T00:00:00Z", "one", 1]]
    assert json.loads(usage("--by", "", "--until", "2026-03-02", "--format", "json").output)[0]["calls"] == 1
    assert "2026-03-02" in usage("--by", "day").output
    with pytest.raises(ConfigError, match="usage by 'colour' is not known"):
        CliRunner().invoke(workbench, ["usage", "--by", "colour"], catch_exceptions=False)


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx", "json"])
def test_a_file_has_the_format_of_its_suffix(home: Path, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"usage.{form}"
    assert usage("--out", str(file)).exit_code == 0
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "xlsx": pd.read_excel, "json": pd.read_json}[form]
    frame = read(file)
    assert frame["calls"].tolist() == [1, 2]
    assert frame["cost_usd"].tolist() == pytest.approx([0.0001, 1.2])


def test_bytes_go_to_a_pipe(home: Path) -> None:
    result = usage("--format", "parquet")
    assert pd.read_parquet(io.BytesIO(result.stdout_bytes))["calls"].sum() == 3


@pytest.mark.parametrize("words", [("--out", "usage.txt"), ("--out", "x.csv", "--format", "table")])
def test_what_is_no_format_of_a_file_is_refused(home: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(workbench, ["usage", *words], standalone_mode=False)
    assert isinstance(result.exception, click.UsageError)
    assert "--out writes csv, parquet, xlsx, json" in str(result.exception)


def test_without_a_call_it_says_how_to_make_one(empty: Path) -> None:
    result = usage()
    assert result.exit_code == 0
    assert f"No call in {empty} yet" in result.output.replace("\n", "")
    assert "workbench compare" in result.output
    assert "is what --since, --until and --where ask for" in usage("--since", "7d").output.replace("\n", " ")
    assert json.loads(usage("--format", "json").output) == []


def test_the_help_has_an_example() -> None:
    assert "Example: workbench usage --by" in usage("--help").output
