"""What a judge may say: a step of a scale, or one of some labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.errors import ConfigError

Labels = Mapping[str, float | None] | Sequence[str]
SCALE = (1, 5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdicts:
    """The verdicts that a judge chooses from.

    Attributes:
        name: What one is called in the judge's answer.
        schema: What one is, as a JSON schema.
        words: The same for the judge.
        read: From one to its value, `None` where it is a category and no number, and its label.
        params: The same for the row of a run.
    """

    name: str
    schema: Mapping[str, Any]
    words: str
    read: Callable[[Any], tuple[float | None, str]]
    params: Mapping[str, Any]

    @property
    def answer(self) -> dict[str, Any]:
        """The JSON schema of a judge's answer: the reason first, for a verdict that comes first has none."""
        return {
            "title": "verdict",
            "type": "object",
            "properties": {"explanation": {"type": "string"}, self.name: self.schema},
            "required": ["explanation", self.name],
            "additionalProperties": False,
        }


def verdicts_of(labels: Labels | None, scale: tuple[int, int] | None) -> Verdicts:
    """The verdicts that a user means; those of `SCALE` where nothing is said.

    Raises:
        ConfigError: Both are given, or something is no scale, no label or no number.
    """
    if labels is None:
        return _steps(*_bounds(SCALE if scale is None else scale))
    if scale is not None:
        raise ConfigError("a judge gives labels or a step of a scale: leave out `labels` or `scale`")
    values = dict(labels) if isinstance(labels, Mapping) else _categories(labels)
    if len(values) < 2 or not all(isinstance(label, str) and label for label in values):
        raise ConfigError(f"labels are {labels!r:.200}: give two or more texts, such as ['right', 'wrong']")
    for label, value in values.items():
        if value is not None and not (isinstance(value, int | float) and math.isfinite(value)):
            raise ConfigError(f"the label {label!r} is worth {value!r}: give a number, or None")
    return Verdicts(
        name="label",
        schema={"type": "string", "enum": list(values)},
        words=f"one of these labels: {', '.join(values)}",
        read=lambda label: (values[label], label),
        params={"labels": values},
    )


def _steps(low: int, high: int) -> Verdicts:
    return Verdicts(
        name="score",
        schema={"type": "integer", "minimum": low, "maximum": high},
        words=f"a whole number from {low}, the worst, to {high}, the best",
        read=lambda step: ((step - low) / (high - low), str(int(step))),  # 4.0 is a whole number too
        params={"scale": (low, high)},
    )


def _bounds(scale: tuple[int, int]) -> tuple[int, int]:
    match scale:
        case (int(low), int(high)) if low < high:
            return low, high
    raise ConfigError(f"the scale is {scale!r}: give the worst and the best whole number, such as (1, 5)")


def _categories(labels: Sequence[str]) -> dict[str, float | None]:
    if isinstance(labels, str):
        raise ConfigError(f"labels are {labels!r}, a text: give a list, such as ['right', 'wrong']")
    return dict.fromkeys(labels)
