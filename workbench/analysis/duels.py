"""Pairs of answers that a judge saw in both orders: who won, and what the order had to do with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from uuid import UUID

import pandas as pd

from workbench.analysis.estimates import accuracy
from workbench.analysis.preferences import Models
from workbench.log.labelling import Judgement

DUELS = [
    *("model", "other", "preferred", "low", "high", "n", "won", "tied", "lost"),
    *("disagreed", "disagreed_low", "disagreed_high", "first", "first_low", "first_high"),
]
Pair = tuple[str, str]


def duel_table(
    votes: Iterable[Judgement],
    models: Models,
    pairs: Sequence[Pair],
    clusters: Mapping[str, str | None] | None = None,
) -> pd.DataFrame:
    """How two models did against each other, where a judge was asked in both orders.

    A pair of answers is won where both orders say so; where they disagree, it is tied. Pairs that were judged
    in one order alone are left out.

    Args:
        votes: Votes on two answers each, the latest of each order.
        models: The model of each call; what is not in it is passed over.
        pairs: Which models, the one that is spoken of first.
        clusters: What a sample shares with others; samples that are not in it stand alone.

    Returns:
        One row a pair of models: `model` and `other`; `preferred` (share won, ties counted half, in [0, 1])
        with its 95 % interval `low`, `high` (as `accuracy` has it) over `n` pairs of answers; how many were
        `won`, `tied` and `lost`; `disagreed` (share whose two orders disagree) and `first` (share of verdicts
        for the answer shown first, ties counted half: 0.5 is fair), each with `_low` and `_high`. `nan` where
        nothing was judged.
    """
    by_pair: dict[frozenset[str], list[dict[UUID, Judgement]]] = defaultdict(list)
    for orders in _both_orders(votes):
        names = [models.get(call) for call in orders]
        if None not in names:
            by_pair[frozenset(name for name in names if name)].append(orders)
    return pd.DataFrame(
        [_row(pair, by_pair[frozenset(pair)], models, clusters or {}) for pair in pairs], columns=DUELS
    )


def _both_orders(votes: Iterable[Judgement]) -> list[dict[UUID, Judgement]]:
    """The verdicts on two answers by the call that was shown first."""
    found: dict[frozenset[UUID], dict[UUID, Judgement]] = defaultdict(dict)
    for vote in votes:
        if vote.chosen is not None and len(set(vote.calls)) == len(vote.calls) == 2:
            found[frozenset(vote.calls)][vote.calls[0]] = vote
    return [orders for orders in found.values() if len(orders) == 2]


def _row(
    pair: Pair,
    duels: Sequence[dict[UUID, Judgement]],
    models: Models,
    clusters: Mapping[str, str | None],
) -> dict[str, object]:
    outcomes, disagreed, first = [], [], []
    for orders in duels:
        verdicts = {_score(vote, pair[0], models) for vote in orders.values()}
        agreed = len(verdicts) == 1
        outcomes.append(min(verdicts) if agreed else 0.5)
        disagreed.append(float(not agreed))
        first.append(fmean(_score(vote, models[vote.calls[0]], models) for vote in orders.values()))
    samples = [next(iter(orders.values())).sample for orders in duels]
    groups = [None if sample is None else clusters.get(sample) for sample in samples]
    row: dict[str, object] = {"model": pair[0], "other": pair[1]}
    for name, values in (("preferred", outcomes), ("disagreed", disagreed), ("first", first)):
        share = accuracy(values, groups)
        low, high = ("low", "high") if name == "preferred" else (f"{name}_low", f"{name}_high")
        row |= {name: share.value, low: share.low, high: share.high, "n": share.n}
    return row | {"won": outcomes.count(1), "tied": outcomes.count(0.5), "lost": outcomes.count(0)}


def _score(vote: Judgement, model: str, models: Models) -> float:
    """What a vote is worth for a model: 1 it was chosen alone, 0 the other was, 0.5 both or none."""
    own, other = sorted(vote.calls, key=lambda call: models[call] != model)
    chosen = vote.chosen or ()
    return (1 + (own in chosen) - (other in chosen)) / 2
