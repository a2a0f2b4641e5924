"""The regression notebook as CI runs it: a first baseline, a green report, a red one, and each again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from project import NOBODY, ROOT, Project
from servers import free_port, running
from test_gate import WORSE

from workbench.simulator import start

NOTEBOOK = "90_regression.ipynb"
ASK = ("-p", "models", "sim/swift,sim/sage", "-p", "limit", "40", "-p", "epochs", "2")
SAME_BYTES = (
    *("90_regression.html", "report.json", "junit.xml", "summary.md", "metrics.txt"),
    "gl-code-quality-report.json",
)
OFFLINE = {
    "SIM_BASE_URL": NOBODY,
    **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOBODY),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A repository on branch main, with one commit."""
    folder = tmp_path_factory.mktemp("nightly") / "project"
    folder.mkdir()
    git = ["git", "-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    for words in (["init", "-q", "-b", "main"], ["commit", "-q", "--allow-empty", "-m", "Begin"]):
        subprocess.run([*git, *words], cwd=folder, check=True)
    return Project(folder=folder)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start(answers=ROOT / "data" / "regression.jsonl") as simulator:
        yield simulator.url


@pytest.fixture(scope="module")
def worse_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-c", WORSE, str(ROOT / "data" / "regression.jsonl"), str(port)]
    with running(command, url=f"{url}/v1/models", log=tmp_path_factory.mktemp("worse") / "log"):
        yield url


def report(project: Project, out: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project.folder / out / "report.json").read_bytes())
    return found


def bytes_of(project: Project, out: str) -> dict[str, bytes]:
    return {name: (project.folder / out / name).read_bytes() for name in SAME_BYTES}


@pytest.fixture(scope="module")
def first(project: Project, url: str) -> str:
    """The experiment of a report without a baseline."""
    said = project.workbench("report", NOTEBOOK, *ASK, "--out", "first", SIM_BASE_URL=url)
    assert said.code == 0, said.out + said.err
    [candidate] = report(project, "first")["candidates"]
    return str(candidate["experiment"])


def test_an_unchanged_model_is_green_against_the_last_green_report(
    project: Project, first: str, url: str
) -> None:
    compared = (NOTEBOOK, *ASK, "--baseline", "last green on main")
    said = project.workbench("report", *compared, "--out", "second", SIM_BASE_URL=url)
    assert said.code == 0, said.out + said.err
    found = report(project, "second")
    [baseline] = found["baselines"]
    assert (baseline["experiment"], baseline["found_by"]) == (first, "green")
    assert {change["metric"] for change in found["changes"]} >= {"quality", "error_rate", "duration_p50"}
    assert not [change for change in found["changes"] if change["verdict"] == "worse"]

    asked = project.statuses()
    # The baseline and what else was set are those of the report.
    again = project.workbench("report", NOTEBOOK, "--replay", "last", "--out", "again", **OFFLINE)
    assert again.code == 0, again.out + again.err
    assert bytes_of(project, "again") == bytes_of(project, "second")
    assert project.statuses() == asked


def test_a_model_that_forgot_is_red_as_soon_as_that_is_sure(
    project: Project, first: str, worse_url: str
) -> None:
    saved = project.workbench("baseline", "save", "baselines/main.parquet", first)
    assert saved.code == 0, saved.out + saved.err
    compared = (NOTEBOOK, *ASK, "--baseline", "baselines/main.parquet", "-p", "smoke", "true")
    said = project.workbench("report", *compared, "--out", "red", SIM_BASE_URL=worse_url)
    assert said.code == 1, said.out + said.err
    assert "worse than its baseline, beyond chance: sim/sage: quality" in said.err
    found = report(project, "red")
    [candidate] = found["candidates"]
    assert found["baselines"][0]["found_by"] == "file"
    assert {flip["direction"] for flip in found["flips"] if flip["model"] == "sim/sage"} == {"lost"}
    assert project.statuses(candidate["experiment"])["ok"] < 2 * 40 * 2
    page = (project.folder / "red" / "90_regression.html").read_text(encoding="utf-8")
    assert re.search("▼ worse</b></td><td[^>]*><b>Quality</b><br/>sim/sage</td>", page)

    named = str(candidate["experiment"])
    again = project.workbench("report", NOTEBOOK, "--replay", named, "--out", "red again", **OFFLINE)
    assert again.code == 1, again.out + again.err
    assert bytes_of(project, "red again") == bytes_of(project, "red")
