"""Evaluations that may cost so much and no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
from served import Steered

from workbench.client import Client
from workbench.config import Settings
from workbench.errors import BudgetError, ConfigError
from workbench.evals.dataset import Dataset, load_dataset
from workbench.evals.runs import evaluate
from workbench.evals.scorers import Answer, Score, Scorer

PAID = "sim/sage"


@pytest.fixture
async def client(tmp_path: Path, simulated: Settings) -> AsyncIterator[Client]:
    async with Client(home=tmp_path / "home", settings=simulated, attempts=1) as client:
        yield client


@pytest.fixture
def dataset(questions_path: Path) -> Dataset:
    return load_dataset(questions_path)


def spent(client: Client) -> Decimal:
    return sum((Decimal(str(usd)) for usd in client.log.calls()["cost_usd"].dropna()), Decimal(0))


@pytest.mark.parametrize("budget", [Decimal("0.0015")])
async def test_no_call_is_made_that_could_break_the_budget(
    client: Client, dataset: Dataset, budget: Decimal | float
) -> None:
    ended = await evaluate(
        client, [PAID, "sim/swift"], dataset, epochs=2, budget_usd=budget, max_tokens=20, temperature=1
    )
    assert spent(client) <= Decimal(str(budget))
    made = len(client.log.calls())
    assert 0 < made < 2 * len(dataset) * 2
    assert ended.calls_saved == 2 * len(dataset) * 2 - made
    assert "would not surely hold" in ended.stopped
    assert "Stopped early" in repr(ended)
    # It stops for want of money, and not long before: another of the dearest calls would not fit.
    most = await client.estimate(PAID, dataset.samples[0].input, max_tokens=20)
    assert most.high_usd is not None
    assert Decimal(str(budget)) - spent(client) < 2 * most.high_usd


async def test_so_many_calls_and_no_more_are_made_and_the_rest_when_it_goes_on(
    client: Client, dataset: Dataset
) -> None:
    samples = dataset.take(12)
    first = await evaluate(client, ["sim/swift"], samples, experiment="half", budget_calls=5)
    assert (len(client.log.calls()), first.calls_saved) == (5, 7)
    assert first.stopped == "the budget of 5 calls is used up"
    second = await evaluate(client, ["sim/swift"], samples, experiment="half", budget_calls=7)
    assert (len(client.log.calls()), second.stopped, second.calls_saved) == (12, "", 0)
    # What the log answers is free.
    third = await evaluate(client, ["sim/swift"], samples, budget_calls=0)
    assert third.stopped == ""
    assert client.log.calls()["cached"].sum() == 12


async def test_a_call_that_fails_counts_as_a_call_and_costs_nothing(
    client: Client, dataset: Dataset, steered: Steered
) -> None:
    await steered.fault("context_length", model="sage")
    within = client.within(usd=1, calls=3)
    await evaluate(within, [PAID], dataset.take(3), max_tokens=20)
    assert within.budget is not None
    assert (within.budget.sent, within.budget.spent_usd) == (3, spent(client))


async def test_a_judge_that_the_budget_does_not_allow_is_not_asked(client: Client, dataset: Dataset) -> None:
    async def ask(answer: Answer) -> Score:
        said = await answer.client.chat("sim/swift", f"Is it right? {answer.text}")
        return Score(value=float("yes" in said.text))

    judge = Scorer(name="judge", give=ask, asks=("sim/swift",))
    ended = await evaluate(
        client, ["sim/local"], dataset.take(8), experiment="judged", scorers=["exact", judge], budget_calls=7
    )
    calls = client.log.calls()
    assert len(calls) == 7
    judged = calls[calls["run"].isna()]
    assert {dict(tags)["judge"] for tags in judged["tags"]} <= {"judge"}
    assert ended.stopped == "the budget of 7 calls is used up"
    await evaluate(client, ["sim/local"], dataset.take(8), experiment="judged", scorers=["exact", judge])
    scores = client.log.scores(experiment="judged")
    assert scores.groupby("scorer").size().to_dict() == {"exact": 8, "judge": 8}
    assert len(client.log.calls()) == 16


async def test_without_a_price_no_budget_in_dollars_can_hold(
    client: Client, dataset: Dataset, simulated: Settings
) -> None:
    unpriced = Client(
        home=client.home,
        settings=Settings(
            project=simulated.project,
            values={"OPENAI_COMPATIBLE_BASE_URL": str(simulated.get("SIM_BASE_URL"))},
        ),
    )
    with pytest.raises(ConfigError, match=r"no price is known for .*: give budget_calls"):
        await evaluate(unpriced, ["openai_compatible/swift"], dataset.take(2), budget_usd=1)


@pytest.mark.parametrize("bounds", [{"usd": -1}, {"calls": -1}])
def test_a_budget_is_not_negative(client: Client, bounds: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=r"-1: give a (whole )?number, 0 or more"):
        client.within(**bounds)


async def test_a_call_of_ones_own_is_refused_too(client: Client) -> None:
    with pytest.raises(BudgetError, match="0 calls is used up"):
        await client.within(calls=0).bind(team="red").chat("sim/swift", "Hello")
    assert client.log.calls().empty
