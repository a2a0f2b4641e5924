from __future__ import annotations

from pathlib import Path

import pytest

import workbench.log
from workbench.log import Log


@pytest.mark.parametrize("name", workbench.log._OF_THE_PROJECT)
def test_what_a_log_can_do_its_module_does_for_the_project(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    method = getattr(workbench.log, name)
    assert method.__func__ is getattr(Log, name)
    assert method.__self__.store.home == tmp_path
