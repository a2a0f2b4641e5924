from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.estimates import accuracy
from workbench.analysis.judging import ppi_mean

NAN = math.nan


def simulated(
    rng: np.random.Generator, n: int, right: float, correlation: float, items: int = 500
) -> tuple[np.ndarray, np.ndarray]:
    """Labels by people of the first `n` items, right or wrong, and by a judge that often copies them."""
    human = (rng.random(items) < right).astype(float)
    judge = np.where(rng.random(items) < correlation, human, rng.random(items) < right).astype(float)
    return np.where(np.arange(items) < n, human, NAN), judge


def test_it_is_the_estimate_of_the_paper() -> None:
    human = [1.0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, *[None] * 10]
    judge = [0.9, 0.2, 0.8, 0.6, 0.1, 1, 0.7, 0.4, 0.3, 0.9, 0.8, 0.2, 0.6, 1, 0.5, *np.linspace(0, 1, 10)]
    found = ppi_mean(human, judge)
    labelled, known = np.array(judge[:15]), np.array(human[:15], dtype=float)
    # PPI++ with N others beside n labelled: lambda = cov / ((1 + n/N) var) of mean(others) - mean(labelled)
    weight = np.cov(known, labelled)[0, 1] / ((1 + 15 / 10) * labelled.var(ddof=1))
    value = known.mean() + weight * (np.mean(judge[15:]) - labelled.mean())
    assert found.estimate.value == pytest.approx(value)
    assert found.estimate.n == 15
    assert found.people == accuracy(known)
    assert found.judge.value == pytest.approx(np.mean(judge))


def test_a_biased_judge_does_not_bias_the_estimate() -> None:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(200):
        human, judge = simulated(rng, 40, 0.6, 0.8)
        found.append(ppi_mean(human, np.where(rng.random(500) < 0.3, 1, judge)))
    assert np.mean([each.judge.value for each in found]) > 0.7
    assert np.mean([each.estimate.value for each in found]) == pytest.approx(0.6, abs=0.015)


@pytest.mark.parametrize("n", [20, 50, 200])
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("right", [0.5, 0.9])
def test_intervals_of_right_and_wrong_cover(n: int, correlation: float, right: float) -> None:
    rng = np.random.default_rng(n)
    found = [ppi_mean(*simulated(rng, n, right, correlation)) for _ in range(100)]
    covered = np.mean([each.estimate.low <= right <= each.estimate.high for each in found])
    assert covered >= 0.88  # 3 standard errors of 100 trials below .95 are .885
    width = np.mean([each.estimate.high - each.estimate.low for each in found])
    alone = np.mean([each.people.high - each.people.low for each in found])
    assert width < alone * (1.16 if n == 20 else 1.07)  # a judge that is no help costs two degrees of freedom
    if correlation == 0.9:
        assert width < 0.75 * alone


@pytest.mark.parametrize("n", [20, 50])
@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_intervals_of_grades_cover(n: int, correlation: float) -> None:
    rng = np.random.default_rng(n)
    covered = 0
    for _ in range(100):
        quality = rng.normal(size=(500, 2)) @ [[1, correlation], [0, math.sqrt(1 - correlation**2)]]
        human, judge = np.digitize(quality, [-1.5, -0.5, 0.5, 1.5]).T + 1.0  # symmetric: 3 on average
        human[n:] = NAN
        interval = ppi_mean(human, judge).estimate
        covered += interval.low <= 3 <= interval.high
    assert covered / 100 >= 0.88


def test_intervals_cover_in_clusters_where_those_of_single_items_do_not() -> None:
    rng = np.random.default_rng(5)
    clusters = np.repeat(np.arange(20), 20)
    covered = np.zeros(2)
    for _ in range(100):
        right = np.clip(rng.normal(0.5, 0.25, size=20), 0, 1)[clusters]  # 0.5 on average
        human = (rng.random(400) < right).astype(float)
        judge = np.where(rng.random(400) < 0.5, human, rng.random(400) < 0.5).astype(float)
        human[rng.permutation(400)[100:]] = NAN
        for place, groups in enumerate((clusters, None)):
            interval = ppi_mean(human, judge, groups).estimate
            covered[place] += interval.low <= 0.5 <= interval.high
    assert covered[0] / 100 >= 0.88
    assert covered[1] / 100 < 0.88


@pytest.mark.parametrize(
    ("human", "judge"),
    [
        ([1.0, 0.0] * 5 + [None] * 90, [1.0, 0.0] * 50),  # ten labels
        ([1.0] * 20 + [None] * 80, [1.0, 0.0] * 50),  # people said one thing
        ([1.0, 0.0] * 10 + [None] * 80, [1.0] * 20 + [0.0] * 80),  # the judge said one thing of these
    ],
)
def test_where_the_judge_cannot_be_weighed_people_count_alone(
    human: list[float | None], judge: list[float]
) -> None:
    found = ppi_mean(human, judge)
    assert found.estimate == found.people == accuracy(human)
    assert (found.weight, found.effective) == (0, found.people.n)


def test_a_perfect_judge_makes_few_labels_worth_many() -> None:
    human, judge = simulated(np.random.default_rng(2), 50, 0.6, 1.0)
    found = ppi_mean(human, judge)
    assert found.weight == pytest.approx(1)
    assert found.estimate.value == pytest.approx(judge.mean())
    assert found.effective == pytest.approx(500, rel=0.1)


def test_nothing_labelled_is_undefined() -> None:
    found = ppi_mean([None, None], [0.5, 0.7])
    assert math.isnan(found.estimate.value)
    assert (found.estimate.n, found.judge.value) == (0, pytest.approx(0.6))
    assert math.isnan(ppi_mean([], []).estimate.value)


def test_items_without_a_verdict_of_the_judge_are_left_out() -> None:
    human, judge = simulated(np.random.default_rng(3), 60, 0.5, 0.5)
    judge[[0, 400]] = NAN
    kept = ~np.isnan(judge)
    assert ppi_mean(human, judge).estimate == ppi_mean(human[kept], judge[kept]).estimate


def test_labels_and_verdicts_of_different_items_are_refused() -> None:
    with pytest.raises(ValueError, match="2 labels of people and 1"):
        ppi_mean([1, 0], [1])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(-5, 5), st.floats(0.1, 10), st.randoms())
def test_the_scale_of_the_judge_and_the_order_of_items_do_not_matter(
    seed: int, shift: float, scale: float, chance: np.random.Generator
) -> None:
    human, judge = simulated(np.random.default_rng(seed), 30, 0.6, 0.5, items=60)
    places = list(range(60))
    chance.shuffle(places)
    found, again = ppi_mean(human, judge), ppi_mean(human[places], shift + scale * judge[places])
    for name in ("value", "low", "high"):
        assert getattr(again.estimate, name) == pytest.approx(getattr(found.estimate, name))
        assert 0 <= getattr(found.estimate, name) <= 1 or math.isnan(getattr(found.estimate, name))
    assert again.effective == pytest.approx(found.effective, nan_ok=True)
