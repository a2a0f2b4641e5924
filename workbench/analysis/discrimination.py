"""Whether a sample tells good models from others: how its score goes with the rest of the scores."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.stats import norm

from workbench.analysis.estimates import LEVEL, ROUNDING, Array

FEWEST = 3
"""Of two models a correlation is 1 or -1 whatever they score."""


def discrimination(table: pd.DataFrame) -> pd.DataFrame:
    """How the score on each sample goes with how good a model is otherwise.

    It is the correlation, over models, of the score on a sample with the mean score on all others; of single
    answers that is the point-biserial one. Below 0, better models do worse on it.

    Args:
        table: Scores, one row a sample, one column a model, as `item_table` gives them; `nan` where there is
            none.

    Returns:
        By sample: value, low and high in [-1, 1], and n (models). `nan` for fewer than three models, and
        where all of them have the same score on it or on the rest. The bounds are Fisher's, as if models
        were drawn by chance from many; `nan` for fewer than four, and where the value is 1 or -1.

    Source:
        S. Henrysson (1963), doi:10.1007/BF02289618, for leaving out the sample itself; R. A. Fisher (1921),
        Metron 1, 3-32, for the interval.
    """
    scores = table.to_numpy(dtype=float)
    found = [_correlation(*pair) for pair in zip(scores, rests(table), strict=True)]
    return pd.DataFrame(found, index=table.index, columns=["value", "low", "high", "n"])


def rests(table: pd.DataFrame) -> Array:
    """The mean of each model over all samples but each one, in the shape of the table; `nan` for none."""
    scores = table.to_numpy(dtype=float)
    there = ~np.isnan(scores)
    filled = np.where(there, scores, 0.0)
    sums, counts = filled.sum(axis=0) - filled, there.sum(axis=0) - there
    return np.where(counts > 0, sums / np.maximum(counts, 1), math.nan)


def _correlation(scores: Array, rest: Array) -> tuple[float, float, float, int]:
    there = ~np.isnan(scores) & ~np.isnan(rest)
    n = int(there.sum())
    x, y = scores[there], rest[there]
    if n < FEWEST or np.ptp(x) < ROUNDING or np.ptp(y) < ROUNDING:
        return math.nan, math.nan, math.nan, n
    value = float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))
    if n == FEWEST or abs(value) > 1 - ROUNDING:
        return value, math.nan, math.nan, n
    reach = float(norm.isf((1 - LEVEL) / 2)) / math.sqrt(n - 3)
    return value, math.tanh(math.atanh(value) - reach), math.tanh(math.atanh(value) + reach), n
