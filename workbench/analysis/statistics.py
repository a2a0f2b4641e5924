"""Paired comparisons: what tells a change from noise, and what a number of items can show.

The figures themselves are those of `estimates` and `quantiles`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.stats import false_discovery_control, t

from workbench.analysis.discordant import mid_p, tango_bounds, tango_interval
from workbench.analysis.estimates import (
    LEVEL,
    ROUNDING,
    Array,
    Estimate,
    as_numbers,
    independent,
    mean,
    present,
    proportion,
    standard_error,
    t_estimate,
)
from workbench.analysis.quantiles import quantile

__all__ = [
    "Estimate",
    "PairedTest",
    "Verdict",
    "corrected",
    "holm",
    "mean",
    "paired_difference",
    "proportion",
    "quantile",
    "verdict",
]

Verdict = Literal["better", "same", "worse", "undecided"]
Method = Literal[
    "McNemar mid-p", "sign test, mid-p", "sign test of clusters, mid-p", "paired t", "paired t, clustered"
]
Correction = Literal["holm", "bh"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PairedTest:
    """What two models' scores on the same items say about their difference.

    Attributes:
        difference: Mean of candidate − baseline: below 0 the candidate is worse.
        p_worse: One-sided p value of "no worse": small means that it is worse; `nan` where undefined.
        p_better: The same for better.
        n: Pairs that were compared.
        dropped: Pairs left out because one score or both are missing.
        b: Items on which the candidate lost; `None` where a t test was made.
        c: Items on which it gained, likewise.
        method: Which test it is.
        error: Standard error of the difference, in the unit of the scores; 0 where no pair differs, `nan`
            where it is undefined.
        units: Independent things that it rests on: the pairs, or the effective number of their clusters.
    """

    difference: Estimate
    p_worse: float
    p_better: float
    n: int
    dropped: int
    b: int | None
    c: int | None
    method: Method
    error: float
    units: float

    @property
    def p(self) -> float:
        """Two-sided p value of "no difference"; `nan` where undefined."""
        return float(np.minimum(1.0, 2 * min(self.p_worse, self.p_better)))


def paired_difference(
    baseline: Iterable[float | None],
    candidate: Iterable[float | None],
    clusters: Iterable[object] | None = None,
) -> PairedTest:
    """Compare two models on the same items, given in the same order.

    Scores that are all 0 or 1 get McNemar's mid-p test and Tango's score interval. Others, such as means over
    repeats, get a paired t, as do all scores in clusters; of scores in [0, 1] its interval ends at ±1, and
    reaches as far as Tango's would of as many whole moves, where a few make all of the difference. Where
    all differences are one and the same number, a t test is undefined, and the signs alone are tested, one
    for each cluster where there are any; if that number is 0, the interval is again Tango's, for scores at
    most 1 apart. An interval holds 0 just where the two-sided p value is 0.05 or more.

    Args:
        baseline: One score per item.
        candidate: One score per item.
        clusters: The group of each item (see `mean`).

    Returns:
        All figures are `nan` for no pairs, and for a t test of fewer than two pairs or clusters.

    Raises:
        ValueError: The arguments differ in length.

    Source:
        M. W. Fagerland and others (2013), doi:10.1186/1471-2288-13-91, mid-p; T. Tango (1998),
        doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B, interval.
    """
    old, new = as_numbers(baseline), as_numbers(candidate)
    if len(old) != len(new):
        raise ValueError(
            f"{len(old)} baseline scores and {len(new)} of the candidate: give both for the same items"
        )
    moves, groups = present(new - old, clusters)
    dropped = len(old) - len(moves)
    compared = ~np.isnan(new - old)
    scores = np.concatenate([old[compared], new[compared]])
    binary = bool(np.isin(scores, (0, 1)).all())
    constant = len(moves) > 0 and bool(np.ptp(moves) < ROUNDING)
    if constant or (groups is None and binary):
        return _by_signs(moves, groups, dropped, binary=binary)
    return _by_t(moves, groups, dropped, most=1.0 if ((scores >= 0) & (scores <= 1)).all() else math.inf)


def verdict(
    test: PairedTest, *, alpha: float = 0.05, tolerance: float = 0.0, margin: float = 0.05
) -> Verdict:
    """What a paired test decides.

    Args:
        test: The comparison.
        alpha: How often `worse` may be said of a candidate that is not, in [0, 1]; likewise `better`.
        tolerance: A difference up to this size, in the unit of the scores, is neither worse nor better.
        margin: The whole interval of the difference within ±`margin` is `same`.

    Returns:
        `undecided` where the items are too few to tell; `mde` says what they could have shown.
    """
    difference = test.difference
    if test.p_worse < alpha and difference.value < -tolerance:
        return "worse"
    if test.p_better < alpha and difference.value > tolerance:
        return "better"
    if -margin <= difference.low and difference.high <= margin:
        return "same"
    return "undecided"


def holm(p_values: Iterable[float], weights: Iterable[float] | None = None) -> list[float]:
    """P values corrected for their number, in the order given; see `corrected`.

    Args:
        p_values: Of several tests; `nan` stays and is not counted as a test.
        weights: How much of the error each test may have, relative to the others, above 0; all the same
            where not given.

    Returns:
        Each test's smallest α at which it would be rejected: in order of p / weight, p times the sum of the
        weights from it on, over its own weight; never below the one before it, and at most 1.

    Raises:
        ValueError: There are not as many weights as p values, or one is not above 0.

    Source:
        S. Holm (1979), Scandinavian Journal of Statistics 6:65, sections 2 and 4.
    """
    given = np.array(list(p_values), dtype=float)
    shares = np.ones_like(given) if weights is None else np.array(list(weights), dtype=float)
    if len(shares) != len(given):
        raise ValueError(f"{len(given)} p values and {len(shares)} weights: give one weight for each")
    if not (shares > 0).all():
        raise ValueError(f"weights {shares.tolist()!r:.200}: give numbers above 0")
    known = ~np.isnan(given)
    given[known] = _stepped(given[known], shares[known])
    return [float(p) for p in given]


def corrected(p_values: Iterable[float], correction: Correction = "holm") -> list[float]:
    """P values corrected for their number, in the order given; `nan` stays and is not counted as a test.

    Args:
        p_values: Of several tests.
        correction: `holm` bounds the chance of any false alarm, `bh` the share of false ones among alarms.

    Source:
        S. Holm (1979), Scandinavian Journal of Statistics 6:65; Y. Benjamini and Y. Hochberg (1995),
        doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    if correction == "holm":
        return holm(p_values)
    given = np.array(list(p_values), dtype=float)
    known = ~np.isnan(given)
    if known.any():
        given[known] = false_discovery_control(given[known])
    return [float(p) for p in given]


def _stepped(p_values: Array, weights: Array) -> Array:
    # The function of statsmodels knows no weights, and collects the garbage of the whole process at each
    # call, which takes up to a second where there is much of it.
    order = np.argsort(p_values / weights, kind="stable")
    remaining = np.cumsum(weights[order][::-1])[::-1]
    raised = p_values[order] * remaining / weights[order]
    adjusted: Array = np.empty_like(raised)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(raised))
    # Times a weight and divided by it, a number may come out a rounding smaller.
    return np.maximum(adjusted, p_values)


def _by_t(moves: Array, groups: Array | None, dropped: int, *, most: float) -> PairedTest:
    centre, error, df = standard_error(moves, groups)
    found = t_estimate(centre, error, df, len(moves))
    low, high = found.low, found.high
    if most == 1:
        score_low, score_high = _score_interval(moves, groups, df)
        # On the far sides alone: whether 0 is within is for the t test to say.
        low, high = min(low, score_low) if low <= 0 else low, max(high, score_high) if high >= 0 else high
    low, high = (float(np.clip(bound, -most, most)) for bound in (low, high))
    return PairedTest(
        difference=replace(found, low=low, high=high),
        p_worse=float(t.cdf(centre / error, df)),
        p_better=float(t.sf(centre / error, df)),
        n=len(moves),
        dropped=dropped,
        b=None,
        c=None,
        method="paired t" if groups is None else "paired t, clustered",
        error=error,
        units=independent(len(moves), groups),
    )


def _score_interval(moves: Array, groups: Array | None, df: float) -> tuple[float, float]:
    """Tango's interval for as many whole moves as have the same sum and the same variance.

    A few moves, all of them falls, have hardly any spread beside their mean, so that the interval of a t test
    ends too early on the side where there may be more of them.
    """
    total = float(np.abs(moves).sum())
    sums = moves if groups is None else np.bincount(groups, weights=moves)
    one = float((sums**2).sum()) / total if total > ROUNDING else 0.0
    # Where clusters cancel out, there are more parts of moves than samples: no few that tell too much.
    if df <= 0 or total > len(moves) * one or total * one <= ROUNDING:
        return math.nan, math.nan
    n = len(moves) / max(one, 1)
    losses, gains = (float(np.abs(moves[side]).sum()) / one for side in (moves < 0, moves > 0))
    low, high = tango_bounds(gains, losses, n, float(t.isf((1 - LEVEL) / 2, df)))
    return low * one * n / len(moves), high * one * n / len(moves)


def _by_signs(moves: Array, groups: Array | None, dropped: int, *, binary: bool) -> PairedTest:
    n = len(moves)
    if groups is not None:  # all moves are the same, so that any one tells of its cluster
        moves = moves[np.unique(groups, return_index=True)[1]]
    units, losses, gains = len(moves), int((moves < -ROUNDING).sum()), int((moves > ROUNDING).sum())
    bounded = n > 0 and ((binary and groups is None) or losses == gains == 0)
    low, high = tango_interval(gains, losses, units, LEVEL) if bounded else (math.nan, math.nan)
    p_worse, p_better = (mid_p(side, losses + gains) if n else math.nan for side in (losses, gains))
    if 2 * min(p_worse, p_better) >= 1 - LEVEL:
        # Tango's bounds go by z, which is surer than mid-p where 4 of 4 differ to one side, or 15 of 21.
        low, high = min(low, 0.0), max(high, 0.0)
    method: Method = "McNemar mid-p" if binary else "sign test, mid-p"
    return PairedTest(
        difference=Estimate(value=float(moves.mean()) if n else math.nan, low=low, high=high, n=n),
        p_worse=p_worse,
        p_better=p_better,
        n=n,
        dropped=dropped,
        b=losses,
        c=gains,
        method=method if groups is None else "sign test of clusters, mid-p",
        error=float(moves.std() / math.sqrt(units)) if n else math.nan,
        units=units,
    )
