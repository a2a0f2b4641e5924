"""What answers cost."""

from __future__ import annotations

import math

import pandas as pd

from workbench.analysis.estimates import Array, Estimate, mean
from workbench.analysis.regression.change import Difference
from workbench.analysis.regression.measures.pairing import clusters, pairs
from workbench.analysis.regression.measures.swaps import log_error, ratio_interval, swap_test


def cost(old: pd.DataFrame, new: pd.DataFrame) -> Difference:
    """The relative change of the mean cost of an answer, in US dollars.

    Each sample counts by the mean over its answers; samples may be swapped if nothing changed (see
    `swap_test`). A few answers that cost a hundred times the others decide nothing. Answers of our own cache
    cost nothing and are left out, as are those whose cost is not known; of each sample as many answers are
    taken of the one as of the other.

    Args:
        old: Rows of one model as `results` gives them.
        new: Likewise, of the same model later.

    Returns:
        The change as a share of the baseline's mean: 0.1 is a tenth more; `error` is that of the logarithm of
        the ratio. Where all was free, then and now, the change is 0, and infinite where only then; neither
        is uncertain. `nan` where no sample has a known cost in both.
    """
    known = pairs(old, new, _paid)
    then, now = known.by_sample(known.old), known.by_sample(known.new)
    groups = clusters(old, new).reindex(known.names)
    baseline, candidate = mean(then, groups), mean(now, groups)
    p_worse, p_better = swap_test(now - then) if len(then) else (math.nan, math.nan)
    change, error = _change(then, now, baseline.value, candidate.value)
    return Difference(
        baseline=baseline,
        candidate=candidate,
        change=change,
        p_worse=p_worse,
        p_better=p_better,
        error=error,
        units=float(len(then)),
        n=len(then),
        dropped=known.dropped,
        method="swaps of samples",
        possible=bool((now != then).any()),
    )


def _change(then: Array, now: Array, before: float, after: float) -> tuple[Estimate, float]:
    n = len(then)
    if before > 0 and after > 0:
        low, high = ratio_interval(lambda ratio: swap_test(now - ratio * then), after / before)
        return Estimate(value=after / before - 1, low=low - 1, high=high - 1, n=n), log_error(low, high)
    if n == 0:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=0), math.nan
    sure = 0.0 if before == after else math.inf if before == 0 else -1.0
    return Estimate(value=sure, low=sure, high=sure, n=n), 0.0


def _paid(rows: pd.DataFrame) -> pd.Series[float]:
    answered = (rows["status"] == "ok") & ~rows["cached"].astype(bool)
    return pd.to_numeric(rows["cost_usd"]).astype(float).where(answered)
