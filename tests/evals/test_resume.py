"""Experiments that take what the log has: their own answers when they go on, others' when they are new."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from served import Steered

from workbench.analysis.results import experiments, results, summary
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.evals.dataset import Dataset, load_dataset
from workbench.evals.progress import Ended, EvaluationProgress
from workbench.evals.runs import evaluate
from workbench.log import Store

WHAT_COUNTS = ["model", "sample", "epoch", "status", "value", "label", "text"]


@pytest.fixture
async def client(tmp_path: Path, simulated: Settings) -> AsyncIterator[Client]:
    async with Client(home=tmp_path / "home", settings=simulated, attempts=1) as client:
        yield client


@pytest.fixture
def dataset(questions_path: Path) -> Dataset:
    return load_dataset(questions_path).take(8)


def sorted_results(client: Client, experiment: str) -> pd.DataFrame:
    frame = results(client.log, experiment)[WHAT_COUNTS]
    return frame.sort_values(["model", "sample", "epoch"]).reset_index(drop=True)


async def test_a_new_experiment_takes_the_answers_that_the_log_has(client: Client, dataset: Dataset) -> None:
    models, told = ["sim/swift", "sim/local"], list[EvaluationProgress]()
    first = await evaluate(client, models, dataset, epochs=2)
    second = await evaluate(client, models, dataset, epochs=2, on_progress=told.append)
    assert first.id != second.id
    frame = results(client.log, second.id)
    assert len(frame) == 32
    assert frame["cached"].all()
    assert (frame["cost_usd"] == 0).all()
    assert frame["duration_s"].isna().all()
    assert (told[-1].done, told[-1].from_log, told[-1].cost_usd) == (32, 32, 0)
    assert "32 from the log" in str(told[-1])
    pd.testing.assert_frame_equal(sorted_results(client, second.id), sorted_results(client, first.id))


@pytest.mark.parametrize("options", [{"refresh": True}, {"cache": False}, {"cache": "0m"}], ids=str)
async def test_an_experiment_that_measures_asks_anew(
    client: Client, dataset: Dataset, options: dict[str, Any]
) -> None:
    told: list[EvaluationProgress] = []
    for _ in range(2):
        found = await evaluate(client, ["sim/swift"], dataset, on_progress=told.append, **options)
    assert not results(client.log, found.id)["cached"].any()
    assert told[-1].from_log == 0
    assert "log" not in str(told[-1])


async def test_only_what_failed_is_asked_again(client: Client, dataset: Dataset, steered: Steered) -> None:
    models = ["sim/swift", "sim/local"]
    await steered.fault("context_length", model="swift")
    begun = await evaluate(client, models, dataset, experiment="begun")
    assert results(client.log, "begun")["status"].tolist().count("error") == 1
    told: list[EvaluationProgress] = []
    ended = await evaluate(client, models, dataset, experiment="begun", on_progress=told.append)
    assert (ended.id, ended.models, ended.problems) == (begun.id, begun.models, {})
    assert (told[-1].done, told[-1].from_log, told[-1].errors) == (16, 15, 0)
    assert len(client.log.calls(experiment="begun")) == 17
    assert len(client.log.scores(experiment="begun")) == 16
    assert len(client.log.runs(experiment="begun")) == 2
    frame = results(client.log, "begun")
    assert len(frame) == 16
    assert set(frame["status"]) == {"ok"}
    assert summary(frame)[["calls", "errors", "n"]].to_numpy().tolist() == [[8, 0, 8]] * 2
    [known] = experiments(client.log).to_dict("records")
    assert known["complete"]


async def test_whoever_follows_one_that_goes_on_is_told_of_what_was_answered_before(
    client: Client, dataset: Dataset
) -> None:
    told: list[Ended | None] = []
    for _ in range(2):
        await evaluate(
            client,
            ["sim/swift"],
            dataset,
            experiment="begun",
            on_progress=lambda progress: told.append(progress.last),
        )
    first, again = told[:8], told[8:]
    assert {ended.from_log for ended in again if ended} == {True}
    assert sorted(map(facts_of, again)) == sorted(map(facts_of, first))


def facts_of(ended: Ended | None) -> tuple[object, ...]:
    assert ended is not None
    return (ended.sample, ended.epoch, ended.value, ended.duration_s, ended.ttft_s, ended.cost_usd)


async def test_an_experiment_that_ended_goes_on_without_a_call(client: Client, dataset: Dataset) -> None:
    await evaluate(client, ["sim/swift"], dataset, experiment="ended")
    before = sorted_results(client, "ended")
    await evaluate(client, ["sim/swift"], dataset, experiment="ended", refresh=True)
    assert len(client.log.calls()) == len(client.log.scores()) == 8
    pd.testing.assert_frame_equal(sorted_results(client, "ended"), before)


async def test_an_answer_that_has_no_score_yet_is_scored_as_it_stands(
    client: Client, dataset: Dataset
) -> None:
    await evaluate(client, ["sim/swift"], dataset, experiment="half")
    before = client.log.scores().set_index("sample")
    client.recorder.close()
    Store(client.home).ingest()
    with duckdb.connect(str(client.home / "log.duckdb")) as db:
        db.execute("DELETE FROM scores WHERE sample IN ('1', '2')")
    await evaluate(client, ["sim/swift"], dataset, experiment="half")
    after = client.log.scores().set_index("sample")
    assert len(client.log.calls()) == len(after) == 8
    same = ["call_id", "value", "label", "target", "run", "model", "epoch", "scorer"]
    pd.testing.assert_frame_equal(after[same].sort_index(), before[same].sort_index())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"models": ["sim/swift", "sim/sage"]}, "other models: sim/swift, and not sim/sage, sim/swift"),
        ({"models": ["sim/sage"]}, "other models"),
        ({"samples": 7}, "other data: 'questions', 8 samples"),
        ({"epochs": 2}, "other epochs: 1, and not 2"),
        ({"temperature": 1}, "other parameters: {'temperature': 0}"),
        ({"max_tokens": 5}, "other parameters"),
    ],
    ids=str,
)
async def test_an_experiment_goes_on_as_it_was_begun_or_not_at_all(
    client: Client, dataset: Dataset, change: dict[str, Any], words: str
) -> None:
    await evaluate(client, ["sim/swift"], dataset, experiment="begun", temperature=0)
    options = {"models": ["sim/swift"], "samples": 8, "epochs": 1, "temperature": 0, **change}
    other = dataset.take(options.pop("samples"))
    with pytest.raises(ConfigError, match=words):
        await evaluate(client, options.pop("models"), other, experiment="begun", **options)
    assert len(client.log.calls()) == 8


async def test_an_experiment_goes_on_with_equal_parameters_written_otherwise(
    client: Client, dataset: Dataset
) -> None:
    await evaluate(client, ["sim/swift"], dataset, experiment="begun", temperature=0, stop=("a",))
    await evaluate(client, ["sim/swift"], dataset, experiment="begun", stop=["a"], temperature=0.0)
    assert len(client.log.calls()) == 8


async def test_an_experiment_that_two_began_at_the_same_moment_goes_on(
    client: Client, dataset: Dataset
) -> None:
    models = ["sim/swift", "sim/local"]
    await asyncio.gather(*(evaluate(client, models, dataset, experiment="twice") for _ in range(2)))
    assert len(client.log.runs(experiment="twice")) == 4
    told: list[EvaluationProgress] = []
    await evaluate(client, models, dataset, experiment="twice", on_progress=told.append)
    assert (told[-1].done, told[-1].from_log) == (16, 16)
    assert len(results(client.log, "twice")) == 16
    [known] = experiments(client.log).to_dict("records")
    assert (list(known["models"]), known["complete"]) == (["sim/local", "sim/swift"], True)
