"""Scores of two candidates, brought together sample by sample, whatever they are kept in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import pandas as pd


@dataclass(frozen=True, kw_only=True, slots=True)
class Paired:
    """Two scores of each sample, `nan` where one is missing, and what each sample is a part of."""

    baseline: list[float]
    candidate: list[float]
    clusters: list[object] | None

    @property
    def lacks(self) -> int:
        """Samples of the baseline that the candidate has no score for."""
        return sum(map(_only_then, self.baseline, self.candidate))

    def worst(self, *, higher_is_better: bool) -> list[float]:
        """The candidate's scores, with the worst one for each that lacks.

        Of scores in [0, 1] that is the end of the scale. Where they go beyond it and the scale is not known,
        it is the lowest that was seen, and 0 at most; where less is better the highest, and 1 at least.
        """
        there = [score for score in (*self.baseline, *self.candidate) if not math.isnan(score)]
        worst = min(0.0, *there) if higher_is_better else max(1.0, *there)
        return [
            worst if _only_then(old, new) else new
            for old, new in zip(self.baseline, self.candidate, strict=True)
        ]


def _only_then(old: float, new: float) -> bool:
    return math.isnan(new) and not math.isnan(old)


def paired(name: str, baseline: Any, candidate: Any, clusters: Any = None) -> Paired:
    """Bring them in one order.

    Args:
        name: Of the comparison, for messages.
        baseline: One score a sample: a sequence in the order of the other, a Series, whose index names the
            samples, or a dictionary by sample.
        candidate: Likewise, of the same form.
        clusters: The group of each sample, in the same form.

    Raises:
        TypeError: They are of different forms, or a score is no number.
        ValueError: They differ in length, a sample is there twice, or there is no sample.
    """
    old, new = (
        _named(f"{name}: {side}", given) for side, given in (("baseline", baseline), ("candidate", candidate))
    )
    if isinstance(old, Mapping) != isinstance(new, Mapping):
        raise TypeError(
            f"{name}: one has its samples by name and one by position: give two Series, two dictionaries, or "
            "two lists"
        )
    groups = None if clusters is None else _named(f"{name}: clusters", clusters)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        samples = list(dict.fromkeys([*old, *new]))
        old, new = ([given.get(sample) for sample in samples] for given in (old, new))
        groups = _in_order(name, groups, samples)
    if len(old) != len(new) or (groups is not None and len(groups) != len(old)):
        lengths = f"{len(old)} scores of the baseline, {len(new)} of the candidate"
        lengths += "" if groups is None else f", {len(groups)} clusters"
        raise ValueError(f"{name}: {lengths}: give one for each sample, in the same order")
    if not old:
        raise ValueError(f"{name}: there is no score, so there is nothing to compare")
    return Paired(
        baseline=[_number(name, score) for score in old],
        candidate=[_number(name, score) for score in new],
        clusters=None if groups is None else list(groups),
    )


def _named(what: str, given: Any) -> Mapping[Any, Any] | list[Any]:
    if isinstance(given, pd.Series):
        if not given.index.is_unique:
            twice = given.index[given.index.duplicated()][0]
            raise ValueError(f"{what} has sample {twice!r} twice: take the mean over its repeats first")
        return {str(sample): score for sample, score in given.items()}
    if isinstance(given, Mapping):
        return {str(sample): score for sample, score in given.items()}
    if isinstance(given, str | bytes) or not isinstance(given, Iterable) or getattr(given, "ndim", 1) != 1:
        raise TypeError(
            f"{what} is {type(given).__name__}: give one score a sample, as a list, Series or dictionary"
        )
    return list(given)


def _in_order(name: str, groups: Any, samples: list[str]) -> list[object] | None:
    if groups is None:
        return None
    if not isinstance(groups, Mapping):
        raise TypeError(
            f"{name}: the clusters have no names of samples, as the scores do: give them in the same form"
        )
    return [groups.get(sample) for sample in samples]


def _number(name: str, score: Any) -> float:
    if score is None or score is pd.NA or score is pd.NaT:
        return math.nan
    number = score.item() if hasattr(score, "item") and getattr(score, "ndim", 1) == 0 else score
    if not isinstance(number, Real):
        raise TypeError(
            f"{name}: the score {score!r:.100} is a {type(score).__name__}: give numbers or True and False, "
            "and None where there is none"
        )
    if math.isinf(number):
        raise ValueError(f"{name}: a score is {number!r}: give finite numbers, and None where there is none")
    return float(number)
