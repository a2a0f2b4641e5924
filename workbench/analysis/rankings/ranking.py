"""Models in the order in which votes put them, and how sure that order is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from workbench.analysis.comparing.groups import in_words, indistinguishable
from workbench.analysis.estimates import Array, Estimate
from workbench.analysis.in_html import in_html
from workbench.analysis.preferences import models_of
from workbench.analysis.rankings.bradley_terry import Strengths, bradley_terry
from workbench.analysis.rankings.leads import errors_reached, pairs_of
from workbench.analysis.rankings.votes import clusters_of_calls, comparison_table
from workbench.analysis.results import find_experiment
from workbench.errors import ConfigError
from workbench.log import Log
from workbench.log.labelling import judgements_in

By = Literal["people", "judges", "all"]
_JUDGES = {"people": False, "judges": True, "all": None}
_VOTERS = {"people": "people", "judges": "judges", "all": "people and judges"}
_DRAWS = 20_000
ALPHA = 0.05
RANKING = [
    *("model", "strength", "low", "high", "n", "comparisons", "won", "equal", "lost"),
    *("p_best", "rank", "rank_low", "rank_high"),
]


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Models by strength, the strongest first.

    Attributes:
        frame: One row a model: `strength` (log odds of winning against an average one of these models, ties
            apart, 0 being average) with its 95 % interval `low`, `high` (`nan` where votes give no bound),
            `n` (samples), `comparisons`, and of those `won`, `equal`, `lost`; `p_best` (how likely it is the
            strongest, in [0, 1]), `rank`, and which ranks are possible, from `rank_low` to `rank_high`.
        wins: Probability that the row's model wins against the column's, ties counted half.
        pairs: One row for each two models: `model` (the stronger), `other`, `difference` of strength with
            `low` and `high` (`nan` where votes give no bound), and `p` (two-sided, adjusted by Holm for the
            number of pairs; `nan` where they were never compared, nor through others).
        place: Share of comparisons between equals that the answer shown first wins, ties counted half: 0.5
            is fair. `nan` where no two models were shown in both orders.
        by: Whose votes these are: `people`, `judges` or `all` (of both).
        alpha: How often any two models may be told apart that are equal.
        notes: What else there is to know, in sentences.
    """

    frame: pd.DataFrame
    wins: pd.DataFrame
    pairs: pd.DataFrame
    place: Estimate
    by: By = "people"
    alpha: float = ALPHA
    notes: tuple[str, ...] = ()

    @property
    def better(self) -> set[tuple[str, str]]:
        """Pairs of which the first is better than the second, beyond chance."""
        told = self.pairs[self.pairs["p"] < self.alpha]
        return set(zip(told["model"], told["other"], strict=True))

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The largest groups of models of which no two can be told apart; a model may be in several."""
        return indistinguishable(list(self.frame["model"]), self.better)

    def words(self) -> str:
        """What the votes say, in sentences."""
        if len(self.frame) < 2:
            return "Nothing to rank: there is no vote on answers of two models."
        votes = int(self.frame["comparisons"].sum() / 2)
        samples = "1 sample" if self.place.n == 1 else f"{self.place.n:,} samples"
        said = in_words(list(self.frame["model"]), self.better, samples)
        times = "1 comparison" if votes == 1 else f"{votes:,} comparisons"
        rests = f"It rests on {times} by {_VOTERS[self.by]}; pairs are tested by Holm."
        return " ".join([said, rests, *self._place(), *self.notes])

    def _place(self) -> list[str]:
        if math.isnan(self.place.low):
            return []
        fair = self.place.low <= 0.5 <= self.place.high
        sure = "no effect of the place beyond noise" if fair else "the place has an effect"
        return [f"Of equals the answer shown first wins {self.place.percent()}: {sure}."]

    def __str__(self) -> str:
        return f"{self.words()}\n{self._table().to_string(index=False)}" if len(self.frame) else self.words()

    def _repr_html_(self) -> str:
        return in_html(self.words(), self._table())

    def _table(self) -> pd.DataFrame:
        def bounds(row: pd.Series[float]) -> str:
            low, high = ("…" if math.isnan(row[side]) else f"{row[side]:+.2f}" for side in ("low", "high"))
            return f"{row['strength']:+.2f} [{low}, {high}]"

        frame = self.frame
        ranks = [f"{low} to {high}" if low < high else f"{low}" for low, high in
                 zip(frame["rank_low"], frame["rank_high"], strict=True)]  # fmt: skip
        return pd.DataFrame(
            {
                "model": frame["model"],
                "strength [95 %]": [bounds(row) for _, row in frame.iterrows()],
                "samples": frame["n"],
                "won, equal, lost": [
                    f"{won}, {equal}, {lost}"
                    for won, equal, lost in frame[["won", "equal", "lost"]].to_numpy()
                ],
                "probably best": ["–" if math.isnan(p) else f"{100 * p:.0f} %" for p in frame["p_best"]],
                "rank": ranks,
            }
        )


def ranking(
    log: Log, experiment: str | None = None, *, question: str | None = None, by: By = "people", seed: int = 0
) -> Ranking:
    """Rank models by the votes in the log, with Bradley and Terry's model.

    Args:
        log: Where the votes are.
        experiment: Whose answers were voted on: an id, the beginning of one, or `last`; `None` is any.
        question: What was asked; `None` is anything.
        by: Whose votes count: of people, of models that judge, or of both.
        seed: Of the draws behind `p_best`.

    Raises:
        ConfigError: There is no such experiment, or `by` is none of the three.
    """
    if by not in _JUDGES:
        raise ConfigError(f"votes by {by!r}: write one of {', '.join(map(repr, _JUDGES))}")
    found = None if experiment is None else find_experiment(log, experiment)
    rows = log.labels(kind="vote", experiment=found, judges=_JUDGES[by])
    if question is not None:
        rows = rows[rows["question"] == question]
    votes = judgements_in(rows)[::-1]
    asked = sorted({vote.question for vote in votes})
    notes = (f"{len(asked)} questions are taken together.",) if len(asked) > 1 else ()
    table = comparison_table(votes, models_of(log, votes), clusters_of_calls(log, votes))
    return ranked(table, by=by, notes=notes, seed=seed)


def ranked(votes: pd.DataFrame, *, by: By = "people", notes: tuple[str, ...] = (), seed: int = 0) -> Ranking:
    """Rank the models of a table of comparisons.

    Args:
        votes: As `comparison_table` gives it.
        by: Whose votes these are, for the words.
        notes: What is to be said besides.
        seed: Of the draws behind `p_best`.
    """
    models = sorted({*votes["first"], *votes["second"]})
    if not models:
        nothing = Estimate(value=math.nan, low=math.nan, high=math.nan, n=0)
        empty, square = pd.DataFrame(columns=RANKING), pd.DataFrame()
        return Ranking(frame=empty, wins=square, pairs=pairs_of(None), place=nothing, by=by, notes=notes)
    fit = bradley_terry(votes, models)
    order = np.argsort(-fit.values, kind="stable")
    pairs = pairs_of(fit)
    told = pairs[pairs["p"] < ALPHA]
    reach = errors_reached(fit) * np.sqrt(np.diag(fit.covariance))
    sides = pd.concat(
        [votes.assign(model=votes["first"]), votes.assign(model=votes["second"], score=1 - votes["score"])]
    )
    frame = pd.DataFrame(
        {
            "model": models,
            "strength": fit.values,
            "low": np.where(fit.unbounded_below, math.nan, fit.values - reach),
            "high": np.where(fit.unbounded_above, math.nan, fit.values + reach),
            "n": sides.groupby("model")["sample"].nunique().to_numpy(),
            "comparisons": sides.groupby("model").size().to_numpy(),
            **{
                name: (sides["score"] == score).groupby(sides["model"]).sum().to_numpy()
                for name, score in (("won", 1.0), ("equal", 0.5), ("lost", 0.0))
            },
            "p_best": _best(fit, seed),
        }
    ).iloc[order].reset_index(drop=True)  # fmt: skip
    frame["rank"] = range(1, len(frame) + 1)
    frame["rank_low"] = [1 + int((told["other"] == model).sum()) for model in frame["model"]]
    frame["rank_high"] = [len(frame) - int((told["model"] == model).sum()) for model in frame["model"]]
    names = list(frame["model"])
    return Ranking(
        frame=frame,
        wins=fit.wins().loc[names, names],
        pairs=pairs,
        place=_place(fit, votes["sample"].nunique()),
        by=by,
        notes=(*notes, *_doubts(fit)),
    )


def _best(fit: Strengths, seed: int) -> Array:
    """How likely each is the strongest: its share of draws from the strengths' joint distribution."""
    if fit.df < 1:
        return np.full(len(fit.models), math.nan)
    rng = np.random.default_rng(seed)
    size, axes = np.linalg.eigh(fit.covariance)
    normal = rng.standard_normal((_DRAWS, len(fit.models))) @ (axes * np.sqrt(np.maximum(size, 0))).T
    draws = fit.values + normal / np.sqrt(rng.chisquare(fit.df, (_DRAWS, 1)) / fit.df)
    return np.bincount(draws.argmax(axis=1), minlength=len(fit.models)) / _DRAWS


def _place(fit: Strengths, samples: int) -> Estimate:
    reach = errors_reached(fit) * fit.first_error

    def won(lead: float) -> float:
        up, down = math.exp(lead / 2), math.exp(-lead / 2)
        return (up + fit.ties / 2) / (up + down + fit.ties)

    value, low, high = (won(lead) for lead in (fit.first, fit.first - reach, fit.first + reach))
    return Estimate(value=value, low=low, high=high, n=samples)


def _doubts(fit: Strengths) -> list[str]:
    """What the votes leave open, and only the prior of the fit settles."""
    above = {model for model, open_ in zip(fit.models, fit.unbounded_above, strict=True) if open_}
    below = {model for model, open_ in zip(fit.models, fit.unbounded_below, strict=True) if open_}
    doubts = [
        f"{what} the rest: {', '.join(sorted(models))}; how far {side} is not known, and a prior of one "
        "vote a model keeps it finite."
        for models, what, side in (
            (above - below, "Never beaten by", "ahead"),
            (below - above, "Never won against", "behind"),
        )
        if models
    ]
    parts = [
        " and ".join(model for model, part in zip(fit.models, fit.parts, strict=True) if part == number)
        for number in range(int(fit.parts.max()) + 1)
    ]
    if len(parts) > 1:
        doubts.append(
            f"Not compared with each other, nor through others: {'; '.join(parts)}. Their order rests on "
            "a prior alone."
        )
    return doubts
