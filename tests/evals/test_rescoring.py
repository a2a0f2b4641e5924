"""Scoring again without calling again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from workbench.analysis.results import results
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError, DataError
from workbench.evals.dataset import Dataset, Sample, load_dataset
from workbench.evals.rescoring import rescore
from workbench.evals.runs import evaluate


@pytest.fixture
async def client(tmp_path: Path, simulated: Settings) -> AsyncIterator[Client]:
    async with Client(home=tmp_path / "home", settings=simulated, attempts=1) as client:
        yield client


@pytest.fixture
def dataset(questions_path: Path) -> Dataset:
    return load_dataset(questions_path).take(12)


def length(text: str, sample: Sample) -> float:
    return len(text) / 1000


async def test_an_experiment_is_scored_by_another_scorer_and_keeps_its_first(
    client: Client, dataset: Dataset
) -> None:
    ended = await evaluate(client, ["sim/swift", "sim/local"], dataset)
    before = results(client.log, ended.id)
    counted: list[int] = []
    done = await rescore(client, ended.id, dataset, scorers=[length], on_progress=counted.append)
    assert (done.answers, done.unscored, done.gone, done.scorers) == (24, 0, 0, ("length",))
    assert counted == [24]
    assert str(done) == f"24 answers of {ended.id} scored by length"
    assert len(client.log.calls()) == 24
    pd.testing.assert_frame_equal(results(client.log, ended.id), before)
    by_length = results(client.log, ended.id, scorer="length")
    assert (by_length["value"] == by_length["text"].str.len() / 1000).all()
    assert set(by_length["scorer"]) == {"length"}


async def test_the_latest_score_by_a_scorer_is_the_one_that_counts(client: Client, dataset: Dataset) -> None:
    def strict(text: str, sample: Sample) -> float:
        return 0.25

    ended = await evaluate(client, ["sim/swift"], dataset, scorers=[length, "exact"])
    strict.__name__ = "length"
    await rescore(client, ended.id, dataset, scorers=[strict])
    assert set(results(client.log, ended.id)["value"]) == {0.25}
    assert set(results(client.log, ended.id)["scorer"]) == {"length"}


async def test_answers_that_the_log_no_longer_has_keep_their_scores(client: Client, dataset: Dataset) -> None:
    ended = await evaluate(client, ["sim/swift"], dataset)
    before = results(client.log, ended.id)["value"].tolist()
    client.recorder.close()
    client.log.prune(datetime.now(UTC), bodies=True)
    done = await rescore(client, ended.id, dataset, scorers=[length])
    assert (done.answers, done.gone) == (0, 12)
    assert "12 answers are no longer in the log" in str(done)
    assert results(client.log, ended.id)["value"].tolist() == before


async def test_what_cannot_be_scored_again_is_refused(client: Client, dataset: Dataset) -> None:
    ended = await evaluate(client, ["sim/swift"], dataset)
    with pytest.raises(ConfigError, match="no experiment 'nothing' in the log"):
        await rescore(client, "nothing", dataset)
    with pytest.raises(ConfigError, match=r"12 samples \(\w+\), and not 'questions', 11 samples"):
        await rescore(client, ended.id, dataset.take(11))
    with pytest.raises(DataError, match="the target"):
        await rescore(client, ended.id, dataset, scorers=["choice"])
    assert len(client.log.scores()) == 12
    with pytest.raises(ConfigError, match="concurrency is 0: score at least one"):
        await rescore(client, ended.id, dataset, concurrency=0)
    with pytest.raises(ConfigError, match="the data set is 'questions': give what"):
        await rescore(client, ended.id, "questions")  # type: ignore[arg-type]
