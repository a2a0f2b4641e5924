"""Experiments whose answers are scored by several scorers, of one's own among them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import duckdb
import pytest

from workbench.analysis.results import results, summary
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError, DataError
from workbench.evals.dataset import Dataset, Sample, load_dataset
from workbench.evals.progress import EvaluationProgress
from workbench.evals.runs import evaluate
from workbench.evals.scorers import Score, judge
from workbench.log import Store


@pytest.fixture
async def client(tmp_path: Path, simulated: Settings) -> AsyncIterator[Client]:
    async with Client(home=tmp_path / "home", settings=simulated, attempts=1) as client:
        yield client


@pytest.fixture
def dataset(questions_path: Path) -> Dataset:
    return load_dataset(questions_path).take(10)


def graded(text: str, sample: Sample) -> float:
    return min(1.0, len(text) / 10)


async def tone(text: str, sample: Sample) -> str:
    return "short" if len(text) < 10 else "long"


def picky(text: str, sample: Sample) -> Score:
    if int(sample.id) % 2:
        raise ValueError("I do not like odd ones")
    return Score(value=1.0, label="fine", explanation="even")


async def test_each_scorer_gives_each_answer_a_score(client: Client, dataset: Dataset) -> None:
    made = await evaluate(client, ["sim/swift"], dataset, scorers=[graded, "exact", tone])
    scores = client.log.scores(experiment=made.id)
    assert scores.groupby("scorer").size().to_dict() == {"exact": 10, "graded": 10, "tone": 10}
    shown = results(client.log, made.id)
    assert set(shown["scorer"]) == {"graded"}
    assert (shown["value"] == shown["text"].str.len().clip(upper=10) / 10).all()
    labels = results(client.log, made.id, scorer="tone")
    assert labels["value"].isna().all()
    assert set(labels["label"]) <= {"short", "long"}
    with pytest.raises(ConfigError, match="no score by 'judge': its scorers are exact, graded, tone"):
        results(client.log, made.id, scorer="judge")


async def test_an_answer_that_could_not_be_judged_is_neither_right_nor_wrong(
    client: Client, dataset: Dataset
) -> None:
    told: list[EvaluationProgress] = []
    made = await evaluate(client, ["sim/swift"], dataset, scorers=[picky], on_progress=told.append)
    frame = results(client.log, made.id)
    assert frame["value"].notna().sum() == 5
    reasons = set(frame.loc[frame["value"].isna(), "explanation"])
    assert reasons == {"could not be scored: ValueError: I do not like odd ones"}
    [row] = summary(frame).to_dict("records")
    assert (row["n"], row["accuracy"], row["errors"]) == (5, 1.0, 0)
    assert told[-1].unscored == 5
    assert "5 without a score" in str(told[-1])
    assert "5 answers without a score: could not be scored: ValueError: I do not like odd ones" in repr(made)


async def test_a_score_that_is_missing_is_given_when_the_experiment_goes_on(
    client: Client, dataset: Dataset
) -> None:
    for _ in range(2):
        await evaluate(client, ["sim/swift"], dataset, scorers=[graded, tone], experiment="half")
    before = results(client.log, "half", scorer="tone")
    client.recorder.close()
    Store(client.home).ingest()
    with duckdb.connect(str(client.home / "log.duckdb")) as db:
        db.execute("DELETE FROM scores WHERE scorer = 'tone' AND sample IN ('1', '2', '3')")
    made = await evaluate(client, ["sim/swift"], dataset, scorers=[graded, tone], experiment="half")
    assert made.errors == {}
    assert len(client.log.calls()) == 10
    assert len(client.log.scores()) == 20
    after = results(client.log, "half", scorer="tone")
    assert after["label"].tolist() == before["label"].tolist()


async def test_an_experiment_does_not_go_on_with_other_scorers(client: Client, dataset: Dataset) -> None:
    await evaluate(client, ["sim/swift"], dataset, scorers=[graded], experiment="begun")
    with pytest.raises(ConfigError, match=r"begun with other scorers: .*'graded'.*, and not .*'tone'"):
        await evaluate(client, ["sim/swift"], dataset, scorers=[graded, tone], experiment="begun")


async def test_what_cannot_score_is_refused_before_anything_is_asked(
    client: Client, dataset: Dataset
) -> None:
    with pytest.raises(ConfigError, match="no scorer 'exakt'"):
        await evaluate(client, ["sim/swift"], dataset, scorers=["exakt"])
    with pytest.raises(ConfigError, match="two scorers are named 'graded'"):
        await evaluate(client, ["sim/swift"], dataset, scorers=[graded, graded])
    with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
        await evaluate(client, ["sim/swift"], dataset, scorers=[judge("openai/gpt-5.4-mini", "Is it right?")])
    with pytest.raises(DataError, match="is not one letter"):
        await evaluate(client, ["sim/swift"], dataset, scorers=["choice"])
    assert client.log.calls().empty
