"""Intraclass correlation: agreement of raters who give numbers, as a share of variance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import f as f_distribution
from scipy.stats import t

from workbench.analysis.agreement.figure import Clusters, around
from workbench.analysis.agreement.scale import Array
from workbench.analysis.estimates import LEVEL, ROUNDING, Estimate, as_numbers, present

Form = Literal["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]
FORMS = ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")
_TAIL = (1 - LEVEL) / 2


def icc(ratings: Sequence[Sequence[float | None]], form: Form = "2,1", clusters: Clusters = None) -> Estimate:
    """How much of the variance of ratings is that between samples, and not between raters or noise.

    Args:
        ratings: Numbers, shape (n_samples, n_raters); only samples that all raters have rated count.
        form: `1,1` each sample has raters of its own; `2,1` the same raters, who stand for others like them:
            one who is always stricter disagrees; `3,1` the same raters, and only they matter: being always
            stricter is no disagreement. With `k`, of the mean of all these raters in place of a single one.
        clusters: The group of each sample, shape (n_samples,).

    Returns:
        At most 1; 0 or less where samples differ no more than chance has it. The interval is exact for `1`
        and `3` where ratings are normal, nearly so for `2`; with clusters, it is that of a jackknife over
        them.
        `nan` for fewer than two samples or raters, and where all ratings are one and the same.

    Raises:
        ValueError: `form` is not one of the six, samples differ in their number of raters, or from that of
            `clusters`.

    Source:
        P. E. Shrout and J. L. Fleiss (1979), doi:10.1037/0033-2909.86.2.420; K. O. McGraw and S. P. Wong
        (1996), doi:10.1037/1082-989X.1.1.30, table 7.
    """
    if form not in FORMS:
        raise ValueError(f"form {form!r}: write one of {', '.join(FORMS)}")
    if len({len(row) for row in ratings}) > 1:
        raise ValueError("samples differ in their number of ratings: write None where a rater gave none")
    rows = np.array([as_numbers(row) for row in ratings]).reshape(
        len(ratings), len(ratings[0]) if ratings else 0
    )
    whole = ~np.isnan(rows).any(axis=1)
    kept = rows[whole]
    n, raters = kept.shape
    if n < 2 or raters < 2 or np.ptp(kept) == 0:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=n)
    squares = _mean_squares(kept)
    value = _single(squares, form)
    groups = present(np.where(whole, 0.0, math.nan), clusters)[1]
    if groups is None:
        low, high = _f_bounds(squares, value, form)
    else:
        low, high = _jackknife(kept, groups, value, form)
    if form.endswith("k"):
        value, low, high = (_of_mean(figure, raters) for figure in (value, low, high))
    if math.isnan(value):
        low, high = math.nan, math.nan
    return Estimate(value=value, low=low, high=high, n=n)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Squares:
    """Mean squares of an analysis of variance: between samples, within them, between raters, and the rest."""

    n: int
    raters: int
    between: float
    within: float
    judges: float
    rest: float


def _mean_squares(rows: Array) -> _Squares:
    n, raters = rows.shape
    between = raters * float(((rows.mean(axis=1) - rows.mean()) ** 2).sum())
    judges = n * float(((rows.mean(axis=0) - rows.mean()) ** 2).sum())
    rest = float(((rows - rows.mean(axis=1, keepdims=True) - rows.mean(axis=0) + rows.mean()) ** 2).sum())
    rounding = ROUNDING * (between + judges + rest)
    between, judges, rest = (0.0 if each < rounding else each for each in (between, judges, rest))
    return _Squares(
        n=n,
        raters=raters,
        between=between / (n - 1),
        within=(judges + rest) / (n * (raters - 1)),
        judges=judges / (raters - 1),
        rest=rest / ((n - 1) * (raters - 1)),
    )


def _single(squares: _Squares, form: str) -> float:
    noise = squares.within if form[0] == "1" else squares.rest
    rater = squares.raters * (squares.judges - squares.rest) / squares.n if form[0] == "2" else 0.0
    below = squares.between + (squares.raters - 1) * noise + rater
    return (squares.between - noise) / below if below else math.nan


def _of_mean(single: float, raters: int) -> float:
    """Spearman and Brown's step from one rater to the mean of all; no value where that has no bound."""
    below = 1 + (raters - 1) * single
    return raters * single / below if below > 0 else math.nan


def _f_bounds(squares: _Squares, value: float, form: str) -> tuple[float, float]:
    n, raters = squares.n, squares.raters
    noise = squares.within if form[0] == "1" else squares.rest
    if noise == 0:
        return math.nan, math.nan
    if form[0] == "2":
        return _two_way(squares, value)
    df = n * (raters - 1) if form[0] == "1" else (n - 1) * (raters - 1)
    ratio = squares.between / noise
    low = ratio / float(f_distribution.isf(_TAIL, n - 1, df))
    high = ratio * float(f_distribution.isf(_TAIL, df, n - 1))
    return (low - 1) / (low + raters - 1), (high - 1) / (high + raters - 1)


def _two_way(squares: _Squares, value: float) -> tuple[float, float]:
    n, raters, between, rest = squares.n, squares.raters, squares.between, squares.rest
    # Satterthwaite's degrees of freedom of what the raters and the rest put into the variance of a rating.
    # A share of variance below 0 is one of 0 that noise has pushed down.
    ratio = max(value, 0.0) / (1 - value)
    by_judges = raters * ratio / n * squares.judges
    by_rest = (1 + raters * ratio * (n - 1) / n) * rest
    df = (by_judges + by_rest) ** 2 / (by_judges**2 / (raters - 1) + by_rest**2 / ((n - 1) * (raters - 1)))
    rating = raters * squares.judges + (raters * n - raters - n) * rest
    down = float(f_distribution.isf(_TAIL, n - 1, df))
    up = float(f_distribution.isf(_TAIL, df, n - 1))
    low = n * (between - down * rest) / (down * rating + n * between)
    high = n * (up * between - rest) / (rating + n * up * between)
    return low, high


def _jackknife(rows: Array, groups: Array, value: float, form: str) -> tuple[float, float]:
    """Fisher's z with each cluster left out in turn."""
    names = np.unique(groups)
    left = [rows[groups != name] for name in names]
    if len(names) < 2 or not -1 < value < 1 or any(len(some) < 2 or np.ptp(some) == 0 for some in left):
        return math.nan, math.nan
    values = np.array([_single(_mean_squares(some), form) for some in left])
    count = len(values)
    error = math.sqrt((count - 1) / count * float(((values - values.mean()) ** 2).sum()))
    return around(value, float(t.isf(_TAIL, count - 1)) * error)
