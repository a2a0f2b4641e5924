"""Samples of no fixed side: how often answers to them disagree, and how much of the noise they make."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from workbench.analysis.sides import boundary

COLUMNS = ["model", "sample", "scores", "n", "right", "disagree", "variance", "noise", "together"]
MOST = 0.2
"""A quarantine of more than this share of the samples is none: then the noise is everywhere."""
NOISE = 0.9


def flaky(frame: pd.DataFrame, *, threshold: float | None = None) -> pd.DataFrame:
    """How steady each model is on each sample, by its repeats in one run; the noisiest first.

    Nothing is left out of a verdict by this. Whoever leaves out samples because of their outcomes in the runs
    that are compared, biases what is found: those that happened to be steady stay. Name them beforehand, by
    earlier runs, as `quarantine` proposes.

    Args:
        frame: Of `results`.
        threshold: From which score on an answer is right; by default as `boundary` finds it.

    Columns:
        model, sample; scores (one an epoch, `nan` where there is none), n (scores that are there), right
        (share of them that are right), disagree (the share of pairs of answers of which one is right and one
        wrong: how often two runs that ask once would disagree, without bias; `nan` for fewer than two),
        variance (of a single answer's score, without bias; likewise), noise (its share of the variance of
        this model's answers, in [0, 1]; `nan` where it has none), together (noise of this and all rows above
        it of the model).
    """
    limit = boundary(frame) if threshold is None else threshold
    asked = frame.dropna(subset=["sample"]).sort_values("epoch", kind="stable")
    order = {str(model): place for place, model in enumerate(dict.fromkeys(frame["model"]))}
    rows = [
        _row(str(model), str(sample), own.astype(float).tolist(), limit)
        for (model, sample), own in asked.groupby(["model", "sample"], sort=False)["value"]
    ]
    table = pd.DataFrame(rows, columns=COLUMNS[:7])
    total = table.groupby("model")["variance"].transform("sum")
    table["noise"] = (table["variance"] / total.where(total > 0)).astype(float)
    table["place"] = table["model"].map(order)
    table = table.sort_values(["place", "noise"], ascending=[True, False], kind="stable")
    table["together"] = table.groupby("model", sort=False)["noise"].cumsum()
    return table[COLUMNS].reset_index(drop=True)


def quarantine(found: pd.DataFrame) -> list[str]:
    """Samples to put in quarantine before the next run: the fewest that make 90 % of the noise.

    Args:
        found: Of `flaky`.

    Returns:
        The noisiest first. None where it takes more than a fifth of the samples: noise that is everywhere is
        that of the model, and asking more often is what helps.
    """
    noise = found.groupby("sample", sort=False)["variance"].sum(min_count=1).dropna()
    noise = noise.sort_values(ascending=False, kind="stable")
    few = _fewest(noise.tolist())
    return [str(sample) for sample in noise.index[:few]] if few <= MOST * len(noise) else []


def noise_in_words(found: pd.DataFrame) -> str:
    """How few samples make most of the noise from run to run, a line a model; and what is to be done.

    Args:
        found: Of `flaky`.
    """
    lines = []
    for model, own in found.groupby("model", sort=False):
        known = own.dropna(subset=["variance"])
        unsteady = known[known["variance"] > 0]
        if not len(known):
            lines.append(f"{model}: no sample has two scores, so that nothing is known of its noise")
        elif not len(unsteady):
            lines.append(f"{model}: all repeats of {len(known)} samples agree")
        else:
            few = _fewest(unsteady["variance"].tolist())
            made, apart = unsteady["noise"].iloc[:few].sum(), known["disagree"].mean()
            lines.append(
                f"{model}: {few} of {len(known)} samples make {_share(made)} of the noise; two runs that ask "
                f"once would disagree on {_share(apart)} of samples"
            )
    named = quarantine(found)
    if named:
        lines.append(f"Proposed for quarantine, to be named before the next run: {', '.join(named)}")
    elif (found["variance"] > 0).any():
        lines.append("The noise is not that of a few samples: ask each more often, rather than leave any out")
    return "\n".join(lines)


def _row(model: str, sample: str, scores: list[float], limit: float) -> list[object]:
    there = np.array([score for score in scores if not math.isnan(score)])
    n, right = len(there), int((there >= limit).sum())
    pairs = n * (n - 1) / 2
    return [
        *(model, sample, scores, n, right / n if n else math.nan),
        right * (n - right) / pairs if pairs else math.nan,
        # Of equal scores the mean may be off by rounding, and the variance more than 0.
        float(there.var(ddof=1) if np.ptp(there) else 0.0) if pairs else math.nan,
    ]


def _fewest(variances: list[float]) -> int:
    """How many of them, the largest first, make 90 % of their sum; 0 where it is 0."""
    total = sum(variances)
    if not total > 0:
        return 0
    reached = np.cumsum(variances) / total
    return int(np.searchsorted(reached, NOISE - 1e-9)) + 1


def _share(share: float) -> str:
    return f"{100 * share:.0f} %"
