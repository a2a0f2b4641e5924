"""Evaluations against the simulator: what is asked, what is kept, what is given up."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from workbench.analysis.results import results, summary
from workbench.analysis.sequential import until_decided
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError, ContextLengthError, ModelNotFoundError
from workbench.evals.dataset import Dataset, load_dataset
from workbench.evals.experiment import new_experiment_id, run_id
from workbench.evals.progress import Ended, EvaluationProgress
from workbench.evals.runs import evaluate
from workbench.evals.scorers import exact, judge
from workbench.simulator import Simulator


@pytest.fixture
def client(tmp_path: Path, simulator: Simulator) -> Client:
    settings = Settings(project=tmp_path, values={"SIM_BASE_URL": simulator.url})
    return Client(home=tmp_path / "home", settings=settings)


@pytest.fixture
def dataset(questions_path: Path) -> Dataset:
    return load_dataset(questions_path)


async def test_every_model_is_asked_every_sample_in_every_epoch(client: Client, dataset: Dataset) -> None:
    async with client:
        experiment = await evaluate(client, ["sim/swift", "sim/local"], dataset.take(5), epochs=2)
    frame = results(client.log, experiment.id)
    asked = frame.groupby(["model", "sample", "epoch"]).size()
    assert (len(asked), set(asked)) == (2 * 5 * 2, {1})
    assert set(frame["status"]) == {"ok"}


async def test_each_answer_has_a_score_that_names_its_call(client: Client, dataset: Dataset) -> None:
    async with client:
        experiment = await evaluate(client, ["sim/swift"], dataset.take(6))
    scores = client.log.scores(experiment=experiment.id)
    calls = client.log.calls(experiment=experiment.id)
    assert set(scores["call_id"]) == set(calls["id"])
    assert set(scores["value"]) <= {0.0, 1.0}
    assert set(scores["run"]) == {run_id(experiment.id, "sim/swift")} == set(calls["run"])


async def test_a_run_says_what_was_asked_and_that_it_was_simulated(client: Client, dataset: Dataset) -> None:
    async with client:
        experiment = await evaluate(client, ["sim/swift"], dataset.take(3), temperature=0)
    [run] = client.log.runs(experiment=experiment.id).to_dict("records")
    assert run["dataset_hash"] == dataset.take(3).hash
    assert (run["samples"], run["epochs"], run["simulated"]) == (3, 1, True)
    assert "temperature" in run["params"]


async def test_a_model_that_is_not_known_is_given_up_and_the_others_go_on(
    client: Client, dataset: Dataset
) -> None:
    told: list[EvaluationProgress] = []
    async with client:
        experiment = await evaluate(
            client, ["sim/swiff", "sim/swift"], dataset.take(30), on_progress=told.append
        )
    assert list(experiment.problems) == ["sim/swiff"]
    assert "'swift'" in experiment.problems["sim/swiff"]  # the nearest name
    assert told[-1].done == told[-1].total == 60
    assert told[-1].errors + told[-1].skipped == 30
    assert told[-1].errors < 30
    table = summary(results(client.log, experiment.id)).set_index("model")
    assert table.loc["sim/swift", "n"] == 30
    assert table.loc["sim/swiff", "n"] == 0


async def test_a_failed_call_is_an_error_and_not_a_wrong_answer(
    client: Client, dataset: Dataset, simulator: Simulator
) -> None:
    fault = {"model": "swift", "fault": "context_length", "times": 1}
    async with aiohttp.ClientSession() as http, http.post(f"{simulator.url}/faults", json=fault) as ordered:
        ordered.raise_for_status()
    async with client:
        experiment = await evaluate(client, ["sim/swift"], dataset.take(4))
    [row] = summary(results(client.log, experiment.id)).to_dict("records")
    assert (row["calls"], row["errors"], row["n"]) == (4, 1, 3)


async def test_whoever_follows_the_progress_is_told_how_each_call_ended(
    client: Client, dataset: Dataset, simulator: Simulator
) -> None:
    fault = {"model": "swift", "fault": "context_length", "times": 1}
    async with aiohttp.ClientSession() as http, http.post(f"{simulator.url}/faults", json=fault) as ordered:
        ordered.raise_for_status()
    told: list[Ended | None] = []
    async with client:
        models = ["sim/swift", "sim/swiff"]
        experiment = await evaluate(
            client, models, dataset.take(30), on_progress=lambda progress: told.append(progress.last)
        )
    ends = [ended for ended in told if ended is not None]
    assert len(ends) == 60
    known = results(client.log, experiment.id).set_index(["model", "sample", "epoch"])
    outcomes = Counter(ended.outcome for ended in ends)
    assert outcomes["ok"] == (known["status"] == "ok").sum() == 29
    assert outcomes["error"] == (known["status"] == "error").sum()
    for ended in ends:
        if ended.outcome == "ok":
            row = known.loc[(ended.model, ended.sample, ended.epoch)]
            # What was measured while this machine was busy says nothing of how long the model takes.
            times = (None, None) if row["under_load"] else (row["duration_s"], row["ttft_s"])
            assert (ended.value, ended.duration_s, ended.ttft_s) == (row["value"], *times)
            assert ended.cost_usd == Decimal(str(row["cost_usd"]))
    failed = {type(ended.error) for ended in ends if ended.outcome == "error"}
    assert failed == {ContextLengthError, ModelNotFoundError}


async def test_an_interrupted_evaluation_leaves_a_row_for_every_call_that_had_begun(
    client: Client, dataset: Dataset
) -> None:
    begun = asyncio.Event()
    async with client:
        work = asyncio.create_task(
            evaluate(
                client,
                ["sim/sage"],
                dataset,
                experiment="interrupted",
                on_progress=lambda _: begun.set(),
            )
        )
        await begun.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    status = client.log.calls(experiment="interrupted")["status"].value_counts()
    assert status["ok"] >= 1
    assert status["interrupted"] >= 1


@pytest.mark.parametrize(
    ("models", "options", "words"),
    [
        ([], {}, "no models"),
        (["sim/swift"], {"epochs": 0}, "at least once"),
        (["nobody/swift"], {}, "unknown provider 'nobody'"),
        (["openai/gpt-5.4-mini"], {}, "OPENAI_API_KEY"),
    ],
)
async def test_what_cannot_be_asked_is_refused_before_anything_is_sent(
    client: Client, dataset: Dataset, models: list[str], options: dict[str, int], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        await evaluate(client, models, dataset, **options)
    assert client.log.calls().empty


def test_an_experiment_is_named_by_the_minute_and_four_letters() -> None:
    name = new_experiment_id(datetime(2026, 11, 21, 8, 5, tzinfo=UTC))
    assert re.fullmatch("20261121-0805-[a-z2-9]{4}", name)


async def test_a_key_that_is_given_with_the_models_is_in_no_row(client: Client, dataset: Dataset) -> None:
    key, place = "sk-canary-0123456789", {"base_url": "http://ann:pw-canary-1@127.0.0.1:1/v1"}
    async with client:
        await evaluate(client, ["sim/swift"], dataset.take(2), experiment="keyed", api_key=key)
        # Another key asks the same.
        await evaluate(
            client, ["sim/swift"], dataset.take(2), experiment="keyed", api_key="sk-other-0123456789"
        )
        await evaluate(client, ["mine"], dataset.take(1), **place)
    rows = [client.log.sql(f"SELECT * FROM {table}") for table in ("runs", "calls", "scores")]
    assert [len(each) for each in rows] == [2, 3, 2]
    assert not any("canary" in str(each.to_dict()) for each in rows)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"models": "sim/swift"}, r"models is 'sim/swift', a text: give a list, \['sim/swift'\]"),
        ({"dataset": "first_walk"}, "the data set is 'first_walk': give what workbench.load_dataset"),
        ({"dataset": load_dataset("first_walk").take(0)}, "nothing to ask: .*'first_walk' has no samples"),
        ({"epochs": 1.5}, "epochs is 1.5: give a whole number"),
        ({"epochs": "2"}, "epochs is '2': give a whole number"),
        ({"until": 5}, r"until is 5: give workbench.until_decided\(\)"),
        ({"until": until_decided}, r"until is .*: give workbench.until_decided\(\)"),
        ({"until": until_decided()}, "nothing to compare sim/swift with"),
        ({"until": until_decided(), "scorers": []}, "nothing is scored"),
        ({"prompt": ["{input}"]}, "the prompt is .*: give a template"),
        ({"prompt": {"brief": 5}}, "the prompt is .*: give a template"),
        ({"scorers": "exact"}, "scorers is 'exact': give a list"),
        ({"scorers": exact()}, "scorers is .*: give a list"),
        ({"scorers": [judge]}, r"judge makes scorers and is none: call it, as in workbench.scorers.judge\("),
        ({"budget_usd": "5"}, "budget_usd is '5': give a number, 0 or more"),
        ({"budget_usd": Decimal("sNaN")}, "budget_usd is .*: give a number"),
        ({"budget_usd": True}, "budget_usd is True: give a number"),
        ({"budget_calls": 2.5}, "budget_calls is 2.5: give a whole number"),
        ({"stream": False}, "stream cannot be chosen"),
    ],
    ids=lambda given: None if isinstance(given, str) else "-".join(given),
)
async def test_what_makes_no_sense_is_refused_in_words_before_anything_is_sent(
    client: Client, dataset: Dataset, options: dict[str, Any], words: str
) -> None:
    asked = {"models": ["sim/swift"], "dataset": dataset, **options}
    with pytest.raises(ConfigError, match=words):
        await evaluate(client, asked.pop("models"), asked.pop("dataset"), **asked)
    assert client.log.calls().empty
    assert client.log.runs().empty
