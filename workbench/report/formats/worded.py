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


def figure(estimate: Mapping[str, Any] | None, unit: object = None) -> str:
    """A figure with its interval, such as `0.825 [0.71, 0.9]`, `82.5 % [71, 90]` or `0.41 s [0.39, 0.44]`.

    Args:
        estimate: `value`, `low` and `high`; `–` is what is undefined.
        unit: `share`, `s`, `usd`, or any other.
    """
    if unit == "share":
        return _with_bounds(estimate, " %", scale=100, form=".1f")
    before, after = ("$" if unit == "usd" else ""), (" s" if unit == "s" else "")
    return _with_bounds(estimate, after, before=before, form=".3g" if unit else ".4g")


def change_in_figures(change: Mapping[str, Any]) -> str:
    """The change itself, in the unit that it is judged in, such as `−10.0 points [−15.0, −5.0]`."""
    if change.get("relative"):
        return _with_bounds(change.get("change"), " %", scale=100, form="+.1f")
    if change.get("unit") == "share":
        return _with_bounds(change.get("change"), " points", scale=100, form="+.1f")
    return _with_bounds(change.get("change"), form="+.3g")


def cut(text: object, most: int) -> str:
    """A text in at most so many characters, `…` where some were left out."""
    words = str(text)
    return words if len(words) <= most else f"{words[: most - 1]}…"


def flips_of(document: Mapping[str, Any], dataset: object, model: object) -> list[Mapping[str, Any]]:
    """The flipped samples of one model on one data set, lost ones first."""
    own = [flip for flip in document["flips"] if (flip["dataset"], flip["model"]) == (dataset, model)]
    return sorted(own, key=lambda flip: flip["direction"] != "lost")


def _with_bounds(
    estimate: Mapping[str, Any] | None, after: str = "", *, before: str = "", scale: int = 1, form: str
) -> str:
    estimate = estimate or {}
    value, low, high = (_number(estimate.get(name), scale, form) for name in ("value", "low", "high"))
    bounds = "" if low == high == "–" else f" [{low}, {high}]"
    return value + bounds if value == "–" else f"{before}{value}{after}{bounds}"


def _number(value: object, scale: int, form: str) -> str:
    if not isinstance(value, int | float):
        return "–"
    # `z` writes no minus before a 0; only fixed forms know it.
    return format(scale * value, form.replace(".1f", "z.1f")).replace("-", "−")
