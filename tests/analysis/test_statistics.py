from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from workbench.analysis.statistics import holm, mde, paired_difference, verdict

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


@pytest.mark.parametrize("repeats", [1, 4])
def test_nothing_changed_is_called_worse_in_at_most_alpha_of_cases(repeats: int) -> None:
    rng = np.random.default_rng(4)
    alarms = 0
    for _ in range(1000):
        p = rng.beta(0.8, 0.2, size=100)
        old, new = (rng.binomial(repeats, p) / repeats for _ in range(2))
        alarms += verdict(paired_difference(old, new)) == "worse"
    assert 0.01 < alarms / 1000 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1000)


def test_a_drop_of_the_mde_is_found_as_often_as_promised() -> None:
    rng = np.random.default_rng(5)
    drop = mde(400, 0.2)
    # items: lost with .1 + drop / 2, gained with .1 - drop / 2, so .2 differ
    moves = rng.choice([-1.0, 1.0, 0.0], p=[0.1 + drop / 2, 0.1 - drop / 2, 0.8], size=(500, 400))
    found = [verdict(paired_difference(move < 0, move > 0)) == "worse" for move in moves]
    assert np.mean(found) == pytest.approx(0.8, abs=3 * math.sqrt(0.8 * 0.2 / 500))


def test_the_mde_inverts_the_sample_size_that_miller_published() -> None:
    case = PUBLISHED["miller_power"]
    assert mde(case["published"][0], case["inputs"]["omega2"], alpha=0.025) == pytest.approx(0.03, abs=1e-5)


def test_the_mde_is_no_smaller_than_what_few_items_can_show() -> None:
    # z = 1.6449 + .8416, z² = 6.1826; even if nothing ever differs, 60 items show no less than 6.1826 / 60
    assert mde(60, 0) == pytest.approx(0.10304, abs=1e-4)
    assert math.isnan(mde(6, 0.1))
    assert math.isnan(mde(0, 0.1))


def test_holm_rejects_as_many_as_published() -> None:
    case = PUBLISHED["bh1995"]
    assert sum(p <= 0.05 for p in holm(case["inputs"])) == case["published"]


def test_holm_leaves_undefined_tests_out_and_keeps_the_order() -> None:
    # .01 is the smallest of two: times 2; .04 times 1
    assert holm([0.04, math.nan, 0.01]) == pytest.approx([0.04, math.nan, 0.02], nan_ok=True)
    assert holm([]) == []
    assert math.isnan(holm([math.nan])[0])
