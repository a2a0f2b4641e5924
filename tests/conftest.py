"""A simulator for all tests: one child process a session, with forty questions of our own."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from require_all import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401 - hooks
from served import Steered

from workbench.client import Client
from workbench.config import Settings
from workbench.providers import HOSTS
from workbench.simulator import Simulator, start

# A shell starts jobs in the background with Ctrl-C ignored, and their children inherit it: the programs that
# the tests interrupt would not hear it.
signal.signal(signal.SIGINT, signal.default_int_handler)

CAPITALS = {
    "France": "Paris",
    "Italy": "Rome",
    "Norway": "Oslo",
    "Japan": "Tokyo",
    "Egypt": "Cairo",
    "Peru": "Lima",
    "Kenya": "Nairobi",
    "Cuba": "Havana",
    "Greece": "Athens",
    "Austria": "Vienna",
}


def _lines() -> Iterator[dict[str, str]]:
    for n in range(20):
        yield {"category": "sum", "input": f"What is {n} plus {3 * n}?", "target": str(4 * n)}
    for n in range(10):
        yield {
            "category": "letter",
            "input": f"Which letter has box {n}, A, B, C or D?",
            "target": "ABCD"[n % 4],
        }
    for country, capital in CAPITALS.items():
        yield {"category": "capital", "input": f"What is the capital of {country}?", "target": capital}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A program that is not ours may be late once on a busy machine; twice, and it is our fault."""
    for item in items:
        if {"browser", "server"} & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def _hosts_stay_with_their_test() -> Iterator[None]:
    """A provider that a test registers, or a simulator that it starts, is none of the next one's."""
    before, url = dict(HOSTS), os.environ.get("SIM_BASE_URL")
    yield
    if before != HOSTS:
        HOSTS.clear()
        HOSTS.update(before)
    if url is None:
        os.environ.pop("SIM_BASE_URL", None)


@pytest.fixture(scope="session")
def questions_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("simulator") / "questions.jsonl"
    lines = [json.dumps({"id": str(n), **fields}) for n, fields in enumerate(_lines())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def simulator(questions_path: Path) -> Iterator[Simulator]:
    with start(answers=questions_path) as running:
        yield running


@pytest.fixture(scope="session")
def locked_simulator(questions_path: Path) -> Iterator[Simulator]:
    with start(answers=questions_path, api_key="sk-simulated-0123456789") as running:
        yield running


@pytest.fixture
async def steered(simulator: Simulator) -> AsyncIterator[Steered]:
    """The simulator with its faults and its journal."""
    async with aiohttp.ClientSession(simulator.url) as session:
        steered = Steered(url=simulator.url, session=session)
        yield steered
        await steered.forget_faults()


@pytest.fixture
def simulated(tmp_path: Path, simulator: Simulator) -> Settings:
    """Settings by which `sim/…` is the session's simulator."""
    return Settings(project=tmp_path, values={"SIM_BASE_URL": simulator.url})


@pytest.fixture
async def client(tmp_path: Path, simulated: Settings) -> AsyncIterator[Client]:
    """A client of the simulator that tries once."""
    async with Client(home=tmp_path / "home", settings=simulated, attempts=1) as client:
        yield client
