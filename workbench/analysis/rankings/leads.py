"""How far each model is ahead of each other one, and whether that is beyond chance."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import t

from workbench.analysis.estimates import LEVEL
from workbench.analysis.rankings.bradley_terry import Strengths
from workbench.analysis.statistics import holm


def errors_reached(fit: Strengths) -> float:
    """How many standard errors an interval reaches."""
    return float(t.isf((1 - LEVEL) / 2, fit.df)) if fit.df > 0 else math.nan


def pairs_of(fit: Strengths | None) -> pd.DataFrame:
    """The `pairs` of a `Ranking`; none without a fit."""
    columns = ["model", "other", "difference", "low", "high", "p"]
    if fit is None:
        return pd.DataFrame(columns=columns)
    rows = []
    order = [int(place) for place in np.argsort(-fit.values, kind="stable")]
    for one, other in combinations(order, 2):
        rows.append((fit.models[one], fit.models[other], *_lead(fit, one, other)))
    pairs = pd.DataFrame(rows, columns=columns)
    pairs["p"] = holm(pairs["p"])
    return pairs


def _lead(fit: Strengths, one: int, other: int) -> tuple[float, float, float, float]:
    """How far the one is ahead of the other, not behind it: with low, high and p."""
    lead = float(fit.values[one] - fit.values[other])
    if fit.df < 1 or fit.parts[one] != fit.parts[other]:
        return lead, math.nan, math.nan, math.nan
    variance = fit.covariance[one, one] + fit.covariance[other, other] - 2 * fit.covariance[one, other]
    error, reach = math.sqrt(variance), errors_reached(fit)
    # Who won nearly all is ahead by an error that is large, of a lead that is larger, and yet surely ahead.
    apart = max(lead / error, float(fit.apart[one, other])) if lead > 0 else 0.0
    low = lead - reach * (lead / apart if apart else error)
    open_above = fit.unbounded_above[one] > fit.unbounded_above[other]
    open_below = fit.unbounded_below[other] > fit.unbounded_below[one]
    high = math.nan if open_above or open_below else lead + reach * error
    return lead, low, high, 2 * float(t.sf(apart, fit.df))
