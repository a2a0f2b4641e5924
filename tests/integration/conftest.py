from __future__ import annotations

import json
import os
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from project import ROOT, Project
from servers import LlamaServer, free_port, running
from tiny_model import write_tiny_model

from workbench.simulator import Simulator, start

LLAMA_SERVER = "WORKBENCH_TEST_LLAMA_SERVER"
AIMOCK = "WORKBENCH_TEST_AIMOCK"
CHROMIUM = "WORKBENCH_TEST_CHROMIUM"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that has nothing yet."""
    (tmp_path / "project").mkdir()
    return Project(folder=tmp_path / "project")


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """A simulator that knows the bundled questions."""
    with start(answers=ROOT / "data" / "first_walk.jsonl") as running_simulator:
        yield running_simulator


@pytest.fixture
def simulated(project: Project, simulator: Simulator) -> Project:
    """A project whose `sim/…` models are those of the session's simulator."""
    project.settings["SIM_BASE_URL"] = simulator.url
    return project


@pytest.fixture
def fault(simulator: Simulator) -> Iterator[Callable[..., None]]:
    """Orders a fault of the session's simulator; afterwards it has none."""
    url = f"{simulator.url}/faults"

    def order(**fields: object) -> None:
        urllib.request.urlopen(urllib.request.Request(url, json.dumps(fields).encode())).close()

    yield order
    urllib.request.urlopen(urllib.request.Request(url, method="DELETE")).close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The executable of a Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get(CHROMIUM) or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"no Chromium: install one, or name its executable in {CHROMIUM}")
    return found


@pytest.fixture(scope="session")
def llama_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    executable = os.environ.get(LLAMA_SERVER) or shutil.which("llama-server")
    if executable is None:
        pytest.skip(
            "no llama-server: install llama.cpp (package llama.cpp-tools in Debian, llama.cpp in Homebrew), "
            f"or name the executable in {LLAMA_SERVER}"
        )
    folder = tmp_path_factory.mktemp("llama")
    write_tiny_model(folder / "tiny.gguf")
    command = (
        *(executable, "-m", str(folder / "tiny.gguf"), "--alias", "tiny", "--jinja", "--offline"),
        *("-c", "8192", "-np", "2", "-t", "2", "--slots", "--host", "127.0.0.1", "--port"),
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running([*command, str(port)], url=f"{url}/health", log=folder / "log"):
        yield LlamaServer(url=url, command=command)


@pytest.fixture(scope="session")
def aimock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running aimock with the fixtures in `aimock/`."""
    script, node = os.environ.get(AIMOCK), shutil.which("node")
    if script is None or node is None:
        pytest.skip(
            "no aimock: with Node.js, run `npm install @copilotkit/aimock@1.43.0`, and name its dist/cli.js "
            f"in {AIMOCK}"
        )
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    fixtures = str(Path(__file__).parent / "aimock")
    command = [node, script, "-h", "127.0.0.1", "-p", str(port), "-f", fixtures, "--log-level", "warn"]
    log = tmp_path_factory.mktemp("aimock") / "log"
    with running(command, url=f"{url}/__aimock/health", log=log):
        yield url
