"""Evaluations that end when somebody has seen enough."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest
from served import Steered

from workbench.analysis.results import results
from workbench.client import Client
from workbench.config import Settings
from workbench.evals.dataset import Dataset, Sample, load_dataset
from workbench.evals.runs import evaluate
from workbench.evals.stopping import Stopping

MODELS = ["sim/swift", "sim/local"]


class After:
    """Has seen enough after so many samples; begins with the last one."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.seen: list[tuple[str, dict[str, float | None]]] = []

    def order(self, samples: Sequence[Sample], models: Sequence[str]) -> Sequence[Sample]:
        return samples[::-1]

    def see(self, sample: Sample, values: Mapping[str, float | None]) -> str | None:
        self.seen.append((sample.id, dict(values)))
        return f"{self.n} will do" if len(self.seen) == self.n else None


@pytest.fixture
async def client(tmp_path: Path, simulated: Settings) -> AsyncIterator[Client]:
    async with Client(home=tmp_path / "home", settings=simulated, attempts=1, concurrency=4) as client:
        yield client


@pytest.fixture
def dataset(questions_path: Path) -> Dataset:
    return load_dataset(questions_path)


async def test_samples_are_told_in_their_order_once_every_model_has_answered_them(
    client: Client, dataset: Dataset
) -> None:
    enough: After = After(10)
    watcher: Stopping = enough
    ended = await evaluate(client, MODELS, dataset, epochs=2, until=watcher, temperature=1)
    assert [sample for sample, _ in enough.seen] == [sample.id for sample in dataset.samples[::-1][:10]]
    frame = results(client.log, ended.id)
    means = frame.groupby(["sample", "model"])["value"].mean()
    for sample, values in enough.seen:
        assert values == {model: means[sample, model] for model in MODELS}
    assert ended.stopped == "10 will do"
    # Who is under way when it is decided ends; nobody runs further ahead than four samples.
    asked = len(client.log.calls())
    assert 40 <= asked <= 2 * 2 * 14
    assert ended.calls_saved == 2 * 2 * len(dataset) - asked
    assert ended.usd_saved is not None
    assert "were not made, about $0.0" in repr(ended)
    assert "10 will do" in ended._repr_html_()


async def test_what_failed_is_told_as_not_known(client: Client, dataset: Dataset, steered: Steered) -> None:
    enough = After(100)
    await steered.fault("context_length", model="swift")
    ended = await evaluate(client, MODELS, dataset.take(4), until=enough)
    assert len(enough.seen) == 4
    assert [values["sim/swift"] for _, values in enough.seen].count(None) == 1
    assert (ended.stopped, ended.calls_saved, ended.usd_saved) == ("", 0, None)


async def test_one_that_goes_on_sees_the_same_and_stops_where_the_other_did(
    client: Client, dataset: Dataset
) -> None:
    first, again = After(8), After(8)
    await evaluate(client, MODELS, dataset, experiment="begun", until=first, budget_calls=9)
    assert 0 < len(first.seen) < 8
    ended = await evaluate(client, MODELS, dataset, experiment="begun", until=again)
    assert again.seen[: len(first.seen)] == first.seen
    assert (len(again.seen), ended.stopped) == (8, "8 will do")


async def test_a_replay_asks_nothing_beyond_what_was_decided_on(
    client: Client, dataset: Dataset, simulated: Settings
) -> None:
    first, again = After(8), After(8)
    ended = await evaluate(client, MODELS, dataset, until=first)
    replay = Client(home=client.home, settings=simulated, replay=ended.id)
    shown = await evaluate(replay, MODELS, dataset, until=again)
    assert again.seen == first.seen
    assert shown.stopped == "8 will do"
