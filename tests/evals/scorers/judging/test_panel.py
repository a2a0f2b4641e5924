"""Several judges as one, and judges in an evaluation."""

from __future__ import annotations

from decimal import Decimal

import pytest

from workbench.analysis.results import results
from workbench.client import Client
from workbench.errors import ConfigError, DataError
from workbench.evals.dataset import Dataset
from workbench.evals.runs import evaluate
from workbench.evals.sample import Sample
from workbench.evals.scorers import Answer, Score, Scorer, judge, panel
from workbench.evals.scorers.judging.panel import together

RUBRIC = "The answer names the right capital."
LABELS = {"right": 1.0, "wrong": 0.0}


@pytest.fixture
def dataset() -> Dataset:
    capitals = {"France": "Paris", "Italy": "Rome", "Norway": "Oslo", "Japan": "Tokyo"}
    samples = (
        Sample(id=country, input=f"What is the capital of {country}?", target=capital)
        for country, capital in capitals.items()
    )
    return Dataset(name="capitals", samples=tuple(samples))


def saying(name: str, score: Score) -> Scorer:
    return Scorer(name=name, give=lambda answer: score)


GOOD, BAD = Score(value=1.0, label="right", explanation="Paris."), Score(value=0.0, label="wrong")
NOTHING = Score(value=None, explanation="it refused")


def test_a_panel_gives_the_mean_and_what_most_say() -> None:
    given = together({"a": GOOD, "b": BAD, "c": GOOD})
    assert given.value == pytest.approx(2 / 3)
    assert given.label == "right"
    assert given.explanation.splitlines() == [
        "a said right: Paris.",
        "b said wrong: ",
        "c said right: Paris.",
    ]


def test_a_tie_has_no_label_and_says_so() -> None:
    given = together({"a": GOOD, "b": BAD})
    assert (given.value, given.label) == (0.5, None)
    assert given.explanation.startswith("no label is first: right, wrong\n")


def test_judges_that_gave_nothing_are_left_out_and_said() -> None:
    given = together({"a": GOOD, "b": NOTHING})
    assert (given.value, given.label) == (1.0, "right")
    assert "b gave no score: it refused" in given.explanation
    assert together({"a": NOTHING, "b": NOTHING}).says_nothing


def test_categories_have_no_mean() -> None:
    kind = Score(value=None, label="kind")
    assert together({"a": kind, "b": kind}) == Score(
        value=None, label="kind", explanation="a said kind: \nb said kind: "
    )


@pytest.mark.parametrize("names", [(), ("a",), ("a", "a")])
def test_a_panel_has_two_members_of_different_names(names: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="at least two judges"):
        panel([saying(name, GOOD) for name in names])


def test_a_panel_checks_samples_and_names_models_as_its_members_do() -> None:
    members = [judge("sim/judge", "{rubric}"), judge("sim/biased-judge", RUBRIC)]
    both = panel(members)
    assert both.asks == ("sim/judge", "sim/biased-judge")
    assert [each["name"] for each in both.params["members"]] == ["judge:sim/judge", "judge:sim/biased-judge"]
    with pytest.raises(DataError, match=r"\{rubric\}"):
        both.check(Sample(id="1", input="?", target=None))


async def test_what_judging_costs_is_told_by_judge(client: Client, dataset: Dataset) -> None:
    scorers = [judge("sim/judge", RUBRIC), judge("sim/biased-judge", RUBRIC, labels=LABELS)]
    found = await evaluate(client, ["sim/swift"], dataset, scorers=scorers, epochs=2)
    usage = client.log.usage(by="tag:judge").set_index("tag:judge")
    for scorer in scorers:
        assert usage.loc[scorer.name, "calls"] == 8
        assert usage.loc[scorer.name, "cost_usd"] > Decimal(0)
        frame = results(client.log, found.id, scorer=scorer.name)
        assert len(frame) == 8
        assert frame["value"].between(0, 1).all()
    judged = client.log.sql("SELECT tags['judged'] AS judged FROM calls WHERE tags['judge'] IS NOT NULL")
    assert set(judged["judged"]) == set(results(client.log, found.id)["call_id"].astype(str))


async def test_members_of_a_panel_cost_nothing_where_they_judged_by_themselves(
    client: Client, dataset: Dataset
) -> None:
    members = [judge("sim/judge", RUBRIC), judge("sim/biased-judge", RUBRIC)]
    found = await evaluate(client, ["sim/swift"], dataset, scorers=[*members, panel(members)])
    frame = results(client.log, found.id, scorer="panel")
    parts = [results(client.log, found.id, scorer=each.name)["value"] for each in members]
    assert frame["value"].tolist() == pytest.approx(((parts[0] + parts[1]) / 2).tolist())
    usage = client.log.usage(by=["tag:panel", "tag:judge"]).set_index(["tag:panel", "tag:judge"])
    assert usage.loc[("panel", "judge:sim/judge"), ["calls", "cached"]].tolist() == [4, 4]


async def test_a_judge_of_a_panel_that_fails_is_missing_and_no_0(client: Client) -> None:
    both = panel([judge("sim/judge", RUBRIC), judge("sim/jugde", RUBRIC)])
    sample = Sample(id="1", input="What is the capital of France?", target="Paris")
    given = await both.score(Answer(text="Paris", sample=sample, client=client))
    assert given.value is not None
    assert given.value > 0.5
    assert "judge:sim/jugde gave no score" in given.explanation
