"""Words that several formats share: figures, sentences, symbols and an order of what matters most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

SYMBOLS = {"fine": "✅", "worse": "❌", "undecided": "❔", "failed": "🛑", "better": "🟢", "same": "⚪"}
HEADLINES = {
    "fine": "Fine",
    "worse": "Worse",
    "undecided": "Undecided",
    "failed": "Could not run",
}
_ORDER = {"worse": 0, "undecided": 1, "better": 2, "same": 3}
# Samples that a person can still read through; where they are more, report.json and the page have all.
MOST_FLIPS = 20


def worst_first(changes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Changes or verdicts, those first that need a look; else in the order in which they were displayed."""
    return sorted(changes, key=lambda change: _ORDER[change["verdict"]])


def figure(estimate: Mapping[str, Any] | None, *, relative: bool = False, signed: bool = False) -> str:
    """A figure with its interval, such as `0.825 [0.71, 0.9]` or `+8.3 % [+2, +15]`; `–` is undefined."""
    estimate = estimate or {}
    scale, unit = (100, " %") if relative else (1, "")
    value, low, high = (
        _number(estimate.get(name), scale=scale, signed=signed) for name in ("value", "low", "high")
    )
    bounds = "" if low == high == "–" else f" [{low}, {high}]"
    return f"{value}{'' if value == '–' else unit}{bounds}"


def change_in_figures(change: Mapping[str, Any]) -> str:
    """The change itself, in the unit that it is judged in."""
    return figure(change.get("change"), relative=bool(change.get("relative")), signed=True)


def cut(text: object, most: int) -> str:
    """A text in at most so many characters, `…` where some were left out."""
    words = str(text)
    return words if len(words) <= most else f"{words[: most - 1]}…"


def flips_of(document: Mapping[str, Any], dataset: object, model: object) -> list[Mapping[str, Any]]:
    """The flipped samples of one model on one data set, lost ones first."""
    own = [flip for flip in document["flips"] if (flip["dataset"], flip["model"]) == (dataset, model)]
    return sorted(own, key=lambda flip: flip["direction"] != "lost")


def _number(value: object, *, scale: int, signed: bool) -> str:
    if not isinstance(value, int | float):
        return "–"
    return f"{scale * value:{'+' if signed else ''}.4g}"
