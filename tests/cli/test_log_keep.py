from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from uuid6 import uuid7

from workbench.cli import workbench
from workbench.log import Log, Recorder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's log: one call of today, two of a year ago."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    recorder = Recorder(tmp_path / "home")
    for days in (0, 365, 366):
        row = {
            "id": str(uuid7()),
            "started_at": datetime.now(UTC) - timedelta(days=days),
            "status": "ok",
            "provider": "here",
            "model": f"model-{days}",
            "text": "secret" * 100,
        }
        recorder.append("calls", orjson.dumps(row))
    recorder.close()
    return tmp_path / "home"


def command(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(workbench, ["log", *words], input=answer)


def test_calls_go_out_and_come_back(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "calls.parquet"
    result = command("export", str(file), "--since", "30d")
    assert result.exit_code == 0
    assert "1 call, " in result.output
    assert str(file) in result.output.replace("\n", "")
    assert "exists" in str(command("export", str(file)).exception)
    assert "3 calls, " in command("export", str(file), "--overwrite", "--where", "provider = 'here'").output
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "other"))
    assert command("import", str(file)).output == "3 rows added to the log.\n"
    assert command("import", str(file)).output == "The log had all of it.\n"
    assert len(Log(tmp_path / "other").calls()) == 3


def test_what_goes_is_said_and_asked_first(home: Path) -> None:
    refused = command("prune", "--older-than", "90d", answer="n\n")
    assert "2 calls, 0 scores, 0 labels, 0 runs to go." in refused.output
    assert "no way back" in refused.output
    assert "Nothing was changed." in refused.output
    assert len(Log(home).calls()) == 3
    assert "Done: 2 calls" in command("prune", "--older-than", "90d", answer="y\n").output
    assert Log(home).calls()["model"].tolist() == ["model-0"]


def test_a_dry_run_and_a_yes_do_not_ask(home: Path) -> None:
    said = command("prune", "--older-than", "90d", "--bodies", "--dry-run")
    assert said.output == "The request and the answer of 2 calls to go.\n"
    assert Log(home).calls()["text"].notna().sum() == 3
    done = command("prune", "--where", "model = 'model-365'", "--bodies", "--yes")
    assert "Done: 1 call;" in done.output
    assert Log(home).calls()["text"].notna().sum() == 2


def test_a_prune_without_a_choice_is_refused(home: Path) -> None:
    assert "which calls are to go? Give --older-than 90d, or --where." in command("prune", "--yes").output
    assert len(Log(home).calls()) == 3


@pytest.mark.parametrize("name", ["export", "import", "prune"])
def test_each_of_them_has_an_example(name: str) -> None:
    assert f"Example: workbench log {name} " in command(name, "--help").output
