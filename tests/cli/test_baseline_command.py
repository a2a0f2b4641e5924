from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kept_experiments import BEGAN, KeptLog, kept_log
from repository import Repository

from workbench.cli import workbench
from workbench.errors import ConfigError, DataError


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeptLog:
    """A project with two experiments, the first of them begun at its only commit."""
    commit = Repository(tmp_path).commit(code="1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    with kept_log(tmp_path / "home") as kept:
        kept.experiment("first", [1, None, 0], revision=commit)
        kept.experiment("second", day=2, revision="b" * 40, dirty=True)
    return kept


def command(*words: str) -> Result:
    return CliRunner().invoke(workbench, ["baseline", *words])


def said(*words: str) -> str:
    result = command(*words)
    assert result.exit_code == 0, result
    return result.output


def test_a_tag_is_given_shown_and_refused_once_it_is_another(kept: KeptLog) -> None:
    assert said("tag", "v1", "first", "--note", "[red]before").startswith("v1 is first on 'set', content ")
    shown = said("show", "v1")
    assert shown.startswith("first  (found by tag, and still is what was tagged)\n")
    for words in (
        "set, 3 samples × 1 (cafe)",
        "began     2026-01-02 00:00 UTC, commit ",
        "tag       v1: [red]",
    ):
        assert words in shown
    assert "model     sim/a: 2 of 3 calls answered, mean score 0.500, n=2\n" in shown
    listed = said("list")
    assert "[red]before" in listed
    assert "bbbbbbbbbbbb + changes  main" in listed
    kept.call("first", "sim/a", "s1", "asked again", BEGAN + timedelta(days=3000))
    kept.recorder.close()
    changed = command("show", "v1")
    assert isinstance(changed.exception, ConfigError)
    assert "first is no longer what it was when it was tagged 'v1'" in str(changed.exception)


def test_a_file_is_saved_once_and_shown(kept: KeptLog, tmp_path: Path) -> None:
    file = "kept/first.parquet"
    assert said("save", file, "HEAD").startswith("first (")
    assert isinstance(command("save", file).exception, ConfigError)  # the last, which is the second
    assert said("show", file).startswith("first  (found by file, and still is what was saved)\n")
    (tmp_path / file).write_bytes(b"PAR1 and no more")
    assert isinstance(command("show", file).exception, DataError)
