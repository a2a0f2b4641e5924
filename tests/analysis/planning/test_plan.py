"""A plan before money is spent."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from workbench.analysis.planning.plan import Plan, plan
from workbench.analysis.planning.power import mde, samples_needed
from workbench.client import Client
from workbench.errors import ConfigError
from workbench.evals.dataset import Dataset, Sample
from workbench.evals.runs import evaluate
from workbench.evals.scorers.judging.judge import judge

Write = Callable[..., None]
MODELS = ["sim/swift", "sim/steady"]
GUESSED = {"between": 1 / 9, "within": 0.2}


def dataset_of(n: int, clusters: int = 0, name: str = "set") -> Dataset:
    samples = (
        Sample(id=str(i), input=f"What is {i} plus {i}?", target=str(2 * i))
        if not clusters
        else Sample(id=str(i), input=f"What is {i} plus {i}?", target="1", cluster=str(i % clusters))
        for i in range(n)
    )
    return Dataset(name=name, samples=tuple(samples))


async def test_a_plan_takes_as_few_calls_as_will_do_and_sends_nothing(client: Client) -> None:
    found = await plan(client, MODELS, dataset_of(2000), 0.05)
    needed = samples_needed(0.05, **GUESSED)
    assert (found.samples, found.epochs, found.enough) == (needed, 1, True)
    assert found.cost.calls == 2 * needed
    assert found.words.startswith(f"To find a difference of 5 points: {needed:,} of the 2,000 samples of set")
    assert found.cost.expected_usd is not None
    assert found.cost.expected_usd > 0
    assert len(client.log.calls()) == 0


async def test_where_samples_are_short_repeats_make_up_for_them(client: Client) -> None:
    facts = GUESSED | {"alpha": 0.05}
    once, twice = (samples_needed(0.1, epochs=epochs, **facts) for epochs in (1, 2))
    found = await plan(client, MODELS, dataset_of((once + twice) // 2), 0.1)
    assert (found.samples, found.epochs, found.enough) == (twice, 2, True)


async def test_a_data_set_that_is_too_small_says_what_it_can_show(client: Client) -> None:
    found = await plan(client, MODELS, dataset_of(60), 0.05, epochs=4)
    sees, needed = mde(60, epochs=4, **GUESSED), samples_needed(0.05, epochs=4, **GUESSED)
    assert (found.enough, found.samples, found.needed) == (False, 60, needed)
    assert found.words.startswith(
        f"With 60 samples and 4 epochs you can see {100 * sees:.1f} points; for 5 points you need {needed:,}"
    )
    assert found.cost.calls == 2 * 60 * 4


async def test_epochs_that_show_hardly_more_are_not_asked(client: Client) -> None:
    found = await plan(client, MODELS, dataset_of(60), 0.01)
    sees = found.frame.set_index("epochs")["sees"]
    assert found.epochs < 16
    assert found.sees == sees[found.epochs] <= 1.1 * sees[16]
    assert list(sees) == sorted(sees, reverse=True)


async def test_several_models_and_prompts_share_alpha(client: Client) -> None:
    prompts = {"short": "{input}", "long": "Think first. {input}"}
    found = await plan(client, MODELS, dataset_of(2000), 0.05, prompt=prompts)
    assert found.samples == samples_needed(0.05, **GUESSED, alpha=0.05 / 6)
    assert found.cost.calls == 4 * found.samples
    assert "shared by 6 pairs" in str(found)


async def test_one_model_is_planned_against_its_own_baseline(client: Client) -> None:
    found = await plan(client, MODELS[:1], dataset_of(400, clusters=6), 0.05)
    assert found.needed == samples_needed(0.05, within=0.2, unchanged=True, epochs=found.epochs, sides=1)
    assert "one-sided" in str(found)


async def test_clusters_make_a_plan_larger_and_are_named(client: Client) -> None:
    alone = await plan(client, MODELS, dataset_of(3000), 0.05)
    clustered = await plan(client, MODELS, dataset_of(3000, clusters=300), 0.05)
    assert clustered.samples > 1.25 * alone.samples
    assert "samples in 300 clusters" in str(clustered)


async def test_a_pilot_says_how_much_scores_vary(client: Client, write: Write) -> None:
    rng = np.random.default_rng(0)
    for model in MODELS:
        p = rng.uniform(size=200)  # difference of two: variance 1/6; answers: 2 E p(1 - p) = 1/3
        for epoch in (0, 1):
            write("trial", model, values=rng.binomial(1, p).tolist(), epoch=epoch)
    found = await plan(client, MODELS, dataset_of(5000), 0.05, pilot="trial")
    expected = samples_needed(0.05, between=1 / 6, within=1 / 3)
    assert found.samples == pytest.approx(expected, rel=0.2)
    assert "in trial, 2 answers a sample" in str(found)
    alone = await plan(client, MODELS[:1], dataset_of(5000), 0.05, pilot="trial")
    assert alone.samples == pytest.approx(samples_needed(0.05, within=1 / 3, sides=1), rel=0.2)


async def test_a_pilot_that_does_not_say_is_refused(client: Client, write: Write) -> None:
    write("once", "sim/swift", values=[1, 0, 1])
    with pytest.raises(ConfigError, match="did not ask sim/swift twice"):
        await plan(client, MODELS[:1], dataset_of(60), pilot="once")
    with pytest.raises(ConfigError, match="has scores of sim/swift: it takes two"):
        await plan(client, MODELS, dataset_of(60), pilot="once")
    write("one", "sim/swift", values=[1])
    write("one", "sim/steady", values=[0])
    with pytest.raises(ConfigError, match=r"says nothing: .* 1 scored samples in common"):
        await plan(client, MODELS, dataset_of(60), pilot="one")


async def test_time_follows_from_the_log_and_the_concurrency(client: Client, write: Write) -> None:
    unknown = await plan(client, MODELS, dataset_of(2000), 0.05)
    assert unknown.cost.seconds is None
    assert "in a time that is not known" in unknown.words
    write("e", "sim/swift", values=[1] * 4, durations=[1, 1, 3, 3])
    write("e", "sim/steady", values=[1] * 4, durations=[8] * 4)
    known = await plan(client, MODELS, dataset_of(2000), 0.05)
    # each sample keeps one of ten slots for 2 s + 8 s
    assert known.cost.seconds == pytest.approx(known.samples * 1.0)
    assert "minutes" in known.words


async def test_the_calls_of_judges_are_counted_and_paid(client: Client) -> None:
    graded = judge("sim/sage", "Is it right?", labels={"right": 1, "wrong": 0})
    alone, judged = [
        await plan(client, MODELS, dataset_of(2000), 0.05, scorers=scorers)
        for scorers in (["exact"], [graded])
    ]
    assert judged.samples == alone.samples
    assert judged.cost.calls == 2 * alone.cost.calls
    assert judged.cost.expected_usd is not None
    assert alone.cost.expected_usd is not None
    assert judged.cost.expected_usd > alone.cost.expected_usd


async def test_what_judges_did_in_the_log_is_what_they_will_do(client: Client) -> None:
    for judged in ("one", "two"):
        for _ in range(2):  # as one that is asked in both orders
            await client.bind(judge="both", judged=judged).chat("sim/local", "What is 1 plus 1?")
    paid = float(client.log.calls()["cost_usd"].sum())
    for model in MODELS:
        await client.chat(model, "What is 1 plus 1?")
    twice = replace(judge("sim/local", "Is it right?", labels=["yes", "no"]), name="both")
    alone, found = [
        await plan(client, MODELS, dataset_of(2000), 0.05, scorers=scorers) for scorers in ((), (twice,))
    ]
    assert found.cost.calls == 3 * alone.cost.calls
    more = float(found.cost.expected_usd or 0) - float(alone.cost.expected_usd or 0)
    assert more == pytest.approx(2 * found.samples * paid / 2, rel=1e-6)  # two answers were judged for that
    assert (found.cost.seconds or 0) > (alone.cost.seconds or 0) > 0


async def test_what_has_no_price_has_none_in_the_plan(client: Client) -> None:
    found = await plan(client, ["sim/swift", "sim/never-heard-of"], dataset_of(2000), 0.05)
    assert found.cost.expected_usd is None
    assert "at a price that is not known" in found.words
    assert found.frame["cost_usd"].isna().all()


async def test_after_a_pilot_the_same_client_plans_by_what_it_learned(client: Client) -> None:
    dataset = dataset_of(20)
    guessed = await plan(client, MODELS, dataset, 0.05)
    await evaluate(client, MODELS, dataset)
    learned = await plan(client, MODELS, dataset, 0.05, epochs=guessed.epochs)
    before, after = guessed.cost.expected_usd, learned.cost.expected_usd
    assert before is not None
    assert after is not None
    assert after < before / 5  # answers have a few tokens, not 500


@pytest.mark.parametrize(
    ("models", "n", "delta", "problem"),
    [
        ([], 60, 0.05, "0 models and 60 samples"),
        (MODELS, 0, 0.05, "2 models and 0 samples"),
        (MODELS, 60, 0, "delta is 0"),
        (MODELS, 60, 5, "delta is 5 .*: give a difference such as 0.05, which is 5 points"),
    ],
)
async def test_nothing_cannot_be_planned(
    client: Client, models: list[str], n: int, delta: float, problem: str
) -> None:
    with pytest.raises(ConfigError, match=problem):
        await plan(client, models, dataset_of(n), delta)


@pytest.mark.parametrize("chances", [{"alpha": 0}, {"power": 1}], ids=str)
async def test_chances_of_none_and_of_all_cannot_be_planned(
    client: Client, chances: dict[str, float]
) -> None:
    with pytest.raises(ConfigError, match=r"alpha is .* and power .*: give chances between 0 and 1"):
        await plan(client, MODELS, dataset_of(60), 0.05, **chances)


async def test_a_plan_is_a_page_in_which_names_are_text(client: Client) -> None:
    found: Plan = await plan(client, MODELS, dataset_of(3, name="<b>x</b>"), 0.05)
    page = found._repr_html_()
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x" in page


async def test_a_data_set_that_can_show_nothing_says_so(client: Client) -> None:
    found = await plan(client, MODELS, dataset_of(3), 0.05, epochs=1)
    assert math.isnan(found.sees)
    assert "you can see no difference of any size" in found.words
