"""The change of the mean score."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from two_runs import rows

from workbench.analysis.regression.measures import quality
from workbench.analysis.statistics import paired_difference


def test_right_or_wrong_asked_once_is_mcnemars_test_and_a_fall_is_worse() -> None:
    # 9 lost, 1 gained of 20: mid-p = P(X > 9) + P(X = 9) / 2 of ten fair coins = (1 + 5) / 1024
    then = [1] * 9 + [0] + [1] * 10
    now = [0] * 9 + [1] + [1] * 10
    found = quality(rows(then), rows(now))
    assert (found.method, found.n, found.units, found.possible) == ("McNemar mid-p", 20, 20, True)
    assert found.p_worse == pytest.approx(6 / 1024)
    assert found.p_better == pytest.approx(1 - 6 / 1024)
    assert (found.baseline.value, found.candidate.value) == (0.95, 0.55)
    assert found.change.value == pytest.approx(-0.4)


def test_repeats_are_averaged_before_anything_is_tested() -> None:
    rng = np.random.default_rng(1)
    then, now = (rng.random((30, 4)) < 0.7 for _ in range(2))
    found, test = quality(rows(then), rows(now)), paired_difference(then.mean(axis=1), now.mean(axis=1))
    assert (found.method, found.n) == ("paired t", 30)
    assert (found.change, found.p_worse, found.error) == (test.difference, test.p_worse, test.error)


def test_samples_of_one_cluster_are_not_independent() -> None:
    then = rows([1, 1, 1, 1], cluster=["a", "a", "b", "b"])
    now = rows([0, 0, 1, 1], cluster=["a", "a", "b", "b"])
    # differences -1, -1, 0, 0: t = -1 on one degree of freedom, as in the tests of the paired test
    found = quality(then, now)
    assert (found.method, found.units) == ("paired t, clustered", 2)
    assert found.p_worse == pytest.approx(0.25)


def test_a_cluster_to_each_sample_is_none() -> None:
    then = rows([1, 1, 1, 0], cluster=["a", "b", "c", "d"])
    assert quality(then, rows([0, 0, 1, 0])).method == "McNemar mid-p"


def test_only_what_both_have_scored_is_compared() -> None:
    found = quality(rows([1, math.nan, 0, 1]), rows([1, 1, 0, math.nan]).iloc[:3])
    assert (found.n, found.dropped) == (2, 2)
    assert (found.baseline.value, found.candidate.value) == (0.5, 0.5)
    assert not found.possible  # the two that are left do not differ


def test_no_answer_at_all_decides_nothing() -> None:
    for nothing in (rows([math.nan] * 3), rows([1.0]).iloc[:0]):
        found = quality(rows([1, 0, 1]), nothing)
        assert math.isnan(found.p_worse)
        assert math.isnan(found.change.value)
        assert (found.n, found.dropped, found.possible) == (0, 3, False)


def test_the_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(2)
    then, now = (rows(rng.random((12, 3)), cluster=np.tile(list("abc"), 12)) for _ in range(2))
    shuffled = pd.DataFrame(now.sample(frac=1, random_state=3))
    assert quality(then, shuffled).p_worse == pytest.approx(quality(then, now).p_worse)


def test_answers_that_are_hardly_ever_wrong_may_be_one_then_and_four_now() -> None:
    rng, red = np.random.default_rng(4), 0
    for _ in range(80):
        then, now = (rng.random((60, epochs)) < 0.98 for epochs in (1, 4))
        found = quality(rows(then), rows(now))
        red += found.p_worse < 0.05
        assert (2 * min(found.p_worse, found.p_better) >= 0.05) == (
            found.change.low <= 0 <= found.change.high
        )
    assert red <= 8  # of 80 at 5 %, with 98 %; a t test of the means alone is red in 19 of them


def test_a_fall_shows_though_it_was_asked_more_often_now() -> None:
    rng = np.random.default_rng(4)
    found = quality(rows(rng.random((60, 1)) < 0.9), rows(rng.random((60, 4)) < 0.6))
    assert found.method == "paired t, and answers shuffled"
    assert found.p_worse < 0.001


def test_a_sample_that_only_one_has_scored_makes_no_numbers_unequal() -> None:
    assert quality(rows([1, 0, 1, 0]), rows([1, 1, 0, math.nan])).method == "McNemar mid-p"
