"""An experiment that was stopped early, decided again by what the log has of it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.estimates import Estimate
from workbench.analysis.regression.change import Difference
from workbench.analysis.regression.measured import Measured
from workbench.analysis.sequential.betting import BOLD, interval
from workbench.analysis.sequential.fall import Fall, Then
from workbench.analysis.sequential.not_worse import METHOD, UntilNotWorse, earlier
from workbench.analysis.statistics import Verdict

GIVEN_UP = frozenset({"AuthenticationError", "ModelNotFoundError"})
"""Errors after which a model is asked no further, though its samples count as asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Smoke:
    """What an experiment that may have been stopped early says of a model's quality.

    Attributes:
        difference: As of a whole one; p values and interval hold though it was looked at after each sample.
        verdict: What that decides, at `alpha`.
        alpha: The error of this model.
        margin: `same`: it did not fall by as much.
        needed: How many samples would decide it as often as not, if they were like those seen; `None` where
            it is decided, or cannot be said.
        note: When and why it ended, in words.
    """

    difference: Difference
    verdict: Verdict
    alpha: float
    margin: float
    needed: int | None
    note: str


def smoke(
    old: Measured, new: Measured, *, alpha: float, margin: float, quarantine: Collection[str] = ()
) -> dict[str, Smoke]:
    """The quality of each model that both have, of an experiment that somebody watched to stop it.

    The samples are gone through in the order in which they were asked, as far as all models had ended them,
    and looked at as it was done then. So the log alone gives the decision again, also after kills. It ends
    where the decision fell: what was under way then, or was asked later, does not count.

    One that was watched with another question, such as which of its models is best, is judged by all of the
    samples in this order, at the level and margin given here: evidence may be looked at whenever it ended.

    Args:
        old: The baseline.
        new: The candidate; its `until` is not `None`.
        alpha: For all models together, where it was not watched for a fall.
        margin: Likewise.
        quarantine: Samples to leave out.

    Raises:
        DataError: A score is not in [0, 1].
    """
    until: Mapping[str, Any] = new.until or {}
    then = scored_then(old.rows)
    rows = new.rows[new.rows["sample"].notna()]
    known = earlier(then, new.models)
    models = list(known)
    asked = _Asked(rows, models, new.epochs)
    # What the baseline has no score for tells nothing, whether it was asked or not.
    scored = {sample for samples in known.values() for sample in samples} - set(quarantine)
    order = [sample for sample in until.get("order", asked.samples) if sample in scored]
    watched = until.get("method") == METHOD
    watch = UntilNotWorse(
        alpha=until["alpha"] if watched else alpha,
        margin=until["margin"] if watched else margin,
        min_samples=until["min_samples"] if watched else len(order),
        seed=until["seed"] if watched else 0,
        baseline={"experiment": old.experiment},
        then=then,
        epochs=old.epochs,
    )
    models = [model for model in models if set(order) & set(known[model])]
    if not models:
        return {}
    watch.begin(order, models, new.epochs)
    for sample in order:
        if watch.reason or not asked.ended(sample):
            break
        watch.see(_Named(id=sample), *asked.of(sample))
    watch.conclude()
    budget = until.get("budget", {})
    return {fall.model: _smoke(fall, watch, budget) for fall in watch.falls}


def scored_then(rows: pd.DataFrame) -> dict[str, dict[str, Then]]:
    """What each model of `results` scored on each sample, by label and sample; those without a score lack."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    clusters: dict[str, str] = {}
    columns = (rows[name] for name in ("model", "sample", "value", "cluster"))
    for model, sample, value, cluster in zip(*columns, strict=True):
        if not pd.isna(sample):
            found[str(model)][str(sample)].append(float(value))
        if not pd.isna(cluster):
            clusters[str(sample)] = str(cluster)
    return {
        model: {
            sample: _then(values, clusters.get(sample))
            for sample, values in samples.items()
            if not all(map(math.isnan, values))
        }
        for model, samples in found.items()
    }


def _then(values: list[float], cluster: str | None) -> Then:
    there = [value for value in values if not math.isnan(value)]
    # The mean as `Watch` has it, to the last digit, in whatever order they came.
    return Then(value=fmean(there), missing=1 - len(there) / len(values), cluster=cluster)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Named:
    id: str
    cluster: None = None


class _Asked:
    """What was asked, sample by sample."""

    def __init__(self, rows: pd.DataFrame, models: Collection[str], epochs: int) -> None:
        self.samples = [str(sample) for sample in dict.fromkeys(rows["sample"])]
        self._models, self._epochs = models, epochs
        self._values: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._ended: dict[tuple[str, str], int] = defaultdict(int)
        given_up = rows.loc[rows["error_type"].isin(GIVEN_UP), "model"]
        self._given_up = {str(model) for model in given_up}
        for model, sample, value, status in zip(
            rows["model"], rows["sample"], rows["value"], rows["status"], strict=True
        ):
            key = str(model), str(sample)
            self._ended[key] += status in ("ok", "error")
            if not pd.isna(value):
                self._values[key].append(float(value))

    def ended(self, sample: str) -> bool:
        """Whether all its calls have ended."""
        return all(
            model in self._given_up or self._ended.get((model, sample), 0) >= self._epochs
            for model in self._models
        )

    def of(self, sample: str) -> tuple[dict[str, float | None], dict[str, float]]:
        """Its scores, and the shares of epochs without one, as `Watch` tells them."""
        values = {model: self._values.get((model, sample), []) for model in self._models}
        means = {model: fmean(there) if there else None for model, there in values.items()}
        return means, {model: 1 - len(there) / self._epochs for model, there in values.items()}


def _smoke(fall: Fall, watch: UntilNotWorse, budget: Mapping[str, Any]) -> Smoke:
    new, old = np.array(fall.new), np.array(fall.old)
    scored = ~np.isnan(new)
    moves = new[scored] - old[scored]
    n = len(moves)
    return Smoke(
        difference=Difference(
            baseline=_share(old[scored], fall.alpha),
            candidate=_share(new[scored], fall.alpha),
            change=fall.difference,
            p_worse=fall.p_worse if n else math.nan,
            p_better=fall.p_better if n else math.nan,
            error=float(moves.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan,
            units=float(n),
            n=n,
            dropped=fall.asked - n,
            method=f"e-values, {'and paired at the end, ' if fall.ended else ''}{_after(fall, watch)}",
        ),
        verdict=fall.verdict,
        alpha=fall.alpha,
        margin=fall.margin,
        needed=fall.needed,
        note="; ".join(chain([_after(fall, watch)], _why(fall, watch, budget))),
    )


def _after(fall: Fall, watch: UntilNotWorse) -> str:
    return (
        f"stopped after {fall.asked} of {watch.total} samples" if fall.asked < watch.total else "all samples"
    )


def _why(fall: Fall, watch: UntilNotWorse, budget: Mapping[str, Any]) -> Iterator[str]:
    if fall.verdict == "same":
        yield f"not worse by {100 * fall.margin:g} points"
    elif fall.verdict == "undecided" and watch.reason and fall.asked < watch.total:
        yield "the rest would hardly have decided it"
    elif fall.verdict == "undecided" and fall.asked < watch.total:
        bounds = [f"${budget['usd']}"] if "usd" in budget else []
        bounds += [f"{budget['calls']} calls"] if "calls" in budget else []
        yield f"by its budget of {' and '.join(bounds)}" if bounds else "before it was decided"
    if lost := sum(share > 0 for share in fall.missing):
        yield f"{lost} samples with answers that failed, which count against any decision"


def _share(scores: np.ndarray[Any, Any], alpha: float) -> Estimate:
    """A mean with an interval that holds at every look too."""
    if not len(scores):
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=0, level=1 - alpha)
    low, high = ((1 + bound) / 2 for bound in interval(2 * scores - 1, alpha, "both", BOLD))
    return Estimate(value=fmean(scores), low=low, high=high, n=len(scores), level=1 - alpha)
