"""What a person is to judge: answers one by one, or in pairs that answer the same."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import combinations
from random import Random
from typing import Any
from uuid import UUID

import pandas as pd

from workbench.errors import ConfigError


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An answer of a model: `call` is its row in the log."""

    call: UUID
    model: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing to judge.

    Attributes:
        answers: One for a label, two for a vote.
        experiment: The experiment that they are from.
        sample: The item of the data set that they answer.
        disputed: Whether the models disagree on that sample: a scorer read different answers, or gave
            different scores.
    """

    answers: tuple[Answer, ...]
    experiment: str | None = None
    sample: str | None = None
    disputed: bool = False

    @property
    def calls(self) -> frozenset[UUID]:
        """What a judgement on it is known by, whatever the order of its answers."""
        return frozenset(answer.call for answer in self.answers)

    @property
    def key(self) -> str:
        """The same as a text, for seeds."""
        return " ".join(sorted(str(call) for call in self.calls))

    def in_order_for(self, labeller: str) -> tuple[Answer, ...]:
        """Its answers shuffled, always alike for the same person: the place must not tell the model."""
        shuffled = Random(f"{self.key} {labeller}").sample(self.answers, len(self.answers))  # noqa: S311
        return tuple(shuffled)


def items_of(frame: pd.DataFrame, *, pairs: bool) -> list[Item]:
    """The items that a frame of calls holds.

    Left out are calls that failed and answers without a text, of pairs also those of one model, and those
    that say the same to the letter: there is nothing to prefer.

    Args:
        frame: As `results` or `Log.calls` gives it: `call_id` or `id`, `model`, `text`, and where they are
            known `provider`, `status`, `experiment`, `sample`, `epoch`, `label`, `value`. Answers to the same
            sample and epoch belong together; where samples are not known, those to the same `request`.
        pairs: Whether pairs of answers are judged, and not answers.

    Raises:
        ConfigError: One of the columns that are needed is missing.
    """
    calls = frame.rename(columns={} if "call_id" in frame else {"id": "call_id"})
    if missing := [name for name in ("call_id", "model", "text") if name not in calls]:
        raise ConfigError(
            f"the answers have no column {missing[0]!r}: give what wb.results or wb.log.calls gives"
        )
    rows = [
        {name: None if _unknown(value) else value for name, value in row.items()}
        for row in calls.to_dict("records")
    ]
    rows = [row for row in rows if row.get("status") in {None, "ok"} and str(row["text"] or "").strip()]
    groups: dict[Hashable, list[dict[Hashable, Any]]] = {}
    for row in rows:
        groups.setdefault(_same(row), []).append(row)
    return [item for group in groups.values() for item in _items(group, pairs=pairs)]


def _same(row: dict[Hashable, Any]) -> Hashable:
    if row.get("sample") is not None:
        return row.get("experiment"), row["sample"], row.get("epoch")
    return str(row.get("request") or row["call_id"])


def _items(group: list[dict[Hashable, Any]], *, pairs: bool) -> list[Item]:
    facts: dict[str, Any] = {
        "experiment": group[0].get("experiment"),
        "sample": group[0].get("sample"),
    }
    if not pairs:
        disputed = _differ(group)
        return [Item(answers=(_answer(row),), disputed=disputed, **facts) for row in group]
    return [
        Item(answers=(a, b), disputed=_differ([one, other]), **facts)
        for one, other in combinations(group, 2)
        for a, b in [(_answer(one), _answer(other))]
        if a.model != b.model and a.text != b.text
    ]


def _answer(row: dict[Hashable, Any]) -> Answer:
    model, provider = str(row["model"]), row.get("provider")
    name = model if provider is None else f"{provider}/{model}"
    return Answer(call=UUID(str(row["call_id"])), model=name, text=str(row["text"]))


def _differ(group: list[dict[Hashable, Any]]) -> bool:
    return any(len({row.get(name) for row in group} - {None}) > 1 for name in ("label", "value"))


def _unknown(value: Any) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))
