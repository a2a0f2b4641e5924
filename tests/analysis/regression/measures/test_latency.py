"""How long answers took."""

from __future__ import annotations

import math
from dataclasses import astuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp
from two_runs import answered

from workbench.analysis.regression.measures import MEASURES, Shift
from workbench.analysis.regression.measures.pairing import STRETCHES, Pairs
from workbench.analysis.regression.measures.swaps import ratio_interval

Array = npt.NDArray[np.float64]
P50, P95 = Shift(column="duration_s", q=0.5), Shift(column="duration_s", q=0.95)
SHARED = 0.05 / 120  # what is left of 5 % to a measure that is not quality


def timed(seconds: Array, **columns: object) -> pd.DataFrame:
    return answered(*seconds.shape, duration_s=seconds, **columns)


def drawn(rng: np.random.Generator, slow: Array, epochs: int, factor: float = 1.0) -> Array:
    """Skewed, one in a hundred by far too long, and some samples slower than others."""
    seconds = factor * slow[:, None] * np.exp(rng.normal(0, 0.4, (len(slow), epochs)))
    return seconds * np.where(rng.random(seconds.shape) < 0.01, rng.uniform(5, 50, seconds.shape), 1)


def two(rng: np.random.Generator, samples: int, epochs: int, factor: float = 1.0) -> tuple[Array, Array]:
    slow = np.exp(rng.normal(0, 0.6, samples))
    return drawn(rng, slow, epochs), drawn(rng, slow, epochs, factor)


def paired(then: Array, now: Array) -> Pairs:
    """The same as `pairs` would make of these times, in less time."""
    samples, epochs = then.shape
    calls = np.arange(samples * epochs)
    return Pairs(
        old=then.T.ravel(),
        new=now.T.ravel(),
        samples=np.tile(np.arange(samples), epochs),
        stretches=calls * min(STRETCHES, len(calls)) // len(calls),
        names=np.arange(samples),
        dropped=0,
    )


def test_pairs_are_in_the_order_of_asking() -> None:
    then, now = two(np.random.default_rng(1), 60, 2)
    slow, found = paired(then, now), P95(timed(then), timed(now))
    assert (found.p_worse, found.p_better) == P95.p_values(slow)


def test_twice_as_slow_is_a_change_of_1() -> None:
    then, now = two(np.random.default_rng(11), 60, 2, factor=2.0)
    found = P50(timed(then), timed(now))
    assert found.baseline.value == pytest.approx(np.median(then))
    assert found.candidate.value == pytest.approx(np.median(now))
    assert found.change.value == pytest.approx(np.median(now) / np.median(then) - 1)
    assert found.p_worse < SHARED
    assert 0.3 < found.change.low < 1 < found.change.high < 2
    assert (found.n, found.units, found.dropped, found.possible) == (60, 50, 0, True)
    assert found.error == pytest.approx(
        math.log((1 + found.change.high) / (1 + found.change.low)) / 2 / 1.96, rel=1e-4
    )


def test_only_answers_that_were_timed_count() -> None:
    then, now = (timed(seconds) for seconds in two(np.random.default_rng(2), 12, 1))
    now.loc[0, "cached"], now.loc[1, "under_load"], now.loc[2, "status"] = True, True, "error"
    now.loc[3, "duration_s"] = math.nan
    now.loc[[4, 5], "duration_s"] = 1e9
    found = P50(then, now)
    assert (found.n, found.dropped, found.baseline.n) == (8, 4, 8)
    kept = now.index >= 4
    assert found.p_worse == P50(then[kept], now[kept]).p_worse


def test_who_did_not_stream_has_no_time_to_first_token() -> None:
    quiet = answered(20, ttft_s=math.nan)
    found = MEASURES["ttft_p50"](quiet, quiet)
    assert (found.n, found.dropped, found.possible) == (0, 20, False)
    assert math.isnan(found.p_worse)
    assert math.isnan(found.change.value)


def test_five_samples_show_nothing_and_six_do() -> None:
    slow = np.arange(1.0, 7)[:, None]
    six = P50(timed(slow), timed(10 * slow))
    five = P50(timed(slow[:5]), timed(10 * slow[:5]))
    assert (five.possible, six.possible) == (False, True)
    assert six.p_worse == pytest.approx(2**-7)
    assert math.isnan(five.p_worse)


def test_times_that_are_all_one_and_the_same_do_not_differ() -> None:
    found = P50(timed(np.ones((20, 2))), timed(np.ones((20, 2))))
    assert not found.possible
    assert found.p_worse == 0.5
    assert found.change.value == 0
    assert found.change.low == pytest.approx(0, abs=1e-5)


def test_a_p95_of_few_answers_has_no_bounds() -> None:
    then, now = two(np.random.default_rng(3), 20, 1)
    found = P95(timed(then), timed(now))
    assert math.isnan(found.change.low)
    assert math.isnan(found.error)
    assert not math.isnan(found.change.value)


def test_a_slow_tenth_of_the_run_is_no_alarm() -> None:
    rng = np.random.default_rng(4)
    alarms = 0
    for _ in range(40):
        then, now = two(rng, 120, 1)
        now[60:72] *= 5
        alarms += P95.p_values(paired(then, now))[0] < SHARED
    assert alarms <= 2


@given(st.integers(0, 1000), st.sampled_from([P50, P95]), st.sampled_from([1, 3]))
@settings(max_examples=12, deadline=None)
def test_seconds_or_minutes_then_or_now(seed: int, shift: Shift, epochs: int) -> None:
    then, now = two(np.random.default_rng(seed), 40, epochs, factor=1.3)
    found, minutes = shift(timed(then), timed(now)), shift(timed(64 * then), timed(64 * now))
    for one, other in zip(astuple(minutes)[2:6], astuple(found)[2:6], strict=True):
        assert other == pytest.approx(one, nan_ok=True)
    back = shift(timed(now), timed(then))
    assert back.p_better == pytest.approx(found.p_worse)
    assert 1 / (1 + back.change.high) == pytest.approx(1 + found.change.low, rel=1e-4, nan_ok=True)
    if not math.isnan(found.change.low):
        assert found.change.low <= found.change.value <= found.change.high
        assert (found.change.low <= 0 <= found.change.high) == (min(found.p_worse, found.p_better) >= 0.025)


@pytest.mark.parametrize(("samples", "epochs"), [(50, 1), (60, 4)])
@pytest.mark.parametrize("shift", [P50, P95])
def test_what_did_not_change_is_seldom_slower_far_in_the_tail_too(
    samples: int, epochs: int, shift: Shift
) -> None:
    rng = np.random.default_rng(samples)
    p_values = np.array([shift.p_values(paired(*two(rng, samples, epochs)))[0] for _ in range(300)])
    # 15 of 300 with an error of 3.8; .3 of 300 at one in a thousand
    assert np.mean(p_values < 0.05) <= 0.08
    assert np.sum(p_values < 0.001) <= 2


def test_an_interval_has_the_truth_in_it_19_times_of_20() -> None:
    rng = np.random.default_rng(6)
    held = []
    for _ in range(120):
        then, now = two(rng, 60, 2, factor=1.25)
        compared = paired(then, now)
        low, high = ratio_interval(
            lambda ratio, compared=compared: P50.p_values(compared, ratio), np.median(now) / np.median(then)
        )
        held.append(low <= 1.25 <= high)
    assert np.mean(held) >= 0.9  # an error of 2 points


def test_what_it_costs_to_know_nothing_of_the_distribution() -> None:
    rng = np.random.default_rng(7)
    ours, logarithms = [], []
    for _ in range(150):
        then, now = two(rng, 120, 1, factor=1.5)
        ours.append(P50.p_values(paired(then, now))[0] < SHARED)
        moves = np.log(now / then).ravel()
        logarithms.append(ttest_1samp(moves, 0, alternative="greater").pvalue < SHARED)
    # a half more is found by both; the t test of logarithms has it nearly always
    assert np.mean(ours) > 0.7
    assert np.mean(logarithms) > np.mean(ours)


def test_one_answer_now_is_compared_with_one_then() -> None:
    # Of four answers then, the three more are no evidence: swapped, they would be four now.
    rng = np.random.default_rng(8)
    then, now = two(rng, 60, 4)
    assert P95(timed(then), timed(now[:, :1])) == P95(timed(then[:, :1]), timed(now[:, :1]))
