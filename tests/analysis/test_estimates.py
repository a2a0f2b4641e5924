from __future__ import annotations

import json
import math
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.estimates import (
    Estimate,
    accuracy,
    independent,
    mean,
    present,
    proportion,
    standard_error,
)

PUBLISHED = json.loads(Path(__file__).with_name("published.json").read_text())


def test_wilson_bounds_are_those_that_newcombe_published() -> None:
    case = PUBLISHED["newcombe98_wilson"]
    bounds = [bound for k, n in case["inputs"] for bound in (proportion(k, n).low, proportion(k, n).high)]
    assert bounds == pytest.approx(case["published"], abs=case["tol"])


def test_a_perfect_score_has_an_interval_with_a_width() -> None:
    assert proportion(20, 20).low == pytest.approx(1 - 0.1611, abs=6e-5)  # 0/20 in Newcombe's table, mirrored
    assert proportion(20, 20).high == pytest.approx(1)


def test_a_share_of_nothing_is_undefined() -> None:
    assert all(math.isnan(x) for x in (proportion(0, 0).value, proportion(0, 0).low, proportion(0, 0).high))


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5)])
def test_successes_beyond_n_are_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{successes} successes of {n}"):
        proportion(successes, n)


def test_wilson_covers_where_wald_does_not() -> None:
    n, p = 20, 0.98
    hits = np.random.default_rng(1).binomial(n, p, size=4000)
    bounds = {k: proportion(k, n) for k in range(n + 1)}
    wilson = np.mean([bounds[k].low <= p <= bounds[k].high for k in hits])
    wald = np.mean([abs(k / n - p) <= 1.96 * math.sqrt(k / n * (1 - k / n) / n) for k in hits])
    assert wilson == pytest.approx(0.94, abs=0.02)  # exactly P(X >= 19) = .940 for Binomial(20, .98)
    assert wald < 0.4


def test_the_naive_and_clustered_errors_are_those_worked_by_hand() -> None:
    case = PUBLISHED["cluster_se_hand"]
    naive, clustered = (
        standard_error(*present(case["inputs"][0], groups)) for groups in (None, case["inputs"][1])
    )
    assert naive[1] == pytest.approx(case["published"][0], abs=case["tol"])
    # the published one has no factor for few clusters; ours has sqrt(G / (G - 1)), G = 5
    assert clustered[1] == pytest.approx(case["published"][1] * math.sqrt(5 / 4), abs=case["tol"])
    assert (naive[2], clustered[2]) == (19, 4)


def test_the_mean_has_the_t_interval_of_student() -> None:
    # 1, 2, 3: mean 2, sd 1, error 1/sqrt(3) = .57735, t(.975, 2) = 4.30265
    estimate = mean([1, 2, 3])
    assert (estimate.low, estimate.high) == pytest.approx(
        (2 - 4.30265 * 0.57735, 2 + 4.30265 * 0.57735), abs=1e-4
    )


def test_every_item_its_own_cluster_is_no_clustering() -> None:
    values = [0.1, 0.5, 0.2, 0.9]
    assert mean(values, clusters="abcd").low == pytest.approx(mean(values).low)


def test_clusters_widen_the_interval_of_items_that_go_together() -> None:
    values, families = [1, 1, 1, 0, 0, 0, 1, 1, 1], list("aaabbbccc")
    assert mean(values, families).low < mean(values).low


def test_clustered_intervals_cover_where_naive_ones_do_not() -> None:
    rng = np.random.default_rng(2)
    families = np.repeat(np.arange(10), 6)
    covered = np.zeros(2)
    for _ in range(400):
        scores = rng.normal(size=10)[families] + rng.normal(size=60)  # the true mean is 0
        covered += [e.low <= 0 <= e.high for e in (mean(scores), mean(scores, families))]
    naive, clustered = covered / 400
    assert naive < 0.8
    assert clustered == pytest.approx(0.95, abs=0.035)  # 3 standard errors of 400 trials are .033


def test_an_item_whose_cluster_is_missing_stands_alone() -> None:
    values = [0.1, 0.5, 0.2, 0.9]
    assert mean(values, clusters=[None, math.nan, None, None]) == mean(values)
    assert mean(values, clusters=["a", "a", None, None]) == mean(values, clusters=["a", "a", "b", "c"])


def test_clusters_of_uneven_size_count_as_fewer() -> None:
    assert independent(9, np.repeat([0, 1, 2], 3)) == pytest.approx(3)
    assert independent(8, np.repeat([0, 1, 2], [6, 1, 1])) == pytest.approx(64 / 38)  # 8² / (36 + 1 + 1)
    assert standard_error(*present([1, 0, 1, 1], list("aaab")))[2] == pytest.approx(0.6)  # 16 / 10 - 1


def test_a_mean_of_uneven_clusters_is_covered_as_often_as_promised() -> None:
    # With 10 clusters in place of the effective 6, a two-sided test would be wrong in about 9 % of cases.
    rng = np.random.default_rng(7)
    clusters = np.repeat(np.arange(10), [1, 1, 2, 2, 3, 5, 8, 10, 14, 14])
    found = [mean(rng.normal(size=10)[clusters] + rng.normal(size=60), clusters) for _ in range(600)]
    assert np.mean([e.low <= 0 <= e.high for e in found]) == pytest.approx(0.945, abs=0.025)


@pytest.mark.parametrize(
    ("clusters", "size", "share", "alike", "least"),
    [(6, 10, 0.8, 0.1, 0.945), (6, 10, 0.98, 0.1, 0.945), (20, 3, 0.95, 0.3, 0.94), (30, 10, 0.8, 0.3, 0.93)],
)
def test_shares_in_clusters_are_covered_near_1_too(
    clusters: int, size: int, share: float, alike: float, least: float
) -> None:
    # Clusters differ by a beta distribution of intraclass correlation `alike`.
    rng = np.random.default_rng(8)
    strength = (1 - alike) / alike
    names = np.repeat(np.arange(clusters), size)
    covered = t_covered = 0
    for _ in range(400):
        right = rng.binomial(1, rng.beta(share * strength, (1 - share) * strength, size=clusters)[names])
        ours, student = accuracy(right, names), mean(right, names)
        covered += ours.low <= share <= ours.high
        t_covered += student.low <= share <= student.high
    assert covered / 400 > least - 3 * math.sqrt(0.05 * 0.95 / 400)
    assert covered >= t_covered


def test_means_over_repeats_are_covered_near_1_where_a_t_interval_fails() -> None:
    rng = np.random.default_rng(9)
    covered = np.zeros(2)
    for _ in range(500):
        scores = rng.binomial(4, rng.beta(5, 0.1, size=20)) / 4  # most items are always right; mean .980
        covered += [e.low <= 5 / 5.1 <= e.high for e in (accuracy(scores), mean(scores))]
    ours, student = covered / 500
    assert ours > 0.93
    assert student < 0.8


def test_all_right_in_few_clusters_is_less_sure_than_in_many_samples() -> None:
    few, many = accuracy([1] * 60, [n // 10 for n in range(60)]), accuracy([1] * 60)
    # Wilson's bound for 6 of 6 with t(.975, 5) = 2.5706 in place of z: 1 / (1 + 2.5706² / 6) = .4759
    assert (few.low, few.high) == pytest.approx((0.4759, 1), abs=1e-4)
    assert few.low < many.low
    assert few.n == many.n == 60


def test_every_sample_its_own_cluster_is_an_accuracy_without_clusters() -> None:
    assert accuracy([1, 0, 1, 1], "abcd") == accuracy([1, 0, 1, 1]) == proportion(3, 4)


def test_scores_beyond_0_and_1_have_the_interval_of_their_mean() -> None:
    assert accuracy([3, 4, 5, 2]) == mean([3, 4, 5, 2])


def test_an_accuracy_of_one_cluster_has_no_interval_and_of_two_uneven_ones_nearly_none() -> None:
    assert math.isnan(accuracy([1, 0, 1], ["a", "a", "a"]).low)
    wide = accuracy([1] * 100 + [0], ["a"] * 100 + ["b"])
    assert (wide.low, wide.high) == pytest.approx((0, 1), abs=0.01)


SHARES = st.lists(st.sampled_from([0, 0.25, 0.5, 1]), min_size=2, max_size=12)


@given(SHARES, st.integers(1, 4), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_an_accuracy_lies_in_its_interval_in_the_scale_and_knows_no_order(
    scores: list[float], size: int, order: random.Random
) -> None:
    clusters = [place // size for place in range(len(scores))]
    found = accuracy(scores, clusters)
    both = list(zip(scores, clusters, strict=True))
    order.shuffle(both)
    again = accuracy(*zip(*both, strict=True))
    assert (found.low, found.value, found.high) == pytest.approx(
        (again.low, again.value, again.high), nan_ok=True, abs=1e-9
    )
    mirrored = accuracy([1 - score for score in scores], clusters)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - found.high, 1 - found.low), nan_ok=True)
    if not math.isnan(found.low):
        assert -1e-9 <= found.low <= found.value <= found.high <= 1 + 1e-9


@pytest.mark.parametrize("values", [[], [0.5], [0.5, None], [0.1, 0.1, 0.1]])
def test_a_mean_without_spread_has_no_interval(values: list[float | None]) -> None:
    assert math.isnan(mean(values).low)
    assert math.isnan(mean(values).high)


def test_a_mean_of_one_cluster_has_no_interval() -> None:
    assert math.isnan(mean([1, 0, 1], clusters=["a", "a", "a"]).low)


def test_missing_values_are_left_out_and_n_says_so() -> None:
    estimate = mean([1, None, 2, math.nan, pd.NA, 3])  # type: ignore[list-item]
    assert (estimate.value, estimate.n) == (2, 3)


def test_a_missing_value_takes_its_cluster_with_it() -> None:
    assert mean([1, None, 2, 4], ["a", "b", "c", "c"]) == mean([1, 2, 4], ["a", "c", "c"])


def test_a_cluster_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="3 values and 2 clusters"):
        mean([1, 2, 3], clusters=["a", "b"])


def test_an_estimate_reads_as_figure_interval_and_n() -> None:
    assert proportion(33, 40).percent() == "82.5 % [68.1, 91.3], n=40"
    assert str(Estimate(value=1.25, low=0.9, high=math.nan, n=12)) == "1.25 [0.9, –], n=12"
