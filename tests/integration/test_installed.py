"""What is installed from the wheel: the command, its help, the notebooks, and JupyterLab on them."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import urllib.request
from importlib.metadata import version
from pathlib import Path

import pytest
from project import NOTEBOOKS, ROOT, Project
from servers import free_port, running

NAMES = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel was installed, without what it depends on."""
    folder = tmp_path_factory.mktemp("wheel")
    isolation = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run(
        [*pip, "wheel", str(ROOT), "--no-deps", *isolation, "-w", str(folder)], check=True, cwd=folder
    )
    (wheel,) = folder.glob("*.whl")
    subprocess.run(
        [*pip, "install", "--no-deps", "--target", str(folder / "site"), str(wheel)], check=True, cwd=folder
    )
    return folder / "site"


@pytest.fixture
def installed(project: Project, site: Path) -> Project:
    """A project whose `workbench` is the installed one."""
    project.settings["PYTHONPATH"] = str(site)
    return project


def test_the_command_says_its_version(installed: Project, site: Path) -> None:
    said = installed.workbench("--version")
    assert (said.code, said.out.strip()) == (0, version("llm-workbench"))
    script = subprocess.run(
        [site / "bin" / "workbench", "--version"],
        env=installed.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert script.stdout == said.out


def test_it_finds_its_questions_and_its_notebook(installed: Project) -> None:
    said = installed.workbench("compare", "-m", "sim/swift", "--limit", "2")
    assert said.code == 0, said.err
    assert len(list((installed.home / "reports").rglob("*.html"))) == 1


def test_jupyterlab_opens_on_copies_of_the_notebooks(installed: Project, tmp_path: Path) -> None:
    (installed.folder / "notebooks").mkdir()
    mine = installed.folder / "notebooks" / NAMES[0]
    mine.write_text("mine")
    settings = {"ServerApp": {"port_retries": 0}, "IdentityProvider": {"token": "open"}}
    (tmp_path / "jupyter_server_config.json").write_text(json.dumps(settings))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "workbench", "lab", "--no-browser", "--allow-root", f"--port={port}"]
    environment = installed.environment(JUPYTER_CONFIG_DIR=str(tmp_path))
    log = tmp_path / "log"
    with running(command, url=f"{url}/api", log=log, environment=environment, folder=installed.folder):
        with urllib.request.urlopen(f"{url}/lab?token=open") as answer:
            assert b"JupyterLab" in answer.read()
        assert sorted(path.name for path in mine.parent.glob("*.ipynb")) == NAMES
        assert mine.read_text() == "mine"
    assert f"{mine.relative_to(installed.folder)} is there already" in log.read_text()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ([], ["compare", "report", "simulate", "lab", "Start with: workbench compare"]),
        (
            ["compare"],
            ["--model PROVIDER/MODEL", "--data", "--baseline", "Exit codes: 0 fine, 1", "[default: 1"],
        ),
        (["report"], ["NOTEBOOK", "--parameter NAME VALUE", "-p limit 10", "Exit codes: 0 fine, 1", "--out"]),
        (["simulate"], ["--port", "[default: 8399", "no key", "no network"]),
        (["lab"], ["--no-browser", "./notebooks"]),
    ],
    ids=lambda value: " ".join(value) or "workbench",
)
def test_help_says_what_a_command_does(command: list[str], words: list[str], project: Project) -> None:
    said = project.workbench(*command, "--help")
    assert (said.code, said.err) == (0, "")
    text = " ".join(said.out.split())
    assert [word for word in words if word not in text] == []
    assert "..." not in text.replace("]...", "]")  # nothing is cut off
