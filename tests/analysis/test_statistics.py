from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t
from statsmodels.stats.multitest import multipletests

from workbench.analysis.estimates import present, standard_error
from workbench.analysis.statistics import corrected, holm, paired_difference, verdict

PUBLISHED = json.loads(Path(__file__).with_name("published.json").read_text())


def scores(both: int, lost: int, gained: int, neither: int) -> tuple[list[float | None], list[float | None]]:
    """Baseline and candidate with so many items of each kind."""
    return (
        [1] * both + [1] * lost + [0] * gained + [0] * neither,
        [1] * both + [0] * lost + [1] * gained + [0] * neither,
    )


def test_binary_scores_get_mcnemar_and_tango() -> None:
    test = paired_difference(*scores(59, 16, 6, 80))
    assert (test.b, test.c, test.n, test.method) == (16, 6, 161, "McNemar mid-p")
    assert test.difference.value == pytest.approx(-10 / 161)
    assert (test.difference.low, test.difference.high) == pytest.approx((-0.1240, -0.0054), abs=6e-5)
    assert test.p_worse == pytest.approx(0.034690 / 2, abs=1e-6)
    assert test.p_better == pytest.approx(1 - test.p_worse)


def test_graded_scores_get_the_paired_t_of_student() -> None:
    case = PUBLISHED["student_sleep"]
    first, second = case["inputs"]
    test = paired_difference(second, first)
    _, p, low, high = case["published"]
    assert (test.method, test.b, test.c) == ("paired t", None, None)
    assert 2 * test.p_worse == pytest.approx(p, abs=1e-6)
    assert (test.difference.low, test.difference.high) == pytest.approx((low, high), abs=case["tol"])


def test_without_pairing_the_same_hours_of_sleep_would_tell_nothing() -> None:
    first, second = PUBLISHED["student_sleep"]["inputs"]
    (one, error, df), (other, other_error, _) = (standard_error(*present(hours)) for hours in (first, second))
    # Welch's t, and his degrees of freedom for two groups of one size
    joint = math.hypot(error, other_error)
    welch = df * joint**4 / (error**4 + other_error**4)
    unpaired = 2 * float(t.sf(abs(one - other) / joint, welch))
    case = PUBLISHED["sleep_pairing_gain"]
    assert unpaired == pytest.approx(case["published"][0], abs=case["tol"])
    assert paired_difference(first, second).p < 0.05 < unpaired


def test_an_interval_leaves_0_out_just_where_the_p_value_is_below_5_percent() -> None:
    # z and mid-p are not of one mind on 4 to 0 (p .0625), 15 to 6 (.0525), 18 to 8 and 21 to 10
    for differing in range(1, 33):
        for lost in range(differing + 1):
            test = paired_difference(*scores(3, lost, differing - lost, 2))
            assert (test.difference.low <= 0 <= test.difference.high) == (test.p >= 0.05)


def test_scores_from_0_to_1_differ_by_1_at_most() -> None:
    # one cluster is nearly all there is: t on .03 degrees of freedom reaches beyond all numbers
    old, new = [0.5, 0.75] * 30, [0.25, 1.0] * 29 + [0.5, 0.5]
    bounds = paired_difference(old, new, ["a"] * 59 + ["b"]).difference
    assert (bounds.low, bounds.high) == (-1, 1)
    assert paired_difference([1, 2, 3], [5, 1, 9]).difference.high > 1


def test_one_fall_among_many_repeats_does_not_show_that_there_are_few() -> None:
    # 1 fall of 70, and 5 in 100 is what chance calls so little in 13 of 100 cases. A t test reaches to -.043,
    # and Tango's interval, of one whole move, to -.078; in 10 clusters, where t is 2.26, farther.
    old, new = [0.5] + [1.0] * 69, [0.5] + [1.0] * 68 + [0.0]
    alone = paired_difference(old, new)
    clustered = paired_difference([1.0] * 70, [1.0] * 69 + [0.0], [k % 10 for k in range(70)])
    assert clustered.difference.low < alone.difference.low < -0.07
    assert (verdict(alone), verdict(clustered)) == ("undecided", "undecided")


def test_many_small_moves_have_the_interval_of_a_t_test() -> None:
    moves = [0.25, -0.25, 0.0, 0.25, -0.25] * 40
    bounds = paired_difference([0.5] * 200, [0.5 + move for move in moves]).difference
    reach = float(t.isf(0.025, 199)) * math.sqrt(160 * 0.0625 / (200 * 199))
    assert (bounds.low, bounds.high) == pytest.approx((-reach, reach), rel=0.01)


def test_means_over_repeats_are_graded_scores() -> None:
    assert paired_difference([0.25, 1, 0.5], [0.5, 1, 0.25]).method == "paired t"


def test_clusters_make_the_test_a_clustered_t() -> None:
    # differences -1, -1, 0, 0 in clusters a, a, b, b: mean -.5, residual sums -1 and +1,
    # error sqrt(2 / 1 * 2) / 4 = .5, t = -1 on 1 degree of freedom: p = .25 (Cauchy)
    test = paired_difference([1, 1, 1, 1], [0, 0, 1, 1], clusters=["a", "a", "b", "b"])
    assert test.method == "paired t, clustered"
    assert test.p_worse == pytest.approx(0.25)


def test_pairs_with_a_missing_score_are_dropped_and_counted() -> None:
    test = paired_difference([1, None, 0, 1, 1], [0, 1, math.nan, None, 1])
    assert (test.n, test.dropped, test.b, test.c) == (2, 3, 1, 0)


def test_scores_of_different_items_are_refused() -> None:
    with pytest.raises(ValueError, match="2 baseline scores and 1 of the candidate"):
        paired_difference([1, 0], [1])


@pytest.mark.parametrize(("baseline", "candidate"), [([], []), ([None], [1])])
def test_no_pairs_decide_nothing(baseline: list[float | None], candidate: list[float | None]) -> None:
    test = paired_difference(baseline, candidate)
    figures = (test.p_worse, test.p_better, test.difference.value, test.difference.low, test.difference.high)
    assert all(math.isnan(figure) for figure in figures)
    assert verdict(test) == "undecided"


def test_one_cluster_decides_nothing() -> None:
    test = paired_difference([1, 1, 1], [0, 0, 1], clusters=["a"] * 3)
    assert math.isnan(test.p_worse)
    assert verdict(test) == "undecided"


def test_a_run_compared_with_itself_is_the_same_only_if_there_are_enough_items() -> None:
    # ±3.8415 / (n + 3.8415): .060 for 60 items, .031 for 120
    for score in (0.5, 1.0):
        few, many = (paired_difference([score] * n, [score] * n) for n in (60, 120))
        assert (few.p_worse, few.p_better) == (0.5, 0.5)
        assert (verdict(few), verdict(many)) == ("undecided", "same")


def test_where_every_item_drops_alike_the_signs_are_tested() -> None:
    # 0.8 - 0.9 and 0.7 - 0.8 differ in the last bit; P(X = 6 of 6) / 2 = 1/128
    test = paired_difference([0.9, 0.8] * 3, [0.8, 0.7] * 3)
    assert test.method == "sign test, mid-p"
    assert test.p_worse == pytest.approx(1 / 128)
    assert math.isnan(test.difference.low)
    assert verdict(test) == "worse"


def test_verdicts_of_clear_cases() -> None:
    assert verdict(paired_difference(*scores(50, 20, 5, 25))) == "worse"
    assert verdict(paired_difference(*scores(50, 5, 20, 25))) == "better"
    assert verdict(paired_difference(*scores(500, 5, 5, 490))) == "same"
    assert verdict(paired_difference(*scores(10, 2, 3, 5))) == "undecided"


def test_a_drop_within_the_tolerance_is_not_worse() -> None:
    test = paired_difference(*scores(900, 20, 5, 75))  # significant, -.015, interval inside ±.05
    assert verdict(test) == "worse"
    assert verdict(test, tolerance=0.02) == "same"
    assert verdict(test, tolerance=0.02, margin=0.01) == "undecided"


def test_alpha_sets_how_sure_a_verdict_must_be() -> None:
    test = paired_difference(*scores(59, 16, 6, 80))  # p_worse = .017
    assert verdict(test) == "worse"
    assert verdict(test, alpha=0.01) == "undecided"


def test_clusters_that_all_moved_alike_are_counted_by_their_signs() -> None:
    # three clusters, each one sign: P(X = 3 of 3) / 2 = 1/16; nine samples alone would say 1/1024
    test = paired_difference([1] * 9, [0] * 9, clusters=list("aaabbbccc"))
    assert (test.method, test.b, test.n, test.units) == ("sign test of clusters, mid-p", 3, 9, 3)
    assert test.p_worse == pytest.approx(1 / 16)
    still = paired_difference([1] * 9, [1] * 9, clusters=list("aaabbbccc"))
    assert still.difference.high == pytest.approx(3.8415 / (3 + 3.8415), abs=1e-4)  # as for three samples


def test_a_two_sided_p_is_twice_the_smaller_one() -> None:
    assert paired_difference(*scores(59, 16, 6, 80)).p == pytest.approx(0.034690, abs=1e-6)
    assert paired_difference([1, 0], [1, 0]).p == 1
    assert math.isnan(paired_difference([], []).p)


def test_a_difference_has_its_standard_error() -> None:
    # of 161 pairs 22 differ, by -10 together: sqrt((22/161 - (10/161)²) / 161)
    assert paired_difference(*scores(59, 16, 6, 80)).error == pytest.approx(0.028719, abs=1e-6)
    assert paired_difference([1, 1], [1, 1]).error == 0


FALSE_ALARMS = [  # clusters: their sizes; how far each is apart from the others in what the models do
    ([10] * 30, 0.25),
    ([10] * 6, 0.0),
    ([10] * 6, 0.25),
    ([3] * 20, 0.1),
    ([1, 1, 2, 2, 3, 5, 8, 10, 14, 14], 0.25),
]


@pytest.mark.parametrize(("sizes", "apart"), FALSE_ALARMS)
def test_models_that_are_equal_on_the_average_of_clusters_are_told_apart_in_5_of_100_cases(
    sizes: list[int], apart: float
) -> None:
    rng = np.random.default_rng(6)
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    alarms = 0
    for _ in range(600):
        moved = (apart * rng.choice([-1, 1], len(sizes)) * rng.uniform(0, 1, len(sizes)))[clusters]
        right = rng.beta(0.8, 0.2, size=len(clusters))
        one, other = (rng.binomial(1, np.clip(right + move, 0, 1)) for move in (moved, -moved))
        alarms += paired_difference(one, other, clusters).p < 0.05
    assert alarms / 600 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 600)


def test_without_their_clusters_equal_models_are_told_apart_far_too_often() -> None:
    rng = np.random.default_rng(6)
    clusters = np.repeat(np.arange(6), 10)
    alarms = 0
    for _ in range(300):
        moved = rng.choice([-0.25, 0.25], 6)[clusters]
        one, other = (rng.binomial(1, 0.5 + move) for move in (moved, -moved))
        alarms += paired_difference(one, other).p < 0.05
    assert alarms / 300 > 0.2


PAIRS = st.lists(
    st.tuples(st.sampled_from([0, 0.5, 1]), st.sampled_from([0, 0.5, 1])), min_size=1, max_size=9
)


@given(PAIRS, st.sampled_from([None, 2, 3]), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_a_comparison_is_the_mirror_of_its_reverse_and_knows_no_order(
    pairs: list[tuple[float, float]], size: int | None, order: random.Random
) -> None:
    rows = [(one, other, place // (size or 1)) for place, (one, other) in enumerate(pairs)]
    old, new, groups = zip(*rows, strict=True)
    test = paired_difference(old, new, groups if size else None)
    mirrored = paired_difference(new, old, groups if size else None)
    order.shuffle(rows)
    old, new, groups = zip(*rows, strict=True)
    shuffled = paired_difference(old, new, groups if size else None)
    for figures in (shuffled, mirrored):
        assert figures.p == pytest.approx(test.p, nan_ok=True, abs=1e-9)
    assert mirrored.p_worse == pytest.approx(test.p_better, nan_ok=True, abs=1e-9)
    bounds = (test.difference.low, test.difference.high)
    assert (-mirrored.difference.high, -mirrored.difference.low) == pytest.approx(
        bounds, nan_ok=True, abs=1e-9
    )
    assert math.isnan(test.p) or 0 <= test.p <= 1
    low, high = bounds
    assert math.isnan(low) or -1 <= low <= test.difference.value <= high <= 1
    if not math.isnan(low) and abs(test.p - 0.05) > 1e-9:
        assert (low <= 0 <= high) == (test.p > 0.05)


@pytest.mark.parametrize("repeats", [1, 4])
def test_nothing_changed_is_called_worse_in_at_most_alpha_of_cases(repeats: int) -> None:
    rng = np.random.default_rng(4)
    alarms = 0
    for _ in range(1000):
        p = rng.beta(0.8, 0.2, size=100)
        old, new = (rng.binomial(repeats, p) / repeats for _ in range(2))
        alarms += verdict(paired_difference(old, new)) == "worse"
    assert 0.01 < alarms / 1000 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1000)


def test_holm_and_bh_reject_as_many_as_published() -> None:
    case = PUBLISHED["bh1995"]
    found = [sum(p <= 0.05 for p in corrected(case["inputs"], each)) for each in ("bh", "holm")]
    assert found == case["published"]


@pytest.mark.parametrize(("ours", "theirs"), [("holm", "holm"), ("bh", "fdr_bh")])
def test_corrected_p_values_are_those_of_statsmodels(ours: Any, theirs: str) -> None:
    given = np.random.default_rng(0).beta(0.3, 1, size=40)
    assert corrected(given, ours) == pytest.approx(multipletests(given, method=theirs)[1].tolist())


def test_holm_leaves_undefined_tests_out_and_keeps_the_order() -> None:
    # .01 is the smallest of two: times 2; .04 times 1
    assert holm([0.04, math.nan, 0.01]) == pytest.approx([0.04, math.nan, 0.02], nan_ok=True)
    assert holm([]) == []
    assert math.isnan(holm([math.nan])[0])


def test_holm_gives_each_test_its_weight_of_the_error() -> None:
    # p / w: .0005, .02, .06, so in the order given; .01 (20 + 1 + 1) / 20 = .011, .02 (1 + 1) / 1 = .04,
    # .06 (1) / 1 = .06
    assert holm([0.01, 0.02, 0.06], [20, 1, 1]) == pytest.approx([0.011, 0.04, 0.06])
    # .04 / 4 = .01 comes first: .04 (4 + 1) / 4 = .05; then .03, which is not below the one before it
    assert holm([0.03, 0.04], [1, 4]) == pytest.approx([0.05, 0.05])
    # at most 1; an undefined test takes no weight from the others
    assert holm([0.9, math.nan, 0.01], [1, 50, 1]) == pytest.approx([0.9, math.nan, 0.02], nan_ok=True)
    assert holm([0.5, 0.6], [1, 9]) == pytest.approx([2 / 3, 2 / 3])
    assert holm([0.8, 0.9], [1, 1]) == [1, 1]


@given(
    tests=st.lists(
        st.tuples(st.integers(0, 1000).map(lambda k: k / 1000), st.sampled_from([1, 2, 114])), max_size=12
    ),
    alpha=st.sampled_from([0.0123456789, 0.0512345678, 0.2718281828]),  # which no p value times weights is
)
def test_weighted_holm_rejects_what_the_steps_of_holm_reject(
    tests: list[tuple[float, int]], alpha: float
) -> None:
    rejected = set()
    left = sorted(range(len(tests)), key=lambda i: tests[i][0] / tests[i][1])
    while left and tests[left[0]][0] * sum(tests[i][1] for i in left) <= alpha * tests[left[0]][1]:
        rejected.add(left.pop(0))
    adjusted = holm([p for p, _ in tests], [weight for _, weight in tests])
    assert {i for i, p in enumerate(adjusted) if p <= alpha} == rejected
    assert all(p <= raised <= 1 for (p, _), raised in zip(tests, adjusted, strict=True))


def test_holm_takes_one_weight_above_0_for_each_test() -> None:
    with pytest.raises(ValueError, match="2 p values and 1 weights"):
        holm([0.1, 0.2], [1])
    with pytest.raises(ValueError, match="give numbers above 0"):
        holm([0.1, 0.2], [1, 0])
