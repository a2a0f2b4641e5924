"""Evaluations against the simulator that end when the models are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.analysis.results import results
from workbench.analysis.sequential import until_decided
from workbench.client import Client
from workbench.config import Settings
from workbench.evals.dataset import Dataset, Sample, load_dataset
from workbench.evals.runs import evaluate
from workbench.simulator import Simulator

MODELS = ["sim/swift", "sim/local"]


@pytest.fixture
def client(tmp_path: Path, simulator: Simulator) -> Client:
    settings = Settings(project=tmp_path, values={"SIM_BASE_URL": simulator.url})
    return Client(home=tmp_path / "home", settings=settings)


@pytest.fixture
def dataset() -> Dataset:
    rows = [{"id": f"{k:03}", "input": f"Question {k}?", "target": "x"} for k in range(80)]
    return load_dataset(rows, name="eighty")


def by_swift(answer: str, sample: Sample) -> float:
    """Right is what swift says: simulated models tell their names where they know no answer."""
    return float("swift" in answer)


async def test_models_that_are_told_apart_are_asked_no_further(client: Client, dataset: Dataset) -> None:
    until = until_decided(min_samples=12)
    async with client:
        ended = await evaluate(client, MODELS, dataset, scorers=[by_swift], until=until, experiment="early")
        again = until_decided(min_samples=12)
        await evaluate(client, MODELS, dataset, scorers=[by_swift], until=again, experiment="early")
    assert ended.stopped == "decided after 12 of 80 samples: sim/local is worse than sim/swift"
    asked = len(results(client.log, "early"))
    assert 24 <= asked < 160
    assert ended.calls_saved == 160 - asked
    assert list(until.decision["difference"]) == [-1.0]
    assert until.decision.equals(again.decision)
