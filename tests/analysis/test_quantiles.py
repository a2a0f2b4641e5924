"""Medians and other quantiles."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from workbench.analysis.estimates import Estimate
from workbench.analysis.quantiles import quantile

PUBLISHED = json.loads(Path(__file__).with_name("published.json").read_text())


def test_the_median_lies_between_the_tabled_ranks() -> None:
    # n = 20, p50: P(X <= 5) = .0207 < .025, so ranks 6 and 15
    assert quantile(range(1, 21), 0.5) == Estimate(value=10.5, low=6, high=15, n=20)


def test_the_smallest_sample_with_an_interval_for_the_median_is_six() -> None:
    # 2 * .5^5 = .0625 > .05, 2 * .5^6 = .03125
    assert math.isnan(quantile([1, 2, 3, 4, 5], 0.5).low)
    assert (quantile(range(6), 0.5).low, quantile(range(6), 0.5).high) == (0, 5)


def test_the_ranks_of_a_quantile_are_those_of_the_published_exact_bounds() -> None:
    # k of n values lie below: the share below is that of Clopper and Pearson just where the quantile's
    # interval holds the k-th value, or the next one.
    case = PUBLISHED["newcombe98_cp"]
    bounds = zip(case["published"][::2], case["published"][1::2], strict=True)
    for (k, n), (low, high) in zip(case["inputs"], bounds, strict=True):
        values, off = range(1, n + 1), case["tol"]
        if k:
            assert math.floor(quantile(values, low - off).high) == k  # up to what is interpolated
            assert quantile(values, low + off).high == k + 1
        assert quantile(values, high - off).low == k or k == 0
        assert quantile(values, high + off).low == k + 1


VALUES = st.lists(st.floats(-1e6, 1e6) | st.none(), max_size=40)


@given(VALUES, st.floats(0.001, 0.999), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_a_quantile_lies_in_its_interval_and_knows_no_order(
    values: list[float | None], q: float, order: random.Random
) -> None:
    found = quantile(values, q)
    shuffled = list(values)
    order.shuffle(shuffled)
    assert quantile(shuffled, q) == found
    assert found.n == sum(value is not None for value in values)
    assert math.isnan(found.low) or found.low <= found.value
    assert math.isnan(found.high) or found.value <= found.high


@pytest.mark.parametrize(("q", "n"), [(0.5, 15), (0.95, 100)])
def test_intervals_of_quantiles_hold_what_they_promise_whatever_the_distribution(q: float, n: int) -> None:
    drawn = np.random.default_rng(4).exponential(size=(500, n))
    truth = -math.log(1 - q)
    held = [found.low <= truth <= found.high for found in (quantile(row, q) for row in drawn)]
    assert np.mean(held) > 0.95 - 3 * math.sqrt(0.05 * 0.95 / 500)


@pytest.mark.parametrize(("n", "epochs", "q"), [(60, 4, 0.5), (30, 8, 0.5), (60, 4, 0.95)])
def test_quantiles_of_answers_to_the_same_samples_are_covered_where_single_ones_are_not(
    n: int, epochs: int, q: float
) -> None:
    rng = np.random.default_rng(5)
    truth = math.exp(float(norm.ppf(q)))
    samples, covered = np.repeat(np.arange(n), epochs), np.zeros(2)
    for _ in range(300):
        # half of the variance of a logarithm is the sample's, as with long and short answers
        logs = rng.normal(size=(n, 1)) + rng.normal(size=(n, epochs))
        seconds = np.exp(logs.ravel() / math.sqrt(2))
        for place, clusters in enumerate((samples, None)):
            found = quantile(seconds, q, clusters)
            covered[place] += not found.low > truth and not found.high < truth
    clustered, naive = covered / 300
    assert clustered > 0.95 - 3 * math.sqrt(0.05 * 0.95 / 300)
    assert naive < 0.92


def test_a_quantile_of_one_cluster_has_no_bounds_and_of_lone_values_the_usual_ones() -> None:
    seconds = list(range(20))
    assert math.isnan(quantile(seconds, 0.5, ["a"] * 20).low)
    assert math.isnan(quantile(seconds, 0.5, ["a"] * 20).high)
    assert quantile(seconds, 0.5, seconds) == quantile(seconds, 0.5, [None] * 20) == quantile(seconds, 0.5)
    # twenty times each: nothing new
    assert quantile(seconds * 20, 0.5, seconds * 20).high == pytest.approx(quantile(seconds, 0.5).high, abs=1)
    # none above the median: how alike those of a cluster are is not known
    assert quantile([1.0] * 20, 0.5, seconds[::2] * 2) == Estimate(value=1, low=1, high=1, n=20)


def test_p95_of_few_values_has_no_upper_bound() -> None:
    # .95^71 = .0262, .95^72 = .0249
    assert math.isnan(quantile(range(71), 0.95).high)
    assert quantile(range(72), 0.95).high == 71
    assert quantile(range(71), 0.95).low < quantile(range(71), 0.95).value


def test_quantile_intervals_cover_a_skewed_distribution() -> None:
    rng = np.random.default_rng(3)
    found = [quantile(rng.lognormal(size=40), 0.5) for _ in range(1000)]
    assert np.mean([e.low <= 1 <= e.high for e in found]) > 0.94  # the true median is 1; exactly .962


def test_a_quantile_of_nothing_is_undefined() -> None:
    assert math.isnan(quantile([None], 0.5).value)


@pytest.mark.parametrize("q", [0, 1, 95])
def test_a_quantile_outside_0_and_1_is_refused(q: float) -> None:
    with pytest.raises(ValueError, match=f"quantile {q}"):
        quantile([1.0], q)
