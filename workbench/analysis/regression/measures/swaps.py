"""If nothing changed, then and now could be swapped: tests that hold whatever the distribution.

Latencies and costs are skewed, and some are a hundred times the others. A t test of them is wrong far in the
tail, and that is where a report looks that tests many things at once. Here only this is taken for granted:
where nothing changed, what was measured of one thing then and now might as well have come the other way
round.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.special import ndtr
from scipy.stats import norm

from workbench.analysis.estimates import LEVEL, ROUNDING, Array

TAIL = (1 - LEVEL) / 2
FEW = 12  # so many things can be swapped in 4,096 ways, which are counted; of more, the normal tells
_FAR = 1e6  # no ratio of two runs is a million times what was found
_STEPS = 26  # halvings of the logarithm of that, which leave 2e-7 of the ratio


def swap_test(moves: Array) -> tuple[float, float]:
    """How surely things rose, and how surely they fell.

    Args:
        moves: Now − then of each independent thing, shape (n,), any scale.

    Returns:
        One-sided p values of "did not rise" and "did not fall": how often the sum would be so high, or so
        low, if each move might as well have had the other sign, ties for half. Of more than 12 moves it is
        that of a normal with the same variance, the sum of squares: in the tail it is rather too large, and
        the few great moves that a skewed distribution has raise the error with the sum. Both 0.5 where
        nothing moved.

    Source:
        R. A. Fisher (1935), The Design of Experiments, section 21; B. Efron (1969),
        doi:10.1080/01621459.1969.10501068, for the normal.
    """
    sizes = np.abs(moves)
    sizes = sizes[sizes > ROUNDING * sizes.max(initial=0.0)]
    if not len(sizes):
        return 0.5, 0.5
    total = float(moves.sum())
    if len(sizes) > FEW:
        z = total / math.sqrt(float((sizes**2).sum()))
        return float(ndtr(-z)), float(ndtr(z))
    sums = _signs(len(sizes)) @ sizes - total
    tied = np.abs(sums) <= ROUNDING * float(sizes.sum())
    half = float(tied.mean()) / 2
    return float(((sums > 0) & ~tied).mean()) + half, float(((sums < 0) & ~tied).mean()) + half


def shuffle_test(values: Array, things: Array, now: Array) -> tuple[float, float]:
    """The same for answers in unequal numbers: whether the means of things rose, and whether they fell.

    Means over one answer then and four now could not be swapped: where hardly any answer is wrong, the one
    has a few great falls and the other many small ones, and a t test takes the small ones for sure. But each
    single answer might as well have been given at the other time.

    Args:
        values: One number an answer, shape (n,).
        things: Of what each is, such as a sample, counted from 0, shape (n,).
        now: Whether it is of now, shape (n,); things that have answers at one time only do not count.

    Returns:
        One-sided p values of "did not rise" and "did not fall", of the sum over things of the mean now less
        the mean then: that of a normal with the variance that dealing out the answers anew would give it.
        Both 0.5 where all answers to each thing are the same.

    Source:
        E. J. G. Pitman (1937), doi:10.2307/2984124, whose variance is summed over things; of right and wrong
        answers it is the test of N. Mantel and W. Haenszel (1959), doi:10.1093/jnci/22.4.719, each thing
        counting alike.
    """
    count = int(things.max(initial=-1)) + 1
    times = [np.bincount(things[own], minlength=count) for own in (~now, now)]
    both = (times[0] > 0) & (times[1] > 0)
    then_sum, now_sum = (
        np.bincount(things[own], weights=values[own], minlength=count)[both] for own in (~now, now)
    )
    then_times, now_times = (own[both] for own in times)
    means = (then_sum + now_sum) / (then_times + now_times)
    centres = np.zeros(count)
    centres[both] = means
    squares = np.bincount(things, weights=(values - centres[things]) ** 2, minlength=count)[both]
    variances = squares / (then_times + now_times - 1) * (1 / then_times + 1 / now_times)
    error = math.sqrt(float(variances.sum()))
    if error <= ROUNDING * float(np.abs(values).max(initial=0.0)):
        return 0.5, 0.5
    z = float((now_sum / now_times - then_sum / then_times).sum()) / error
    return float(ndtr(-z)), float(ndtr(z))


def ratio_interval(p_values: Callable[[float], tuple[float, float]], found: float) -> tuple[float, float]:
    """The ratios of now to then that a test does not rule out.

    Args:
        p_values: For a ratio, the p values of `swap_test` once all that is now is divided by it: they rise
            and fall with it.
        found: The ratio that was found, above 0.

    Returns:
        The bounds of a 95 % interval. It holds 1 just where both p values of that are 0.025 or more. A bound
        is `nan` where even ratios of a million are not ruled out, as of too few things.
    """
    low = _edge(lambda ratio: p_values(ratio)[0] < TAIL, found / _FAR, found)
    high = _edge(lambda ratio: p_values(ratio)[1] < TAIL, found * _FAR, found)
    return low, high


def log_error(low: float, high: float) -> float:
    """The standard error of the logarithm of a ratio with this 95 % interval; `nan` where a bound is."""
    return (math.log(high) - math.log(low)) / (2 * float(norm.isf(TAIL)))


def _edge(ruled_out: Callable[[float], bool], far: float, near: float) -> float:
    if not ruled_out(far):
        return math.nan
    if min(far, near) < 1 < max(far, near):  # so that the interval and the p values are of one mind
        far, near = (1.0, near) if ruled_out(1.0) else (far, 1.0)
    for _ in range(_STEPS):
        middle = math.sqrt(far * near)
        far, near = (middle, near) if ruled_out(middle) else (far, middle)
    return near


@cache
def _signs(count: int) -> Array:
    """All ways to sign so many things, shape (2 ** count, count)."""
    return 1.0 - 2.0 * ((np.arange(2**count)[:, None] >> np.arange(count)) & 1)
