"""The scorers that have a name, and which ones an evaluation uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from workbench.errors import ConfigError
from workbench.evals.scorers.coding.scoring import code
from workbench.evals.scorers.json_answers import json_equal
from workbench.evals.scorers.lists import members
from workbench.evals.scorers.numbers import number, quantity
from workbench.evals.scorers.overlap import f1, rouge
from workbench.evals.scorers.own import own
from workbench.evals.scorers.phrases import contains, regex
from workbench.evals.scorers.plain import choice, exact
from workbench.evals.scorers.scorer import Scorer
from workbench.evals.scorers.translation import bleu, chrf

if TYPE_CHECKING:
    from workbench.evals.sample import Sample

SCORERS: Mapping[str, Scorer] = MappingProxyType(
    {
        scorer.name: scorer
        for scorer in (
            *(exact(), contains(), regex(), number(), quantity(), choice(), choice(several=True)),
            *(members(), members(ordered=True), json_equal()),
            *(f1(), rouge("rouge1"), rouge("rouge2"), rouge("rougeL"), bleu(), chrf(), chrf(words=True)),
            code(),
        )
    }
)
"""The scorers that a sample or an evaluation can name."""

Scoring = str | Scorer | Callable[..., Any]
"""A scorer, its name, or a function of answer text and sample that gives a number, a label or a `Score`."""


def scorers_of(given: Sequence[Scoring]) -> tuple[Scorer, ...]:
    """The scorers that a user means.

    Raises:
        ConfigError: A name is not known, something is no scorer, or two have the same name.
    """
    if isinstance(given, str | Scorer) or callable(given):
        raise ConfigError(f"scorers is {given!r:.80}: give a list, even of one")
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
        if str(getattr(given, "__module__", "")).startswith(__package__):
            name = getattr(given, "__name__", given)
            raise ConfigError(f"{name} makes scorers and is none: call it, as in workbench.scorers.{name}(…)")
        return own(given)
    raise ConfigError(f"{given!r:.80} is no scorer: give a name, a scorer or a function of text and sample")
