"""What a number of samples can show, and how many it takes to show a difference."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from typing import Literal, TypedDict, Unpack

from scipy.stats import norm, t

from workbench.analysis.statistics import PairedTest

Sides = Literal[1, 2]


def mde(
    n: int,
    *,
    between: float = 0.0,
    within: float = 0.0,
    unchanged: bool = False,
    epochs: int = 1,
    cluster_size: float = 1.0,
    icc: float = 0.0,
    alpha: float = 0.05,
    power: float = 0.8,
    sides: Sides = 2,
    graded: bool = False,
) -> float:
    """The smallest difference of two models that a paired test on `n` samples would probably find.

    Args:
        n: Samples that both are asked.
        between: How much the difference itself varies from sample to sample: the variance of p_A - p_B, where
            p is the mean score that a model would reach on a sample if it were asked for ever. 0 for a model
            against itself. More epochs leave it as it is.
        within: How much answers to one sample vary: the variances of a single score of A and of B, together.
            For right or wrong this is how often two runs of one model differ.
        unchanged: Whether these are the variances of two that do not differ, such as of a model against
            itself, and not those that there are with the difference. A difference δ adds to them then: by up
            to δ / K, of scores in [0, 1]. So reports reckon too; without it, a fall of answers nearly all of
            which were right is found in two of three cases.
        epochs: How often each model is asked each sample, K.
        cluster_size: Samples of a cluster; 1 where they are independent.
        icc: How alike the difference is within a cluster, in [0, 1].
        alpha: Error of the first kind, of one side or both as `sides` says.
        power: Probability of finding it.
        sides: 1 where only one direction counts, as with a fall from a baseline.
        graded: Whether scores lie between 0 and 1 too. Those that are right or wrong differ where one model
            is better, so that z² / (n K) is the least that can be found.

    Returns:
        The difference, in the unit of the scores: z sqrt(variance / n) with z = z_alpha + z_power and
        variance = between (1 + (cluster_size - 1) icc) + within / K, and δ / K where it is `unchanged`. In
        clusters z comes from t with as many
        degrees of freedom as there are clusters, less 1. `nan` where `n` is too small to find any difference.

    Source:
        E. Miller (2024), arXiv:2411.00640, section 5, solved for the difference; L. Kish (1965) for clusters.
    """
    units = n / cluster_size
    if n == 0 or (cluster_size > 1 and units < 2):
        return math.nan
    z = reach(alpha / sides, power, units if cluster_size > 1 else math.inf)
    variance = between * (1 + (cluster_size - 1) * icc) + within / epochs
    found = found_by(z, math.sqrt(variance / n), n * epochs if unchanged else math.inf)
    if graded:
        return found
    found = max(found, z**2 / (n * epochs))
    return found if found <= 1 else math.nan


class Facts(TypedDict, total=False):
    """What `mde` is told beside the number of samples."""

    between: float
    within: float
    unchanged: bool
    epochs: int
    cluster_size: float
    icc: float
    alpha: float
    power: float
    sides: Sides
    graded: bool


def samples_needed(delta: float, **facts: Unpack[Facts]) -> int:
    """How many samples a paired test needs to probably find a difference of `delta`; the inverse of `mde`.

    Args:
        delta: The difference, in the unit of the scores, above 0.
        facts: As in `mde`.

    Raises:
        ValueError: `delta` is not above 0.
    """
    if not delta > 0:
        raise ValueError(f"delta is {delta!r}: give the difference to be found, such as 0.05 for 5 points")
    return smallest(lambda n: mde(n, **facts) <= delta)


def smallest(enough: Callable[[int], bool]) -> int:
    """The smallest number from 1 on that is enough, where every larger one is too."""
    most = 1
    while not enough(most):
        most *= 2
    return bisect_left(range(most), True, lo=1, key=enough)


def visible(test: PairedTest, *, alpha: float = 0.05, power: float = 0.8, sides: Sides = 2) -> float:
    """The smallest difference that a test would probably have found, given the spread that it met.

    It says nothing of the difference that was found. That the two are different models is in their spread:
    what a difference adds to the spread of one that did not change is left out, which `mde` has for
    `unchanged`, and a report on a regression always.

    Returns:
        In the unit of the scores; `nan` where the test is undefined.
    """
    if test.b is None:
        return reach(alpha / sides, power, test.units) * test.error
    if test.n == 0:
        return math.nan
    z = reach(alpha / sides, power, math.inf)
    return max(z * test.error, z**2 / test.units)


def found_by(z: float, error: float, answers: float = math.inf) -> float:
    """The difference δ that is z errors, where it adds δ / `answers` itself to the error squared.

    Shares do not change without more samples that differ: of scores that are nearly all 1, a fall by δ adds
    up to δ / K to the variance of a sample's difference, for K answers each.

    Args:
        z: See `reach`.
        error: Standard error without the difference.
        answers: Samples, times K; infinite where a difference adds nothing.

    Returns:
        z sqrt(error² + δ / answers), solved for δ.
    """
    added = z**2 / (2 * answers)
    return added + math.hypot(added, z * error)


def reach(tail: float, power: float, units: float = math.inf) -> float:
    """How many standard errors a difference must be to be found.

    Args:
        tail: Error of the first kind, on this side.
        power: Probability of finding it.
        units: Independent things that the error was estimated from, for t; without it z.

    Returns:
        z_tail + z_power; `nan` for fewer than two units.
    """
    if math.isinf(units):
        return float(norm.isf(tail) + norm.ppf(power))
    return float(t.isf(tail, units - 1) + t.ppf(power, units - 1))
