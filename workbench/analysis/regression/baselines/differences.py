"""In what two experiments were asked differently, in words: what bars a comparison, and what is only told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import orjson
import pandas as pd

from workbench.analysis.regression.asked import in_common
from workbench.analysis.regression.measured import Measured

Settings = Mapping[str, Mapping[str, Any]]
"""What each model was asked with, by its label, as `Measured.settings`."""

_LONGEST, _BEFORE = 90, 20


def barring(then: Measured, now: Settings) -> list[str]:
    """Prompts and scorers that are others: what they make of the same model may be another thing."""
    said: dict[str, list[str]] = defaultdict(list)
    pairs = in_common(now, then.settings).items()
    for new, old in pairs:
        names = set(then.of(old)["scorer"].dropna())
        for what, was, is_ in (
            ("the prompt", then.settings[old].get("prompt", "{input}"), now[new].get("prompt", "{input}")),
            ("the scorer", _scorer(then.settings[old], names), _scorer(now[new], names)),
        ):
            if was != is_:
                said[f"{what} was {_told(was, is_)} and is {_told(is_, was)}"].append(new)
    return _in_words(said, len(pairs))


def barring_scores(then: Measured, now: Measured) -> list[str]:
    """Scorers whose scores are compared though they are not the same, as after scoring one of them again."""
    both = _scorers(then).merge(_scorers(now), on=["model", "sample"], suffixes=("_then", "_now"))
    others = both[both["scorer_then"] != both["scorer_now"]]
    pairs = sorted(set(zip(others["scorer_then"], others["scorer_now"], strict=True)))
    return [f"the scores were by {was!r} and are by {is_!r}" for was, is_ in pairs]


def told(then: Settings, now: Settings) -> list[str]:
    """Models and parameters that are others: they may be just what is tried."""
    said: dict[str, list[str]] = defaultdict(list)
    pairs = in_common(now, then).items()
    for new, old in pairs:
        if old != new:
            said[f"the model was {old} and is {new}"].append(new)
        was, is_ = (
            {name: value for name, value in settings.items() if name not in {"prompt", "scorers"}}
            for settings in (then[old], now[new])
        )
        for name in sorted(was.keys() | is_.keys()):
            if was.get(name) != is_.get(name):
                said[f"{name} was {_told(was.get(name))} and is {_told(is_.get(name))}"].append(new)
    return _in_words(said, len(pairs))


def _scorer(settings: Mapping[str, Any], names: set[str]) -> Any:
    """The scorer whose scores count: the one that is named, or the first."""
    chosen = settings.get("scorers")
    if not chosen:  # the samples say who scores them, or nobody does
        return chosen
    named = [each for each in chosen if {each["name"]} == names]
    return (named or chosen)[0]


def _scorers(measured: Measured) -> pd.DataFrame:
    rows = measured.rows.dropna(subset=["sample", "scorer"])
    return rows.drop_duplicates(["model", "sample"])[["model", "sample", "scorer"]]


def _in_words(said: Mapping[str, list[str]], pairs: int) -> list[str]:
    return [
        words if len(models) == pairs else f"{words} ({', '.join(models)})" for words, models in said.items()
    ]


def _told(value: Any, other: Any = None) -> str:
    """A value, shortened to where it begins to differ from the other one."""
    if value is None:
        return "not set"
    words, beside = (
        each if isinstance(each, str) else orjson.dumps(each).decode() for each in (value, other)
    )
    differs = next((place for place, (a, b) in enumerate(zip(words, beside, strict=False)) if a != b), 0)
    start = max(differs - _BEFORE, 0) if len(words) > _LONGEST else 0
    part = words[start : start + _LONGEST]
    part = f"{'…' if start else ''}{part}{'…' if start + _LONGEST < len(words) else ''}"
    return repr(part) if isinstance(value, str) else part
