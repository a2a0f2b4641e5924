"""What came of comparing answers in pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

import pandas as pd

from workbench.analysis.duels import duel_table
from workbench.analysis.estimates import Estimate
from workbench.analysis.in_html import in_html
from workbench.log.labelling import Judgement
from workbench.pairwise.duels import Duel, Pair

VERDICTS = ["sample", "first", "second", "better", "explanation"]
_TABLE = ["model", "other", "preferred", "n", "won", "tied", "lost", "orders disagree", "first shown wins"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """What it took: calls that were sent, US dollars that are known, calls of unknown cost."""

    calls: int
    usd: Decimal | None
    unknown: int

    def __str__(self) -> str:
        usd = "" if self.usd is None else f", ${self.usd:.4f}"
        unknown = f", {self.unknown} of unknown cost" if self.unknown else ""
        return f"{self.calls} calls{usd}{unknown}"


@dataclass(frozen=True, kw_only=True)
class PairsJudged:
    """What a judge said of pairs of answers.

    Attributes:
        experiment: Whose answers they are.
        judge: Under which the log has the votes.
        pairs: The models that were compared.
        asked: What was to be asked, each pair of answers in both orders.
        votes: What the judge said, by the calls in the order in which they were shown.
        clusters: What samples share with others.
        problems: Why there is no verdict, for each that is missing since it was asked.
        stopped: Why not everything was asked, in words; empty where it was.
        spent: What these comparisons have taken so far, earlier tries included.
    """

    experiment: str
    judge: str
    pairs: tuple[Pair, ...]
    asked: tuple[Duel, ...]
    votes: Mapping[tuple[UUID, ...], Judgement]
    clusters: Mapping[str, str | None]
    problems: tuple[str, ...]
    stopped: str
    spent: Spent

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a pair of models, as `workbench.analysis.duels.duel_table` describes it."""
        models = {side.call: side.model for duel in self.asked for side in (duel.first, duel.second)}
        return duel_table(self.votes.values(), models, self.pairs, self.clusters)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """One row for each order that was judged.

        Columns: `sample`, the models shown `first` and `second`, the one that is `better` (`None`: a tie),
        and the judge's `explanation`.
        """
        rows = [_verdict(duel, self.votes[duel.calls]) for duel in self.asked if duel.calls in self.votes]
        return pd.DataFrame(rows, columns=VERDICTS, dtype=object)

    def __repr__(self) -> str:
        return "\n".join([self._head(), *(_sentence(row) for row in self._rows()), *self._missing()])

    def _repr_html_(self) -> str:
        rows = [
            (
                *(row["model"], row["other"], _share(row, "preferred", "").percent(), row["n"]),
                *(row["won"], row["tied"], row["lost"]),
                *(_share(row, name).percent() for name in ("disagreed", "first")),
            )
            for row in self._rows()
        ]
        table = pd.DataFrame(rows, columns=_TABLE)
        return in_html("\n".join([self._head(), *self._missing()]), table)

    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.frame.to_dict("records")  # type: ignore[assignment]
        return rows

    def _head(self) -> str:
        return f"{self.judge} on pairs of experiment {self.experiment}, both orders: {self.spent}"

    def _missing(self) -> list[str]:
        lines = []
        if missing := len(self.asked) - len(self.votes):
            why = f", such as: {self.problems[0]}" if self.problems else ""
            lines.append(f"{missing} of {len(self.asked)} verdicts are missing{why}")
        return [*lines, f"Stopped: {self.stopped}"] if self.stopped else lines


def _verdict(duel: Duel, vote: Judgement) -> tuple[str, str, str, str | None, str]:
    chosen = vote.chosen or ()
    better = next((s.model for s in (duel.first, duel.second) if chosen == (s.call,)), None)
    return duel.sample, duel.first.model, duel.second.model, better, vote.note or ""


def _share(row: Mapping[str, Any], name: str, prefix: str | None = None) -> Estimate:
    prefix = f"{name}_" if prefix is None else prefix
    return Estimate(value=row[name], low=row[f"{prefix}low"], high=row[f"{prefix}high"], n=row["n"])


def _sentence(row: Mapping[str, Any]) -> str:
    first = _share(row, "first")
    side = "the first" if first.low > 0.5 else "the second" if first.high < 0.5 else ""
    bias = f": the judge leans to {side}" if side else ""
    return (
        f"{row['model']} against {row['other']}: preferred {_share(row, 'preferred', '').percent()} "
        f"(won {row['won']}, tied {row['tied']}, lost {row['lost']}); the two orders disagree in "
        f"{_share(row, 'disagreed').percent()}; the answer shown first gets {first.percent()}{bias}"
    )
