"""What moves a judge beside the quality of an answer: its place, its length, who wrote it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.estimates import (
    ROUNDING,
    Array,
    Estimate,
    independent,
    mean,
    present,
    t_estimate,
)
from workbench.analysis.statistics import paired_difference

Families = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bias:
    """What a judge makes of something that is no quality of an answer.

    Attributes:
        name: `position`, `length` or `self-preference`.
        estimate: How much, 0 being none, in the judge's unit; `nan` where it cannot be told.
        what: What the figure is, in words.
        over: What its `n` counts.
    """

    name: str
    estimate: Estimate
    what: str
    over: str

    @property
    def found(self) -> bool | None:
        """Whether it is beyond noise; `None` where nothing can be said."""
        if math.isnan(self.estimate.low) or math.isnan(self.estimate.high):
            return None
        return not self.estimate.low <= 0 <= self.estimate.high

    def sentence(self) -> str:
        """The figure with its interval, what it rests on, and whether it is beyond noise."""
        found = self.estimate
        if self.found is None:
            return f"{self.name}: not known, {found.n:,} {self.over} are too few or too alike."
        sure = "beyond noise" if self.found else "not beyond noise"
        figure = f"{found.value:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"
        return f"{self.name}: {figure} {self.what}, on {found.n:,} {self.over}; {sure}."


def position_bias(pairs: pd.DataFrame) -> Bias:
    """Share of comparisons that the answer shown first wins less those that the second wins, in [-1, 1].

    It needs no labels: of pairs judged in both orders, a fair judge has 0, whichever answer is better.
    """
    both = pairs.dropna(subset=["first", "second"])
    found = paired_difference(both["second"], both["first"], both["cluster"]).difference
    return Bias(
        name="position",
        estimate=found,
        what="wins of the answer shown first less those of the second",
        over="pairs in both orders",
    )


def length_bias_of_pairs(pairs: pd.DataFrame) -> Bias:
    """How much more the judge prefers an answer than people do, for each time that it is twice as long."""
    known = pairs.dropna(subset=["human"])
    # Which of two is the first is arbitrary, and turns both signs: the line goes through 0.
    found = slope(known["judge"] - known["human"], known[["longer"]].to_numpy(), known["cluster"])
    return Bias(
        name="length",
        estimate=found,
        what="of a win by the judge and not by people, for an answer twice as long",
        over="pairs that people compared",
    )


def length_bias(answers: pd.DataFrame) -> Bias:
    """How much higher the judge scores an answer than people do, for each time that it is twice as long."""
    known = answers.dropna(subset=["human", "judge"])
    logs = np.log2(np.maximum(known["length"].to_numpy(dtype=float), 1))
    found = slope(
        known["judge"] - known["human"], np.column_stack([logs, np.ones_like(logs)]), known["cluster"]
    )
    return Bias(
        name="length",
        estimate=found,
        what="more by the judge than by people, for an answer twice as long",
        over="answers that people labelled",
    )


def self_preference_of_pairs(pairs: pd.DataFrame, own: Collection[str]) -> Bias:
    """How much more often the judge than people prefers answers of its own family to those of others."""
    known = pairs.dropna(subset=["human"])
    side = known["one"].isin(own).astype(int) - known["other"].isin(own).astype(int)
    met = known[side != 0]
    return Bias(
        name="self-preference",
        estimate=mean((met["judge"] - met["human"]) * side[side != 0], met["cluster"]),
        what="of a win by the judge and not by people, for its own family",
        over="pairs of its family and others",
    )


def self_preference(answers: pd.DataFrame, own: Collection[str]) -> Bias:
    """How much higher than people the judge scores answers of its own family, beyond what it does others'."""
    known = answers.dropna(subset=["human", "judge"])
    mine = known["model"].isin(own).to_numpy(dtype=float)
    found = slope(
        known["judge"] - known["human"], np.column_stack([mine, np.ones_like(mine)]), known["cluster"]
    )
    return Bias(
        name="self-preference",
        estimate=found,
        what="more by the judge than by people for its own family, beyond what others get",
        over="answers that people labelled",
    )


def own_family(judges: Iterable[str], models: Iterable[str], families: Families | None = None) -> list[str]:
    """The models that are of one family with a judge: as given, else by the first letters of their names."""
    given = families or {}
    theirs = {given.get(judge, family_of(judge)) for judge in judges}
    return [model for model in models if given.get(model, family_of(model)) in theirs]


def family_of(model: str) -> str:
    """The letters that a model's name begins with: `gpt` of "openai/gpt-4o", `llama` of "ollama/llama3.2"."""
    name = model.partition(" [")[0].rpartition("/")[2]
    letters = re.match(r"[^\W\d_]+", name)
    return letters.group().casefold() if letters else name


def slope(outcome: Iterable[float], design: Array, clusters: Iterable[object]) -> Estimate:
    """The coefficient of a design's first column, with a t interval.

    Its error allows for spread that is not the same everywhere (HC2) and for clusters; degrees of freedom are
    those of that error, so that two answers of a family beside fifty others count as few.

    Returns:
        `nan` where there are no more independent clusters than columns plus one, or the column does not vary.
        The bounds are `nan` too where one answer alone decides it, and where no spread was seen.

    Source:
        R. M. Bell and D. F. McCaffrey (2002), Survey Methodology 28:169; G. W. Imbens and M. Kolesár (2016),
        doi:10.1162/REST_a_00552.
    """
    numbers, groups = present(outcome, clusters)
    n, columns = design.shape
    units = independent(n, groups)
    if n == 0 or units < columns + 2 or np.linalg.matrix_rank(design) < columns:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=n)
    inverse, basis = np.linalg.pinv(design), np.linalg.qr(design)[0]
    found = inverse @ numbers
    leverage, residuals = (basis**2).sum(axis=1), numbers - design @ found
    if leverage.max() > 1 - ROUNDING:
        return Estimate(value=float(found[0]), low=math.nan, high=math.nan, n=n)
    pulls = inverse[0] / np.sqrt(1 - leverage)
    moves, own = pulls * residuals, np.arange(n) if groups is None else groups
    together = float((np.bincount(own, weights=moves) ** 2).sum())
    if groups is not None:  # that clusters differ less than chance would have them is chance
        together = max(float((moves**2).sum()), together * units / (units - 1))
    error = math.sqrt(together)
    rounding = ROUNDING * float(np.abs(pulls).max() * np.abs(numbers).max())
    return t_estimate(
        float(found[0]), error if error > rounding else math.nan, _freedom(pulls, basis, own), n
    )


def _freedom(pulls: Array, basis: Array, groups: Array) -> float:
    """Degrees of freedom of the error of a coefficient: of the chi² whose mean and variance it has.

    Args:
        pulls: How far each residual moves the coefficient, shape (n,).
        basis: Orthonormal columns that span the design, shape (n, n_columns).
        groups: The number of each cluster, from 0.
    """
    squares = np.bincount(groups, weights=pulls**2)
    shared = np.stack([np.bincount(groups, weights=pulls * column) for column in basis.T])
    trace = float(squares.sum() - (shared**2).sum())
    crossed = 2 * float(squares @ (shared**2).sum(axis=0)) - float(((shared @ shared.T) ** 2).sum())
    return trace**2 / (float((squares**2).sum()) - crossed)
