"""Votes as comparisons of two models each: what a ranking is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

import pandas as pd

from workbench.analysis.preferences import Models, comparisons_of, unit_of
from workbench.log import Log
from workbench.log.labelling import Judgement
from workbench.log.reference import among

COMPARISONS = ["first", "second", "score", "weight", "sample", "cluster"]
_CLUSTERS = """
SELECT call_id, min(cluster) AS cluster FROM scores
WHERE call_id BETWEEN ? AND ? AND call_id IN (SELECT unnest(?::UUID[])) AND cluster IS NOT NULL
GROUP BY call_id
"""


def comparison_table(
    votes: Iterable[Judgement], models: Models, clusters: Mapping[UUID, str] | None = None
) -> pd.DataFrame:
    """One row for each two models of a vote.

    Votes on the same two models and sample, such as those of several people or of a judge that was asked in
    both orders, share the weight of one.

    Args:
        votes: Votes; labels are passed over.
        models: The model of each call; what is not in it is passed over.
        clusters: What the sample of a call shares with others, where it does.

    Returns:
        `first` and `second` (models, in the order shown), `score` of the first (1 it was chosen, 0 the other,
        0.5 both or none), `weight`, `sample` (number) and `cluster` (number of what depends on each other).
    """
    clusters = clusters or {}
    rows = [
        (models[one], models[other], score, unit_of(vote), clusters.get(one, unit_of(vote)))
        for vote, one, other, score in comparisons_of(votes, models)
    ]
    frame = pd.DataFrame(rows, columns=["first", "second", "score", "sample", "cluster"])
    for name in ("sample", "cluster"):
        frame[name] = pd.factorize(frame[name])[0]
    pairs = [min(pair) + "\n" + max(pair) for pair in zip(frame["first"], frame["second"], strict=True)]
    same = [frame["sample"], pd.Series(pairs, index=frame.index, dtype=object)]
    frame["weight"] = 1.0 / frame.groupby(same)["score"].transform("size")
    return frame[COMPARISONS]


def clusters_of_calls(log: Log, votes: Iterable[Judgement]) -> dict[UUID, str]:
    """The cluster of the sample that each call answered, where its scores tell."""
    found = log.sql(_CLUSTERS, among({call for vote in votes for call in vote.calls}))
    return dict(zip(found["call_id"], found["cluster"], strict=True))
