"""How much scores vary, and why: from sample to sample, and from answer to answer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from workbench.analysis.estimates import present, standard_error
from workbench.analysis.items import clusters_of, item_scores

VARIANCES = ["model", "accuracy", "between", "within", "error", "least_error", "n", "epochs"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """What makes the difference of two models uncertain, as `mde` takes it.

    Attributes:
        between: Variance of the true difference over samples, times what their clusters add to it.
        within: The two variances of a single answer's score, together.
        graded: Whether scores lie between 0 and 1 too, or beyond.
        basis: Where that is known from, in words.
    """

    between: float
    within: float
    graded: bool
    basis: str


def variances(frame: pd.DataFrame) -> pd.DataFrame:
    """What the uncertainty of each model's accuracy in `results` comes from.

    The squared standard error is between / n + within / (n K) for n samples, each asked K times: more epochs
    lower its second part only.

    Columns: model, accuracy, between (variance over samples of the mean that each would have if it were asked
    for ever), within (variance of one answer's score, the mean over samples), error (the standard error as
    it is, without regard to clusters), least_error (what it would be after any number of epochs), n, epochs
    (scored answers to a sample, the mean). Variances are unbiased, and `nan` where no sample has two scored
    answers.
    """
    rows = []
    for model in dict.fromkeys(frame["model"]):
        means = item_scores(frame, model).dropna()
        within, chance, epochs = _within(frame, model)
        total = float(means.var()) if len(means) > 1 else math.nan
        between = max(0.0, total - chance) if not math.isnan(total - chance) else math.nan
        n = len(means)
        errors = [math.sqrt(part / n) if n else math.nan for part in (total, between)]
        rows.append((model, means.mean(), between, within, *errors, n, epochs))
    return pd.DataFrame(rows, columns=VARIANCES)


def spread_of(frame: pd.DataFrame, one: str, other: str) -> Spread:
    """What makes the difference of two models of `results` uncertain.

    Where nothing was asked twice it cannot be told what repeats would help: all is taken to be between.

    Raises:
        ValueError: They have fewer than two scored samples in common, or only one cluster.
    """
    moves = item_scores(frame, one) - item_scores(frame, other)
    clusters = clusters_of(frame).reindex(moves.index)
    numbers, groups = present(moves, clusters)
    error = standard_error(numbers, groups)[1]
    n = len(numbers)
    if n < 2 or (groups is not None and groups.max() == 0):
        raise ValueError(f"{one} and {other} have {n} scored samples in common: two are the least")
    total = 0.0 if math.isnan(error) else n * error**2
    parts = [_within(frame, model) for model in (one, other)]
    values = frame.loc[frame["model"].isin((one, other)), "value"].dropna()
    graded = not bool(values.isin((0, 1)).all())
    if any(math.isnan(within) for within, _, _ in parts):
        return Spread(between=total, within=0.0, graded=graded, basis="asked once, what repeats gain unknown")
    chance = sum(chance for _, chance, _ in parts)
    return Spread(
        between=max(0.0, total - chance),
        within=sum(within for within, _, _ in parts),
        graded=graded,
        basis=f"{min(epochs for _, _, epochs in parts):.3g} answers a sample",
    )


def _within(frame: pd.DataFrame, model: str) -> tuple[float, float, float]:
    """Variance of one answer, the part of it in the variance of sample means, answers a sample."""
    scored = frame[(frame["model"] == model) & frame["value"].notna()].groupby("sample")["value"]
    counts, spread = scored.count(), scored.var()
    within = float(spread.mean())  # pooled over samples that were answered twice or more
    chance = within * float((1 / counts).mean()) if len(counts) else math.nan
    return within, chance, float(counts.mean()) if len(counts) else math.nan
