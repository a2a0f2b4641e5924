"""Whether the answers got better or worse."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from workbench.analysis.estimates import LEVEL, ROUNDING, accuracy
from workbench.analysis.regression.change import Difference
from workbench.analysis.regression.measures.paired import difference
from workbench.analysis.regression.measures.pairing import clusters
from workbench.analysis.regression.measures.swaps import shuffle_test
from workbench.analysis.regression.metrics import METRICS
from workbench.analysis.statistics import paired_difference


def quality(old: pd.DataFrame, new: pd.DataFrame) -> Difference:
    """The change of the mean score, sample by sample.

    Each sample counts once, by the mean over its epochs. Right or wrong, asked once: McNemar's mid-p test;
    else a paired t test, clustered where samples share clusters. Where no sample differs, clusters have
    nothing to share, and each sample counts for itself. Answers without a score count neither as right nor as
    wrong. Where a sample has more answers in one of the two, its answers are dealt out anew, too (see
    `shuffle_test`), and the less sure of the two tests counts.

    A model that fails where it would have been wrong looks the better for it: so `worst` is the change if
    what has fewer scores now than then had the lowest ones.

    Args:
        old: Rows of one model as `results` gives them.
        new: Likewise, of the same model later.

    Returns:
        In the unit of the scores. Both figures are of the samples that both have scored; see
        `paired_difference` for the test, and for what is undefined.
    """
    scores = pd.DataFrame({"old": _scores(old), "new": _scores(new)})
    groups = clusters(old, new).reindex(scores.index)
    both = scores.notna().all(axis=1)
    differs = bool((scores["old"][both] != scores["new"][both]).any())
    found = difference(
        paired_difference(scores["old"], scores["new"], groups if differs else None),
        accuracy(scores["old"][both], groups[both]),
        accuracy(scores["new"][both], groups[both]),
        METRICS["quality"].goal,
    )
    own = pd.concat([old, new], keys=[False, True], names=["now"]).dropna(subset=["value"])
    times = own.groupby(["sample", "now"]).size().unstack()
    even = times.nunique(axis=1) < 2  # so are samples that are not compared
    if not math.isnan(found.p_worse) and not even.all():
        found = _shuffled(found, own)
    return _lowered(found, scores, (_scored(new) - _scored(old)).reindex(scores.index), groups)


def _lowered(
    found: Difference, scores: pd.DataFrame, more: pd.Series[float], groups: pd.Series[str]
) -> Difference:
    """The same with the change if what is scored less often than then had the lowest score instead."""
    then = scores["old"].notna()
    share = (-more).clip(lower=0).fillna(1.0).where(then, 0.0)  # of a sample's answers
    lacking = share > ROUNDING
    if not lacking.any():
        return found
    lowest = min(0.0, float(scores.to_numpy(dtype=float)[~scores.isna()].min()))
    now = (scores["new"] * (1 - share) + lowest * share).fillna(lowest).where(then)
    worst = paired_difference(scores["old"], now, groups).difference
    return replace(found, lacks=int(lacking.sum()), worst=worst)


def _scored(rows: pd.DataFrame) -> pd.Series[float]:
    """The share of its answers that has a score, by sample."""
    values = rows.groupby("sample", sort=False)["value"]
    asked = values.size()
    return values.count() / (asked.max() if len(asked) else 1)


def _shuffled(found: Difference, own: pd.DataFrame) -> Difference:
    """Of means over unequal numbers of answers: no surer than the answers are, dealt out anew."""
    samples, now = pd.factorize(own["sample"])[0], own.index.get_level_values("now").to_numpy(dtype=bool)
    rise, fall = shuffle_test(own["value"].to_numpy(dtype=float), samples, now)
    p_worse, p_better = max(found.p_worse, fall), max(found.p_better, rise)
    change = found.change
    if 2 * min(p_worse, p_better) >= 1 - LEVEL:
        change = replace(change, low=min(change.low, 0.0), high=max(change.high, 0.0))
    method = f"{found.method}, and answers shuffled"
    return replace(found, p_worse=p_worse, p_better=p_better, change=change, method=method)


def _scores(rows: pd.DataFrame) -> pd.Series[float]:
    return rows.groupby("sample", sort=False)["value"].mean().astype(float)
