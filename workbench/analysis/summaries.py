"""An experiment in one row a model, or a model and category: each figure with its interval and n."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from workbench.analysis.agreement import agreement_with_others
from workbench.analysis.estimates import Estimate, accuracy, proportion
from workbench.analysis.items import clusters_of, dependence, rated
from workbench.analysis.quantiles import quantile


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each model of `results`, in the order in which they were first asked.

    Each figure has a 95 % interval in the columns with `low` and `high`; `nan` is undefined.

    Columns:
        model, calls, errors (failed or interrupted), error_rate (their share, Wilson's interval over calls),
        duration_p50_s, duration_p95_s, ttft_p50_s (of answers that were neither cached nor measured under
        load, intervals between two of their values, which rest on clusters and samples as those of accuracy
        do) and timed (how many those are), under_load (how many were
        left out since our own loop was late by more than a tenth of what was measured), input_tokens,
        output_tokens, cost_usd (sum of the known
        ones, `nan` where none is known), unknown_cost (answers whose cost is not known), accuracy (mean over
        samples; the interval rests on clusters where samples have them) and n (samples scored), unscored
        (answers without a score, which count neither as right nor as wrong), agreement (how many
        of the other models say the same, on average over samples), kappa (Cohen's, on average over the other
        models).
    """
    agreement = agreement_with_others(*rated(frame))
    clusters = clusters_of(frame)
    rows = []
    for model in dict.fromkeys(frame["model"]):
        own = frame[frame["model"] == model]
        answered = own[own["status"] == "ok"]
        under_load = answered["under_load"].astype(bool)
        timed = answered[~answered["cached"].astype(bool) & ~under_load]
        units = dependence(frame, timed["sample"])
        cost = pd.to_numeric(answered["cost_usd"])
        rows.append(
            {
                "model": model,
                "calls": len(own),
                "errors": len(own) - len(answered),
                **_columns("error_rate{}", proportion(len(own) - len(answered), len(own))),
                **_columns("duration_p50{}_s", quantile(timed["duration_s"], 0.5, units)),
                **_columns("duration_p95{}_s", quantile(timed["duration_s"], 0.95, units)),
                **_columns("ttft_p50{}_s", quantile(timed["ttft_s"], 0.5, units)),
                "timed": len(timed),
                "under_load": int(under_load.sum()),
                "input_tokens": int(answered["input_tokens"].fillna(0).sum()),
                "output_tokens": int(answered["output_tokens"].fillna(0).sum()),
                "cost_usd": float(cost.sum()) if cost.notna().any() else math.nan,
                "unknown_cost": int(cost.isna().sum()),
                **_accuracy(own, clusters),
                **agreement.loc[model].to_dict(),
            }
        )
    return pd.DataFrame(rows, columns=SUMMARY)


def by_category(frame: pd.DataFrame) -> pd.DataFrame:
    """How good each model of `results` is at each category of samples, models and categories as asked.

    Columns: model, category (missing where samples have none), accuracy with accuracy_low, accuracy_high and
    n, unscored; as in `summary`. Many categories make some look good or bad by chance: the intervals are each
    for itself.
    """
    clusters = clusters_of(frame)
    category = frame.groupby("sample", sort=False)["category"].first()
    known = frame.assign(category=frame["sample"].map(category))
    rows = []
    for model in dict.fromkeys(known["model"]):
        for name, own in known[known["model"] == model].groupby("category", sort=False, dropna=False):
            rows.append({"model": model, "category": name, **_accuracy(own, clusters)})
    return pd.DataFrame(rows, columns=["model", "category", *_bounds("accuracy{}"), "n", "unscored"])


def _accuracy(own: pd.DataFrame, clusters: pd.Series[str]) -> dict[str, Any]:
    """The accuracy of one model's rows, whose unscored answers are counted apart."""
    scores = own.groupby("sample")["value"].mean().astype(float)
    estimate = accuracy(scores, clusters.reindex(scores.index))
    unscored = int((own["value"].isna() & (own["status"] == "ok")).sum())
    return {**_columns("accuracy{}", estimate), "n": estimate.n, "unscored": unscored}


def _columns(name: str, estimate: Estimate) -> dict[str, float]:
    return dict(zip(_bounds(name), (estimate.value, estimate.low, estimate.high), strict=True))


def _bounds(name: str) -> list[str]:
    return [name.format(place) for place in ("", "_low", "_high")]


SUMMARY = [
    *("model", "calls", "errors"),
    *(
        column
        for name in ("error_rate{}", "duration_p50{}_s", "duration_p95{}_s")
        for column in _bounds(name)
    ),
    *_bounds("ttft_p50{}_s"),
    *("timed", "under_load", "input_tokens", "output_tokens", "cost_usd", "unknown_cost"),
    *_bounds("accuracy{}"),
    *("n", "unscored"),
    *_bounds("agreement{}"),
    *_bounds("kappa{}"),
]
