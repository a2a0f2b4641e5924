"""Verdicts of a judge beside labels of people: how far they are the same."""

from __future__ import annotations

import math

import pandas as pd

from workbench.analysis.agreement import (
    Level,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
    share_of_equal_pairs,
    weighted_kappa,
)
from workbench.analysis.estimates import Estimate, accuracy

AGREEMENT = ["measure", "judge", "low", "high", "n", "people", "people_low", "people_high", "people_n"]
CALIBRATION = ["judge", "people", "low", "high", "n"]
_BINS = 5


def agreement_with_people(frame: pd.DataFrame, *, graded: bool) -> pd.DataFrame:
    """Of the judge with each person, and of people with each other: the `agreement` of a `JudgeTrial`.

    Args:
        frame: One row for each verdict: `judge`, `each` (what people said, by name) and `cluster`.
        graded: Whether they are numbers of which some are nearer to each other than others.
    """
    people = sorted({name for each in frame["each"] for name in each})
    if not people:
        return pd.DataFrame(columns=AGREEMENT)
    by_person = _by_person(frame)
    judge, person, clusters = (list(by_person[name]) for name in ("judge", "person", "cluster"))
    ratings = [[each.get(name) for name in people] for each in frame["each"]]
    both, together = list(zip(judge, person, strict=True)), list(frame["cluster"])
    level: Level = "ordinal" if graded else "nominal"
    rows = [
        ("share of equal verdicts", percent_agreement(judge, person, clusters),
         share_of_equal_pairs(ratings, together)),
        ("Cohen's kappa", cohen_kappa(judge, person, clusters), None),
        ("Gwet's AC1", gwet_ac1(both, clusters), gwet_ac1(ratings, together)),
        ("Krippendorff's alpha", krippendorff_alpha(both, level, clusters),
         krippendorff_alpha(ratings, level, together)),
    ]  # fmt: skip
    if graded:
        weighted = weighted_kappa(judge, person, clusters=clusters)
        rows.insert(2, ("weighted kappa, quadratic", weighted, None))
    nothing = Estimate(value=math.nan, low=math.nan, high=math.nan, n=0)
    return pd.DataFrame(
        [
            (name, own.value, own.low, own.high, own.n, theirs.value, theirs.low, theirs.high, theirs.n)
            for name, own, them in rows
            for theirs in [nothing if them is None else them]
        ],
        columns=AGREEMENT,
    )


def rates(frame: pd.DataFrame) -> dict[str, Estimate]:
    """How often a judge that says 0 or 1 agrees with labels that are 1, and with those that are 0."""
    known = _by_person(frame).dropna(subset=["judge", "person"])
    right = (known["judge"] == known["person"]).astype(float)
    return {
        name: accuracy(right[known["person"] == said], known["cluster"][known["person"] == said])
        for name, said in (("sensitivity", 1), ("specificity", 0))
    }


def calibration(frame: pd.DataFrame) -> pd.DataFrame:
    """People's mean by what the judge said, in five bins where it said many things."""
    known = frame.dropna(subset=["judge", "human"])
    several = known["judge"].nunique() > _BINS + 1
    bins = pd.qcut(known["judge"], _BINS, duplicates="drop") if several else known["judge"]
    rows = []
    for _, own in known.groupby(bins, observed=True):
        found = accuracy(own["human"], own["cluster"])
        rows.append((own["judge"].mean(), found.value, found.low, found.high, found.n))
    return pd.DataFrame(rows, columns=CALIBRATION)


def _by_person(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each label: what the judge said, what the person said."""
    rows = [
        (row["judge"], said, row["cluster"])
        for row in frame.to_dict("records")
        for said in row["each"].values()
    ]
    return pd.DataFrame(rows, columns=["judge", "person", "cluster"])
