"""Tests that swap then and now."""

from __future__ import annotations

import itertools
import math
from functools import partial

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from workbench.analysis.regression.measures.swaps import ratio_interval, shuffle_test, swap_test

MOVES = st.lists(st.integers(-20, 20), max_size=9)


@given(MOVES)
@settings(max_examples=60, deadline=None)
def test_of_few_moves_all_swaps_are_counted(moves: list[int]) -> None:
    total = sum(moves)
    sums = [
        sum(sign * move for sign, move in zip(signs, moves, strict=True))
        for signs in itertools.product((1, -1), repeat=len(moves))
    ]
    above, tied = sum(one > total for one in sums), sum(one == total for one in sums)
    rose, fell = swap_test(np.array(moves, dtype=float))
    assert rose == pytest.approx((above + tied / 2) / len(sums))
    assert fell == pytest.approx(1 - rose)
    assert swap_test(-np.array(moves, dtype=float)) == pytest.approx((fell, rose))


def test_moves_of_one_size_are_a_sign_test() -> None:
    # nine up of eleven: P(X > 9) + P(X = 9) / 2 of eleven fair coins
    moves = np.array([0.1] * 9 + [-0.1] * 2 + [0.0] * 5)
    assert swap_test(moves)[0] == pytest.approx(binom.sf(9, 11, 0.5) + binom.pmf(9, 11, 0.5) / 2)


@pytest.mark.parametrize("skew", [0.0, 1.0, 2.0])
def test_the_normal_is_hardly_surer_than_all_swaps_would_be(skew: float) -> None:
    rng = np.random.default_rng(4)
    sizes = np.exp(skew * rng.normal(size=18))
    signs = 1 - 2 * ((np.arange(2**18)[:, None] >> np.arange(18)) & 1)
    sums = np.sort(signs @ sizes)
    for share in (0.05, 0.01, 0.001, 0.0001):
        total = sums[math.ceil((1 - share) * len(sums))]
        moves = sizes * signs[np.argmin(np.abs(signs @ sizes - total))]
        as_high = 1 - np.searchsorted(sums, total - 1e-9) / len(sums)
        higher = 1 - np.searchsorted(sums, total + 1e-9) / len(sums)
        assert swap_test(moves)[0] >= 0.9 * (as_high + higher) / 2


def test_nothing_that_moved_is_no_evidence() -> None:
    assert swap_test(np.zeros(5)) == swap_test(np.zeros(0)) == (0.5, 0.5)


def test_one_great_move_is_no_evidence() -> None:
    assert swap_test(np.array([1e6] + [1e-3, -1e-3] * 20))[0] > 0.1


def divided(then: npt.NDArray[np.float64], now: npt.NDArray[np.float64], ratio: float) -> tuple[float, float]:
    return swap_test(now - ratio * then)


def test_an_interval_of_a_ratio_holds_1_just_where_the_test_does_not_tell() -> None:
    rng = np.random.default_rng(5)
    held = []
    for _ in range(60):
        then = np.exp(rng.normal(0, 0.5, 14))
        now = then * np.exp(rng.normal(0.1, 0.2, 14))
        found = now.mean() / then.mean()
        low, high = ratio_interval(partial(divided, then, now), found)
        assert low <= found <= high
        held.append(low <= 1 <= high)
        assert held[-1] == (min(swap_test(now - then)) >= 0.025)
    assert 5 < sum(held) < 55


def test_of_too_few_things_there_is_no_bound() -> None:
    low, high = ratio_interval(lambda ratio: swap_test(np.array([1.2, 1.1]) - ratio), 1.15)
    assert math.isnan(low)
    assert math.isnan(high)


def test_answers_in_unequal_numbers_are_dealt_out_anew() -> None:
    # One thing: 1 then; 0, 0, 1 now. Of the four, 0 0 1 1, two are 0, so that their variance is 1/3, and that
    # of the mean of three less the other one 1/3 (1 + 1/3) = 4/9. Found: 1/3 - 1 = -2/3, one error below 0.
    values, things = np.array([1.0, 0, 0, 1]), np.zeros(4, dtype=int)
    rise, fall = shuffle_test(values, things, np.array([False, True, True, True]))
    assert (rise, fall) == pytest.approx((0.841345, 0.158655), abs=1e-6)


def test_dealing_out_one_answer_each_is_swapping() -> None:
    rng = np.random.default_rng(2)
    then, now = rng.random((2, 30))
    both, things = np.concatenate([then, now]), np.tile(np.arange(30), 2)
    assert shuffle_test(both, things, np.repeat([False, True], 30)) == pytest.approx(swap_test(now - then))


def test_what_was_answered_at_one_time_only_tells_nothing() -> None:
    values, things = np.array([1.0, 0, 1, 0]), np.array([0, 0, 1, 2])
    now = np.array([False, True, True, False])
    assert shuffle_test(values, things, now) == shuffle_test(values[:2], things[:2], now[:2])


def test_answers_that_are_all_the_same_tell_nothing_when_dealt_out() -> None:
    assert shuffle_test(np.ones(6), np.arange(6) % 2, np.arange(6) < 4) == (0.5, 0.5)
    assert shuffle_test(np.zeros(0), np.zeros(0, dtype=int), np.zeros(0, dtype=bool)) == (0.5, 0.5)
