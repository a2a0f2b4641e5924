"""Every notebook runs: by papermill with parameters, and as it is by nbmake."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from project import NOTEBOOKS, Project, errors_in

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
PARAMETERS = {"10_compare.ipynb": {"models": "sim/swift,sim/local", "limit": "3"}}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_papermill_runs_the_notebook_with_parameters(path: Path, simulated: Project) -> None:
    pairs = [word for pair in PARAMETERS[path.name].items() for word in ("-p", *pair)]
    process = simulated.start("-m", "papermill", str(path), "made.ipynb", *pairs)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert errors_in(simulated.folder / "made.ipynb") == []
    assert simulated.statuses()["ok"] >= 6


def test_nbmake_runs_the_notebooks_as_they_are(simulated: Project) -> None:
    # In a copy, so that neither the log nor a `.env` of the checkout is touched.
    folder = shutil.copytree(NOTEBOOKS, simulated.folder / "notebooks")
    process = simulated.start("-m", "pytest", "-q", "--nbmake", "--nbmake-timeout=120", str(folder))
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    assert f"{len(PATHS)} passed" in out
