"""What scorers may give in place of a `Score`, and what is none."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from workbench.errors import ConfigError
from workbench.evals.scorers.score import Score
from workbench.evals.scorers.wording import clean

PARTS = ("value", "label", "explanation")


def as_score(given: Any, scorer: str) -> Score:
    """What a scorer gave, as a score: a number or truth value is its value, a text its label.

    Raises:
        ConfigError: It is something else.
    """
    if hasattr(given, "item") and getattr(given, "ndim", None) == 0:  # a number of NumPy's, or of a tensor
        given = given.item()
    match given:
        case Score():
            return _of_parts({part: getattr(given, part) for part in PARTS}, scorer)
        case None:
            return Score(value=None, explanation=f"{scorer} gave no score")
        case str():
            return Score(value=None, label=clean(given))
        case numbers.Real() | Decimal() if not math.isinf(given):
            value = float(given)
            return (
                Score(value=None, explanation=f"{scorer} gave nan")
                if math.isnan(value)
                else Score(value=value)
            )
        case Mapping() if given and set(given) <= set(PARTS):
            return _of_parts(given, scorer)
    raise ConfigError(
        f"the scorer {scorer!r} gave {given!r:.80}: return a number, True or False, a label, a Score, "
        f"a mapping with some of {', '.join(PARTS)}, or None"
    )


def _of_parts(given: Mapping[str, Any], scorer: str) -> Score:
    value = as_score(given.get("value"), scorer)
    if value.label is not None:
        raise ConfigError(f"the scorer {scorer!r} gave the value {value.label!r:.80}: give a number, or None")
    label, explanation = given.get("label"), given.get("explanation") or ""
    nothing = value.value is None and label is None and not explanation
    return Score(
        value=value.value,
        label=None if label is None else clean(str(label)),
        explanation=value.explanation if nothing else clean(str(explanation)),
    )
