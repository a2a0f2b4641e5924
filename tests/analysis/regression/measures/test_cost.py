"""What answers cost."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_runs import answered

from workbench.analysis.regression.measures import cost
from workbench.analysis.regression.measures.swaps import ratio_interval, swap_test

Array = npt.NDArray[np.float64]


def test_a_higher_price_is_worse_and_the_change_is_relative() -> None:
    paid = np.random.default_rng(1).uniform(0.001, 0.002, (20, 2))
    found = cost(answered(20, 2, cost_usd=paid), answered(20, 2, cost_usd=paid * 1.25))
    assert found.change.value == pytest.approx(0.25)
    assert (found.change.low, found.change.high) == pytest.approx((0.25, 0.25), abs=1e-5)
    assert found.baseline.value == pytest.approx(paid.mean())
    assert found.p_worse < 1e-4
    assert found.method == "swaps of samples"


def test_what_was_cached_or_failed_or_has_no_known_price_is_left_out() -> None:
    now = answered(20, cost_usd=0.001)
    now.loc[0, ["cached", "cost_usd"]] = [True, 0.0]
    now.loc[1, "status"] = "error"
    now.loc[2, "cost_usd"] = math.nan
    found = cost(answered(20), now)
    assert (found.n, found.dropped, found.change.value) == (17, 3, 0)
    assert not found.possible


def test_costs_may_be_decimals() -> None:
    then, now = answered(8), answered(8)
    now["cost_usd"] = [Decimal("0.002")] * 8
    assert cost(then, now).change.value == pytest.approx(1)


def test_what_is_free_stays_free_or_has_a_price_now() -> None:
    free, paid = answered(10, cost_usd=0.0), answered(10)
    still, dearer, cheaper = cost(free, free), cost(free, paid), cost(paid, free)
    assert (still.change.low, still.change.value, still.change.high, still.possible) == (0, 0, 0, False)
    assert dearer.change.low == math.inf
    assert dearer.p_worse == pytest.approx(2**-11)
    assert (cheaper.change.value, cheaper.p_better) == (-1, pytest.approx(2**-11))


def test_no_known_cost_decides_nothing() -> None:
    found = cost(answered(4), answered(4, cost_usd=None))
    assert (found.n, found.dropped, found.possible) == (0, 4, False)
    assert np.isnan([found.p_worse, found.change.value, found.change.low, found.error]).all()


def test_one_runaway_answer_is_no_alarm() -> None:
    now = answered(60)
    now.loc[7, "cost_usd"] = 5.0
    found = cost(answered(60), now)
    assert found.change.value > 80
    assert found.p_worse > 0.2


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_dollars_or_cents_then_or_now(seed: int) -> None:
    rng = np.random.default_rng(seed)
    then, now = (np.exp(rng.normal(0, 0.4, (25, 2))) for _ in range(2))
    found, back = (
        cost(answered(25, 2, cost_usd=first), answered(25, 2, cost_usd=second))
        for first, second in ((then, now), (now, then))
    )
    cents = cost(answered(25, 2, cost_usd=128 * then), answered(25, 2, cost_usd=128 * now))
    assert (cents.change, cents.p_worse) == (found.change, found.p_worse)
    assert back.p_better == pytest.approx(found.p_worse)
    assert 1 / (1 + back.change.low) == pytest.approx(1 + found.change.high, rel=1e-4)
    assert found.change.low <= found.change.value <= found.change.high
    assert (found.change.low <= 0 <= found.change.high) == (min(found.p_worse, found.p_better) >= 0.025)


def drawn(rng: np.random.Generator) -> tuple[Array, Array]:
    """Some samples take longer answers than others, and one in a hundred runs away."""
    then, now = np.exp(rng.normal(0, 1, 60)) * np.exp(rng.normal(0, 0.3, (2, 60)))
    return then, now * np.where(rng.random(60) < 0.01, 40, 1)


def test_skewed_costs_that_did_not_change_are_seldom_cheaper_or_worse_far_in_the_tail_too() -> None:
    rng = np.random.default_rng(9)
    moves = [now - then for then, now in (drawn(rng) for _ in range(3000))]
    p_values = np.array([swap_test(np.where(rng.random(60) < 0.5, -1, 1) * each)[0] for each in moves])
    # 150 of 3,000 with an error of 12; 3 at one in a thousand
    assert np.mean(p_values < 0.05) <= 0.06
    assert np.sum(p_values < 0.001) <= 7


def test_an_interval_has_the_truth_in_it_19_times_of_20() -> None:
    rng = np.random.default_rng(10)

    def holds(then: Array, now: Array) -> bool:
        low, high = ratio_interval(lambda ratio: swap_test(now - ratio * then), now.mean() / then.mean())
        return not low > 1.5 and not high < 1.5

    drawn_costs = (np.exp(rng.normal(0, 0.7, 40)) * np.exp(rng.normal(0, 0.5, (2, 40))) for _ in range(300))
    assert np.mean([holds(then, 1.5 * now) for then, now in drawn_costs]) >= 0.92  # an error of 1.3 points
