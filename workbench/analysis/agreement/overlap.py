"""Whether models are wrong about the same samples, and in the same way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t

from workbench.analysis.agreement.scale import Array
from workbench.analysis.estimates import LEVEL, ROUNDING, Estimate, accuracy, independent, present
from workbench.analysis.items import dependence

OVERLAP = [
    *("a", "b", "n", "wrong_a", "wrong_b", "both"),
    *("overlap", "overlap_low", "overlap_high"),
    *("ratio", "ratio_low", "ratio_high"),
    *("same", "same_low", "same_high", "same_n"),
]


def error_overlap(frame: pd.DataFrame, *, right: float = 1.0) -> pd.DataFrame:
    """Of the answers that one of two models has wrong: how many do both, and do they say the same?

    Models that are wrong together gain little from each other, in a vote or as judges of each other.

    Args:
        frame: As `results` gives it: one row for each model, sample and epoch, with `value`, `label` and
            `cluster`.
        right: The score from which on an answer is right.

    Returns:
        One row a pair of models: `a`, `b`; `n` answers that both have scored, of which `wrong_a`, `wrong_b`
        and `both` are wrong; then, each with its 95 % interval `…_low`, `…_high`,

        - `overlap`: the share that both have wrong among those that one has, in [0, 1];
        - `ratio`: how many both have wrong, by how many they would if errors of one told nothing of the
          other's: 1 is independence. Hard samples raise it for any two models;
        - `same`: of `same_n` answers that both have wrong, and that could be read, the share in which they
          say the same.

        `nan` is undefined. Intervals rest on clusters, and on samples where they were asked often.
    """
    models = list(dict.fromkeys(frame["model"]))
    wide = frame.pivot_table(
        index=["sample", "epoch"], columns="model", values=["value", "label"], aggfunc="first", dropna=False
    )
    units = dependence(frame, wide.index.get_level_values(0))
    rows = []
    for a, b in combinations(models, 2):
        scores = [_column(wide, "value", model).astype(float).to_numpy() for model in (a, b)]
        scored = ~np.isnan(scores[0] + scores[1])
        wrong = [np.where(scored, score < right - ROUNDING, math.nan) for score in scores]
        said = [_column(wide, "label", model) for model in (a, b)]
        both, either = wrong[0] * wrong[1], np.maximum(*wrong)
        readable = (both == 1) & said[0].notna().to_numpy() & said[1].notna().to_numpy()
        same = accuracy(np.where(readable, (said[0] == said[1]).to_numpy(), math.nan), units)
        overlap = accuracy(np.where(either == 1, both, math.nan), units)
        ratio = ratio_to_chance(wrong[0], wrong[1], units)
        counts = (int(scored.sum()), *(int(np.nansum(each)) for each in (*wrong, both)))
        bounds = [number for each in (overlap, ratio, same) for number in (each.value, each.low, each.high)]
        rows.append((a, b, *counts, *bounds, same.n))
    return pd.DataFrame(rows, columns=OVERLAP)


def _column(wide: pd.DataFrame, what: str, model: str) -> pd.Series[Any]:
    """What one model has of each answer; missing throughout where nobody's answer has any."""
    return wide.get((what, model), pd.Series(index=wide.index, dtype=object))


def ratio_to_chance(a: Array, b: Array, clusters: Sequence[object]) -> Estimate:
    """How often both are 1, by the product of how often each is; the interval is even on a log scale."""
    both = a * b
    numbers, groups = present(both, clusters)
    n, count = len(numbers), independent(len(numbers), groups)
    shares = [float(np.nanmean(each)) if n else math.nan for each in (a, b, both)]
    by_chance = shares[0] * shares[1]
    if not by_chance > 0:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=n)
    value = shares[2] / by_chance
    if count <= 1:
        return Estimate(value=value, low=math.nan, high=math.nan, n=n)
    if value == 0:
        return Estimate(value=0.0, low=0.0, high=accuracy(both, clusters).high / by_chance, n=n)
    moves = both / shares[2] - a / shares[0] - b / shares[1] + 1
    own = moves[~np.isnan(both)] / n
    sums = own if groups is None else np.bincount(groups, weights=own)
    error = math.sqrt(count / (count - 1) * float((sums**2).sum()))
    reach = float(t.isf((1 - LEVEL) / 2, count - 1)) * error
    if error < ROUNDING or count < 2:
        return Estimate(value=value, low=math.nan, high=math.nan, n=n)
    return Estimate(value=value, low=value * math.exp(-reach), high=value * math.exp(reach), n=n)
