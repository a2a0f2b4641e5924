"""Medians and other quantiles, such as p95 of durations, with their uncertainty."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from scipy.stats import binom, t

from workbench.analysis.estimates import LEVEL, Array, Estimate, independent, present, standard_error


def quantile(values: Iterable[float | None], q: float, clusters: Iterable[object] | None = None) -> Estimate:
    """A quantile with the interval between two of the values, whatever their distribution.

    Args:
        values: One number per item, such as durations in seconds.
        q: In (0, 1): 0.5 for p50, 0.95 for p95.
        clusters: The group of each value, as in `mean`: answers to one sample are not independent.

    Returns:
        The value interpolates linearly, as pandas does, and lies between the bounds. A bound is `nan` where
        `n` is too small to have one: p50 needs 6 values, the upper bound of p95 needs 72. In clusters it is
        between the two shares that are a clustered error of the share below from `q`, t in place of z.

    Raises:
        ValueError: `q` is not in (0, 1), or `values` and `clusters` differ in length.

    Source:
        W. J. Conover, Practical Nonparametric Statistics (1999), 3.2: ranks from the binomial distribution;
        R. S. Woodruff (1952), doi:10.1080/01621459.1952.10483443, for clusters.
    """
    if not 0 < q < 1:
        raise ValueError(f"quantile {q!r}: give a number between 0 and 1, such as 0.95 for p95")
    numbers, groups = present(values, clusters)
    n = len(numbers)
    if n == 0:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=0)
    value = float(np.quantile(numbers, q))
    below, above = _ranks(n, q) if groups is None else _clustered_ranks(numbers <= value, q, groups)
    ordered = np.sort(numbers)
    return Estimate(
        value=value,
        # of two or three values, the one of that rank may be beyond what is interpolated
        low=min(float(ordered[below - 1]), value) if below >= 1 else math.nan,
        high=max(float(ordered[above - 1]), value) if above <= n else math.nan,
        n=n,
    )


def _ranks(n: int, q: float) -> tuple[int, int]:
    """Between which two of `n` values the quantile is, the smallest having rank 1."""
    tail = (1 - LEVEL) / 2
    return int(binom.ppf(tail, n, q)), int(binom.ppf(1 - tail, n, q)) + 1


def _clustered_ranks(below: Array, q: float, groups: Array) -> tuple[int, int]:
    """The same in clusters; `below` says whether each value is at most the quantile of all."""
    n, shares = len(below), below.astype(float)
    _, error, df = standard_error(shares, groups)
    if df == 0:
        return 0, n + 1
    alone = standard_error(shares, None)[1]
    # That clusters differ less than chance would have them is chance. Where none lie above, nothing is known
    # of how alike they are: each counts once.
    widened = n / independent(n, groups) if math.isnan(alone) else float(np.fmax(error / alone, 1)) ** 2
    reach = min(float(t.isf((1 - LEVEL) / 2, df)) * math.sqrt(widened * q * (1 - q) / n), 1)
    return math.floor(n * (q - reach)), math.ceil(n * (q + reach)) + 1
