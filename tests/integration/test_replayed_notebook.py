"""A notebook run again from the log alone: no server, no network, the same tables, numbers and charts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from project import NOBODY, NOTEBOOKS, ROOT, Project

from workbench.simulator import start

ANSWERS = ROOT / "data" / "first_walk.jsonl"
NOTEBOOK = str(NOTEBOOKS / "10_compare.ipynb")
AS_MADE = (NOTEBOOK, "-p", "limit", "6", "-p", "epochs", "2")
OFFLINE = {
    "SIM_BASE_URL": NOBODY,
    **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOBODY),
}


def outputs(notebook: Path) -> list[list[dict[str, Any]]]:
    """What each cell showed, charts with their data; without what differs from run to run by itself."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    text = json.dumps([joined(cell.get("outputs", [])) for cell in cells])
    # Pandas gives each styled table a random name, and says where in memory it is.
    text = re.sub(r"T_[0-9a-f]{5}|(?<=Styler at )0x[0-9a-f]+", "T", text)
    # Providers that could not be asked are no part of the log.
    text = re.sub(r"<p>Could not ask .*?</p>", "", text)
    text = re.sub(r'"Could not ask (?:[^"\\]|\\.)*", ', "", text)
    found: list[list[dict[str, Any]]] = json.loads(text)
    return found


def joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outputs of a cell; what was printed comes in one piece or in several, as it happens."""
    found: list[dict[str, Any]] = []
    for output in outputs:
        said = "".join(output.get("text", ()))
        if said and found and found[-1].get("name") == output["name"]:
            found[-1]["text"] += said
        else:
            found.append(output | ({"text": said} if said else {}))
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose only experiment was made by a report; its simulator is gone now."""
    folder = tmp_path_factory.mktemp("replayed") / "project"
    folder.mkdir()
    project = Project(folder=folder)
    with start(answers=ANSWERS) as simulator:
        said = project.workbench("report", *AS_MADE, "--out", "made", SIM_BASE_URL=simulator.url)
    assert said.code == 0, said.err
    return project


@pytest.fixture
def made(project: Project) -> str:
    [experiment] = project.experiments()
    return experiment


def test_a_report_is_the_same_again_without_any_server(project: Project, made: str) -> None:
    before = project.statuses()
    said = project.workbench("report", *AS_MADE, "--replay", made, "--out", "again", **OFFLINE)
    assert said.code == 0, said.err

    first = outputs(project.folder / "made" / "10_compare.ipynb")
    again = outputs(project.folder / "again" / "10_compare.ipynb")

    assert again == first
    kinds = {kind for cell in first for output in cell for kind in output.get("data", {})}
    assert kinds >= {"text/html", "application/vnd.plotly.v1+json"}
    assert json.dumps(first).count("sim/") > 50
    assert project.statuses() == before
    assert project.experiments() == [made]


def test_a_comparison_says_the_same_again(project: Project, made: str) -> None:
    shown = [
        project.workbench("compare", "--no-report", "--replay", reference, **OFFLINE)
        for reference in ("last", made[:-2])
    ]
    assert [said.code for said in shown] == [0, 0], [said.err for said in shown]
    assert shown[0].out == shown[1].out
    assert f"6 samples of first_walk, experiment {made}" in shown[0].out
    assert project.experiments() == [made]


def test_a_replay_of_what_was_not_asked_does_not_run_to_its_end(project: Project, made: str) -> None:
    said = project.workbench("report", NOTEBOOK, "-p", "limit", "5", "--replay", made, **OFFLINE)
    assert said.code == 2
    assert "asked 6 samples of 'first_walk' 2 times, not 5 of 'first_walk' 1 times" in said.err
    unknown = project.workbench("report", NOTEBOOK, "--replay", "19990101", **OFFLINE)
    assert unknown.code == 2
    assert "no experiment '19990101'" in unknown.err


def test_the_command_replays_one_call(project: Project, made: str) -> None:
    (call_id,) = project.log.calls(limit=1, model="sim/swift", where="status = 'ok'")["id"]
    with start(answers=ANSWERS) as simulator:
        said = project.workbench("replay", str(call_id)[-8:], "-m", "sim/local", SIM_BASE_URL=simulator.url)
    assert said.code == 0, said.err
    assert "old: sim/swift" in said.out
    assert "new: sim/local" in said.out
    assert "TTFT" in said.out
    missing = project.workbench("replay", "ffffffffffff", **OFFLINE)
    assert missing.code == 2
    assert "ffffffffffff" in missing.err
