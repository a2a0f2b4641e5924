"""Evaluations that end when somebody has seen enough."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from served import Steered

from workbench.analysis.results import results
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.evals.dataset import Dataset, Sample, load_dataset
from workbench.evals.runs import evaluate
from workbench.evals.stopping import Stopping

MODELS = ["sim/swift", "sim/local"]


class After:
    """Has seen enough after so many samples; begins with the last one."""

    fresh = False

    def __init__(self, n: int) -> None:
        self.n = n
        self.seen: list[tuple[str, dict[str, float | None]]] = []
        self.missing: list[dict[str, float]] = []

    def order(self, samples: Sequence[Sample], models: Sequence[str], epochs: int) -> Sequence[Sample]:
        return samples[::-1]

    def see(
        self, sample: Sample, values: Mapping[str, float | None], missing: Mapping[str, float]
    ) -> str | None:
        self.seen.append((sample.id, dict(values)))
        self.missing.append(dict(missing))
        return f"{self.n} will do" if len(self.seen) == self.n else None

    def describe(self) -> Mapping[str, Any]:
        return {"method": "after", "n": self.n}


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
    assert [missing["sim/swift"] for missing in enough.missing].count(1.0) == 1
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


async def test_the_log_says_who_watched_and_in_which_order_samples_were_asked(
    client: Client, dataset: Dataset
) -> None:
    ended = await evaluate(client, MODELS, dataset, until=After(3), budget_calls=20)
    await evaluate(client, MODELS, dataset.take(2), experiment="unwatched")
    runs = client.log.sql("SELECT experiment, until::VARCHAR AS until FROM runs")
    said = runs.set_index("experiment")["until"].groupby(level=0).agg(list).to_dict()
    assert pd.isna(said.pop("unwatched")).all()
    [first, second] = said[ended.id]
    assert first == second
    order = [sample.id for sample in dataset.samples[::-1]]
    assert json.loads(first) == {"method": "after", "n": 3, "order": order, "budget": {"calls": 20}}


@pytest.mark.parametrize("then", [None, After(7)])
async def test_what_was_begun_under_other_eyes_is_not_gone_on_with(
    client: Client, dataset: Dataset, then: Stopping | None
) -> None:
    await evaluate(client, MODELS, dataset, experiment="begun", until=then, budget_calls=4)
    with pytest.raises(ConfigError, match=r"was begun with other `until`: .*, and not .*'n': 8"):
        await evaluate(client, MODELS, dataset, experiment="begun", until=After(8))
    # Whoever goes on to the end looks no more than was said.
    ended = await evaluate(client, MODELS, dataset, experiment="begun")
    assert ended.stopped == ""


async def test_what_is_under_way_when_the_budget_ends_is_still_told(client: Client, dataset: Dataset) -> None:
    enough = After(3)
    ended = await evaluate(client, MODELS, dataset, until=enough, budget_calls=6)
    assert len(enough.seen) == 3
    assert ended.stopped == "3 will do"


async def test_a_replay_asks_nothing_beyond_what_was_decided_on(
    client: Client, dataset: Dataset, simulated: Settings
) -> None:
    first, again = After(8), After(8)
    ended = await evaluate(client, MODELS, dataset, until=first)
    replay = Client(home=client.home, settings=simulated, replay=ended.id)
    shown = await evaluate(replay, MODELS, dataset, until=again)
    assert again.seen == first.seen
    assert shown.stopped == "8 will do"
