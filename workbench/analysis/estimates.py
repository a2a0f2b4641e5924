"""Figures with their uncertainty: shares and means.

Every function takes one number per *item*: where an item was asked several times, average its repeats first,
since they are not independent. Missing values (`None`, `nan`) are left out; `n` says how many were there.
Items of one cluster are not independent either. Where clusters are given, intervals rest on the differences
between them, and an item whose cluster is missing stands alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm, t
from statsmodels.stats.proportion import proportion_confint

Array = npt.NDArray[Any]
LEVEL = 0.95
ROUNDING = 1e-12  # differences of equal scores, such as 0.9 - 0.8 and 0.8 - 0.7, are equal up to this
TINY = 1e-300


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A figure with its confidence interval.

    Attributes:
        value: The figure, in its own unit; `nan` where there was nothing to estimate it from.
        low: Lower bound of the interval; `nan` where it is undefined or `n` is too small to have one.
        high: Upper bound, likewise.
        n: How many items it rests on.
        level: Coverage that the interval is made for.
    """

    value: float
    low: float
    high: float
    n: int
    level: float = LEVEL

    def __str__(self) -> str:
        return f"{_number(self.value)} [{_number(self.low)}, {_number(self.high)}], n={self.n}"

    def percent(self) -> str:
        """The figure as a percentage, such as `82.5 % [68.1, 91.3], n=40`; `–` stands for `nan`."""
        value, low, high = (_number(100 * x, ".1f") for x in (self.value, self.low, self.high))
        return f"{value} % [{low}, {high}], n={self.n}"


def proportion(successes: float, n: int) -> Estimate:
    """A share of `n` items with Wilson's interval, which holds near 0 and 1 too; `nan` where `n` is 0.

    Items may count in part, such as a tie for half: they spread less than whole ones, and the interval is
    rather too wide then.

    Raises:
        ValueError: Not 0 <= `successes` <= `n`.

    Source:
        E. B. Wilson (1927), doi:10.1080/01621459.1927.10502953.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes!r} successes of {n!r}: give a count from 0 to n")
    if n == 0:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=0)
    low, high = _wilson(successes / n, n, 1 - LEVEL)
    return Estimate(value=successes / n, low=low, high=high, n=n)


def mean(values: Iterable[float | None], clusters: Iterable[object] | None = None) -> Estimate:
    """A mean with its t interval; for scores that are all 0 or 1 take `proportion`.

    Args:
        values: One score per item, any scale.
        clusters: The group of each item, same order: items made from one template or asked about one text
            are not independent, and an interval that takes them for it is too narrow.

    Returns:
        The bounds are `nan` for fewer than two items (or clusters), and where no spread at all was seen.

    Raises:
        ValueError: `values` and `clusters` differ in length.

    Source:
        E. Miller (2024), arXiv:2411.00640, clustered standard error; see `standard_error` for few clusters
        and uneven ones.
    """
    numbers, groups = present(values, clusters)
    centre, error, df = standard_error(numbers, groups)
    return t_estimate(centre, error, df, len(numbers))


def accuracy(scores: Iterable[float | None], clusters: Iterable[object] | None = None) -> Estimate:
    """How good answers are: the share of right ones where all scores are 0 or 1, else their mean.

    Args:
        scores: One score per sample, usually in [0, 1].
        clusters: The group of each sample, as in `mean`.

    Returns:
        Single answers that are right or wrong have Wilson's interval. In clusters, and as means over repeats,
        they have Wilson's with as many samples as independent ones would give the same standard error, and
        t in place of z: it holds near 0 and 1, where a t interval does not. Where no spread was seen, each
        cluster counts as one sample. Scores beyond [0, 1] have the interval of `mean`. The bounds are `nan`
        for fewer than two samples that are not 0 or 1, and for fewer than two clusters.

    Source:
        N. Dean and M. Pagano (2015), doi:10.1093/jssam/smv024, compare such intervals.
    """
    numbers, groups = present(scores, clusters)
    if groups is None and np.isin(numbers, (0.0, 1.0)).all():
        return proportion(int(numbers.sum()), len(numbers))
    if numbers.min() < 0 or numbers.max() > 1:
        return mean(numbers, groups)
    return _share(numbers, groups)


def as_numbers(values: Iterable[float | None]) -> Array:
    """An array of floats, `nan` where a value is missing."""
    return np.array([math.nan if value is None or pd.isna(value) else float(value) for value in values])


def present(
    values: Iterable[float | None], clusters: Iterable[object] | None = None
) -> tuple[Array, Array | None]:
    """The values that are there, and the number of each one's cluster.

    The clusters are `None` where none were given, and where no two values share one.
    """
    numbers = as_numbers(values)
    there = ~np.isnan(numbers)
    if clusters is None:
        return numbers[there], None
    names = pd.Series(list(clusters), dtype=object)
    if len(names) != len(numbers):
        raise ValueError(f"{len(numbers)} values and {len(names)} clusters: give one cluster for each value")
    groups = pd.factorize(names[there])[0]
    alone = groups < 0
    groups[alone] = groups.max(initial=-1) + 1 + np.arange(alone.sum())
    return numbers[there], groups if len(np.unique(groups)) < len(groups) else None


def independent(n: int, groups: Array | None) -> float:
    """How many independent things `n` items are: themselves, or the effective number of their clusters.

    That is n² / Σ m² for clusters of m items: their number where they are of one size, fewer where some are
    larger and weigh more than others.

    Source:
        L. Kish (1965), Survey Sampling; A. V. Carter and others (2017), doi:10.1162/REST_a_00639.
    """
    return n if groups is None else n**2 / float((np.bincount(groups) ** 2).sum())


def standard_error(numbers: Array, groups: Array | None) -> tuple[float, float, float]:
    """The mean, its standard error and degrees of freedom; the error is `nan` where no spread can be seen.

    With G independent things (see `independent`) the squared error has the factor G / (G - 1), and there are
    G - 1 degrees of freedom.
    """
    n = len(numbers)
    centre = float(numbers.mean()) if n else math.nan
    residuals = numbers - centre
    sums = residuals if groups is None else np.bincount(groups, weights=residuals)
    if len(sums) < 2:
        return centre, math.nan, 0
    count = independent(n, groups)
    error = math.sqrt(count / (count - 1) * float((sums**2).sum())) / n
    rounding = ROUNDING * float(np.abs(numbers).max())
    return centre, error if error > rounding else math.nan, count - 1


def t_estimate(centre: float, error: float, df: float, n: int) -> Estimate:
    """A mean with the t interval of its standard error."""
    reach = float(t.isf((1 - LEVEL) / 2, df)) * error
    return Estimate(value=centre, low=centre - reach, high=centre + reach, n=n)


def _share(numbers: Array, groups: Array | None) -> Estimate:
    n, units = len(numbers), independent(len(numbers), groups)
    centre, error, df = standard_error(numbers, groups)
    alone = standard_error(numbers, None)[1]
    if df == 0:
        return Estimate(value=centre, low=math.nan, high=math.nan, n=n)
    # That clusters differ less than chance would have them is chance: they make no sample count twice.
    largest = np.fmax(error, alone)
    effective = units if math.isnan(largest) else centre * (1 - centre) / largest**2
    # Of the normal that reaches as far as t does; one cluster that outweighs all others makes it hardly any.
    tail = max(2 * float(norm.sf(t.isf((1 - LEVEL) / 2, df))), TINY)
    low, high = _wilson(centre, effective, tail)
    return Estimate(value=centre, low=low, high=high, n=n)


def _wilson(share: float, n: float, alpha: float) -> tuple[float, float]:
    low, high = proportion_confint(share * n, n, alpha=alpha, method="wilson")
    return min(float(low), share), max(float(high), share)  # up to rounding, at 0 and 1


def _number(x: float, form: str = ".4g") -> str:
    return "–" if math.isnan(x) else format(x, form)
