"""The scorers that have a name, and which ones an evaluation uses."""

from __future__ import annotations

import hashlib
import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from workbench.errors import ConfigError
from workbench.evals.scorers.plain import choice, exact, number
from workbench.evals.scorers.scorer import Answer, Score, Scorer, by_target

if TYPE_CHECKING:
    from workbench.evals.dataset import Sample

SCORERS: Mapping[str, Scorer] = MappingProxyType(
    {
        name: by_target(name, compare)
        for name, compare in (("exact", exact), ("number", number), ("choice", choice))
    }
)
"""The scorers that a sample or an evaluation can name."""

Given = float | bool | str | Score | None
Scoring = str | Scorer | Callable[..., Any]
"""A scorer, its name, or a function of answer text and sample that gives a number, a label or a `Score`."""


def scorers_of(given: Sequence[Scoring]) -> tuple[Scorer, ...]:
    """The scorers that a user means.

    Raises:
        ConfigError: A name is not known, something is no scorer, or two have the same name.
    """
    found = tuple(_scorer(each) for each in given)
    names = Counter(scorer.name for scorer in found)
    twice = [name for name, times in names.items() if times > 1]
    if twice:
        raise ConfigError(f"two scorers are named {twice[0]!r}: give each a name of its own")
    return found


def scorers_for(sample: Sample, chosen: tuple[Scorer, ...] | None) -> tuple[Scorer, ...]:
    """Those that score a sample: the chosen ones, or the one that the sample names."""
    if chosen is not None:
        return chosen
    return () if sample.scorer is None else (SCORERS[sample.scorer],)


def _scorer(given: Scoring) -> Scorer:
    if isinstance(given, Scorer):
        return given
    if isinstance(given, str):
        if given not in SCORERS:
            raise ConfigError(f"no scorer {given!r}: write one of {', '.join(SCORERS)}")
        return SCORERS[given]
    if callable(given):
        return _own(given)
    raise ConfigError(f"{given!r:.80} is no scorer: give a name, a scorer or a function of text and sample")


def _own(function: Callable[..., Any]) -> Scorer:
    """A function of one's own as a scorer; its source is known by its hash, so that a change is noticed."""
    name = getattr(function, "__name__", type(function).__name__)
    try:
        code = hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:12]
    except (OSError, TypeError):  # without a source, as a partial or a function of C
        code = None
    return Scorer(name=name, give=partial(_give, function, name), params={"function": code})


async def _give(function: Callable[..., Any], name: str, answer: Answer) -> Score:
    given = function(answer.text, answer.sample)
    if inspect.isawaitable(given):
        given = await given
    return as_score(given, name)


def as_score(given: Given, scorer: str) -> Score:
    """What a function gave, as a score: a number or truth value is its value, a text its label.

    Raises:
        ConfigError: It is something else.
    """
    match given:
        case Score():
            return given
        case None:
            return Score(value=None, explanation=f"{scorer} gave no score")
        case bool() | int() | float():
            return Score(value=float(given), label=None)
        case str():
            return Score(value=None, label=given)
    raise ConfigError(
        f"the scorer {scorer!r} gave {given!r:.80}: return a number, True or False, a label, a Score, or None"
    )
