"""Ways to join the answers of several models, beside each other and the models themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbench.analysis.ensembles.ballots import Array, Ballots, ballots
from workbench.analysis.ensembles.cascades import (
    Outcome,
    cheapest_first,
    side_by_side,
    until_one_is_steady,
    until_two_agree,
)
from workbench.analysis.ensembles.learning import accuracies, folds, weights
from workbench.analysis.ensembles.voting import mean_known, vote
from workbench.analysis.estimates import accuracy
from workbench.analysis.statistics import holm, paired_difference

Kind = Literal["model", "best model", "ensemble", "upper bound"]
ENSEMBLES = [
    *("ensemble", "kind", "accuracy", "accuracy_low", "accuracy_high", "n"),
    *("difference", "difference_low", "difference_high", "p"),
    *("cost_usd", "calls", "duration_p50_s", "duration_p95_s", "front"),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A way to answer, and what it gave."""

    name: str
    kind: Kind
    outcome: Outcome


def ensembles(frame: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """What the models of `results` would have scored and cost together, without asking again.

    Votes are taken in each epoch, and epochs averaged: the majority's answer, and a vote weighted by how good
    each model was on other samples, never on those voted on (five parts, clusters kept whole). Of three
    models or more, a cascade: the cheapest first, until two agree. Of several epochs, a cascade until a model
    gives one answer in all of them, and from three on each model's majority over its own. Ties count as drawn
    by lot. Who failed does not vote; a sample without any score is left out, as everywhere.

    "any model right" is what somebody would score who always knew whom to believe: an upper bound, not an
    ensemble. The best model in hindsight is partly the lucky one, so that ensembles are compared with the one
    that was best on other samples ("best model"), or the only one.

    Args:
        frame: As `results` gives it.
        seed: Of the parts.

    Returns:
        The best first, of equal ones the cheapest: ensemble (its name), kind (`model`, `best model`,
        `ensemble`, `upper bound`), accuracy with accuracy_low, accuracy_high (95 %, clustered where samples
        are) and n (samples); difference to the best model with difference_low, difference_high and p (paired,
        two-sided, by Holm for all ensembles; `nan` for other kinds); per sample: cost_usd (mean; `nan` where
        a cost is not known), calls (mean); duration_p50_s and duration_p95_s (of models asked side by side
        the slowest, of a cascade the sum; samples with an answer from the log, or one measured under load,
        left out, `nan` where that is all); front (whether nothing is both cheaper and better, upper bounds
        left aside).
    """
    known = ballots(frame)
    ways = list(_ways(known, folds(known.samples, known.clusters, seed))) if known.models else []
    alone: Kind = "best model" if len(known.models) > 1 else "model"
    best = next((_scores(way) for way in ways if way.kind == alone), None)
    table = pd.DataFrame([_row(way, best, known.clusters) for way in ways], columns=ENSEMBLES)
    table["p"] = holm(table["p"])
    table["front"] = _front(table)
    return table.sort_values(
        ["accuracy", "cost_usd"], ascending=[False, True], ignore_index=True, kind="stable"
    )


def _ways(known: Ballots, parts: Array) -> Iterator[Way]:
    for place, model in enumerate(known.models):
        yield Way(name=model, kind="model", outcome=_one(known, place))
    if len(known.models) > 1:
        learned = accuracies(mean_known(known.values, axis=2), parts)
        yield Way(
            name="best model, chosen on other samples", kind="best model", outcome=_best(known, learned)
        )
        several = {
            "majority vote": vote(known.codes, known.values).value,
            "weighted vote": vote(known.codes, known.values, weights(learned)[:, :, None]).value,
        }
        for name, values in several.items():
            yield Way(name=name, kind="ensemble", outcome=side_by_side(values, known))
        ordered = known.only(cheapest_first(known))
        if len(known.models) > 2:
            yield Way(name="cascade until two agree", kind="ensemble", outcome=until_two_agree(ordered))
        if known.epochs > 1:
            way = until_one_is_steady(ordered)
            yield Way(name="cascade until one is steady", kind="ensemble", outcome=way)
        highest = np.fmax.reduce(known.values, axis=0)
        yield Way(name="any model right", kind="upper bound", outcome=side_by_side(highest, known))
    if known.epochs > 2:
        for place, model in enumerate(known.models):
            yield Way(name=f"{model}, vote of its epochs", kind="ensemble", outcome=_itself(known, place))


def _one(known: Ballots, place: int) -> Outcome:
    return side_by_side(known.values[place], known.only(np.array([place])))


def _best(known: Ballots, learned: Array) -> Outcome:
    chosen = learned.argmax(axis=0)[None, :, None]
    values, costs, seconds = (
        np.take_along_axis(of_all, chosen, axis=0)[0] for of_all in (known.values, known.costs, known.seconds)
    )
    return Outcome(values=values, costs=costs, calls=np.ones(values.shape), seconds=seconds)


def _itself(known: Ballots, place: int) -> Outcome:
    """A model's majority over its epochs, asked side by side."""
    codes, values = known.codes[place].T, known.values[place].T
    return Outcome(
        values=vote(codes, values).value[:, None],
        costs=known.costs[place].sum(axis=1, keepdims=True),
        calls=np.full((len(known.samples), 1), float(known.epochs)),
        seconds=known.seconds[place].max(axis=1, keepdims=True),
    )


def _scores(way: Way) -> Array:
    return mean_known(way.outcome.values, axis=1)


def _row(way: Way, best: Array | None, clusters: pd.Series[str]) -> dict[str, Any]:
    scores, outcome = _scores(way), way.outcome
    found = accuracy(scores, clusters)
    seconds = outcome.seconds[outcome.seconds > 0]
    row: dict[str, Any] = {
        "ensemble": way.name,
        "kind": way.kind,
        "accuracy": found.value,
        "accuracy_low": found.low,
        "accuracy_high": found.high,
        "n": found.n,
        "p": math.nan,
        "cost_usd": outcome.costs.mean(),
        "calls": outcome.calls.mean(),
        "duration_p50_s": np.quantile(seconds, 0.5) if seconds.size else math.nan,
        "duration_p95_s": np.quantile(seconds, 0.95) if seconds.size else math.nan,
    }
    if way.kind == "ensemble" and best is not None:
        test = paired_difference(best, scores, clusters)
        row["difference"], row["p"] = test.difference.value, test.p
        row["difference_low"], row["difference_high"] = test.difference.low, test.difference.high
    return row


def _front(table: pd.DataFrame) -> list[bool]:
    """Whether nothing that can be had is better and no dearer, or cheaper and no worse."""
    real = table["kind"].isin(["model", "ensemble"]) & table["cost_usd"].notna() & table["accuracy"].notna()
    good, cost = table["accuracy"], table["cost_usd"]
    return [
        bool(
            real[place]
            and not (
                real
                & (good >= good[place])
                & (cost <= cost[place])
                & ((good > good[place]) | (cost < cost[place]))
            ).any()
        )
        for place in table.index
    ]
