"""Which stored answers are set against each other, and what a judge is shown of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd

from workbench.errors import ConfigError
from workbench.evals.scorers.judging.fence import fenced

Pair = tuple[str, str]
Answers = Mapping[str, Mapping[int, Mapping[str, "Side"]]]
"""The stored answers by sample, epoch and model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One of two answers: `call` is its row in the log."""

    call: UUID
    model: str
    text: str
    reference: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Duel:
    """Two answers to one sample, in the order in which they are shown."""

    sample: str
    epoch: int
    first: Side
    second: Side

    @property
    def calls(self) -> tuple[UUID, UUID]:
        """The calls that gave them, in order."""
        return self.first.call, self.second.call

    def turned(self) -> Duel:
        """The same the other way round."""
        return Duel(sample=self.sample, epoch=self.epoch, first=self.second, second=self.first)

    def blocks(self, question: str) -> str:
        """What a judge is shown."""
        wanted = self.first.reference
        reference = {} if wanted is None else {"reference": wanted}
        return fenced(question=question, **reference, first=self.first.text, second=self.second.text)


def answers_of(frame: pd.DataFrame) -> Answers:
    """The answers that `results` has, in the order in which they were asked."""
    found: dict[str, dict[int, dict[str, Side]]] = {}
    rows: list[dict[Any, Any]] = frame[(frame["status"] == "ok") & frame["text"].notna()].to_dict("records")
    for row in rows:
        wanted = None if pd.isna(row["target"]) else str(row["target"])
        side = Side(call=row["call_id"], model=row["model"], text=row["text"], reference=wanted)
        found.setdefault(row["sample"], {}).setdefault(int(row["epoch"]), {})[row["model"]] = side
    return found


def pairs_of(given: Sequence[Pair] | None, models: Sequence[str]) -> list[Pair]:
    """The pairs of models that a user means, all of them where nothing is said.

    Raises:
        ConfigError: There are none, one is there twice, or a model did not answer.
    """
    pairs = list(combinations(models, 2) if given is None else given)
    known = ", ".join(models) or "none"
    if not pairs:
        raise ConfigError(f"nothing to compare: the models that answered are {known}")
    for pair in pairs:
        if len(pair) != 2 or pair[0] == pair[1] or not set(pair) <= set(models):
            raise ConfigError(f"no pair of models: {pair!r}: give two that answered, of {known}")
    if len({frozenset(pair) for pair in pairs}) < len(pairs):
        raise ConfigError(f"two pairs are the same: {pairs!r:.200}: both orders are asked of each anyway")
    return pairs


def duels_of(answers: Answers, pairs: Sequence[Pair], samples: int | None, seed: int) -> list[Duel]:
    """What is to be asked, sample by sample: each pair of answers in both orders.

    Of a sample that was asked several times it is the first time that both models answered.

    Args:
        answers: What there is.
        pairs: Which models.
        samples: How many, drawn at random; `None`: all.
        seed: Of the draw.

    Raises:
        ConfigError: `samples` is less than 1.
    """
    if samples is not None and samples < 1:
        raise ConfigError(f"samples is {samples!r}: give how many are to be judged, at least 1")
    by_sample = {sample: list(_duels(sample, epochs, pairs)) for sample, epochs in answers.items()}
    names = [sample for sample, duels in by_sample.items() if duels]
    if samples is not None and samples < len(names):
        drawn = np.random.default_rng(seed).choice(len(names), samples, replace=False)
        names = [names[place] for place in sorted(drawn)]
    return [duel for name in names for duel in by_sample[name]]


def _duels(sample: str, epochs: Mapping[int, Mapping[str, Side]], pairs: Sequence[Pair]) -> Iterator[Duel]:
    for a, b in pairs:
        both = [(epoch, sides) for epoch, sides in sorted(epochs.items()) if a in sides and b in sides]
        for epoch, sides in both[:1]:
            duel = Duel(sample=sample, epoch=epoch, first=sides[a], second=sides[b])
            yield from (duel, duel.turned())
