"""Figures of a notebook's own that are worth keeping."""

from __future__ import annotations

import math
from typing import Any

from workbench.report.inside.telling import Told


def record(name: str, value: Any, *, unit: str | None = None, low: Any = None, high: Any = None) -> Told:
    """Keep a number in report.json, and in the metrics that GitLab compares.

    Args:
        name: What it is; the last one of a name counts there.
        value: The number; `nan` is undefined and becomes null. Anything with `value`, `low` and `high`, such
            as an `Estimate`, brings its interval along.
        unit: Such as `s`, `USD` or `share`.
        low: Lower bound of its interval.
        high: Upper bound, likewise.

    Raises:
        TypeError: Something is not a number.
    """
    if hasattr(value, "value") and hasattr(value, "low") and hasattr(value, "high"):
        value, low, high = value.value, value.low, value.high
    numbers = {
        part: _number(given, name, part) for part, given in (("value", value), ("low", low), ("high", high))
    }
    payload: dict[str, Any] = {"kind": "figure", "name": str(name), "value": numbers["value"]}
    payload |= {"unit": str(unit)} if unit is not None else {}
    payload |= {part: number for part, number in numbers.items() if part != "value" and number is not None}
    told = Told(payload=payload, said=_said(payload))
    told.tell()
    return told


def _number(given: Any, name: str, part: str) -> float | int | None:
    if given is None and part != "value":
        return None
    number: Any = given.item() if hasattr(given, "item") and getattr(given, "ndim", 1) == 0 else given
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError(
            f"the {part} of {name!r} is {given!r:.100} ({type(given).__name__}): give a number, and `nan` "
            "where it is undefined"
        )
    exact = number if isinstance(number, int) else float(number)
    return exact if math.isfinite(exact) else None


def _said(payload: dict[str, Any]) -> str:
    value = "undefined" if payload["value"] is None else f"{payload['value']:.6g}"
    unit = f" {payload['unit']}" if "unit" in payload else ""
    bounds = f" [{payload['low']:.6g}, {payload['high']:.6g}]" if {"low", "high"} <= payload.keys() else ""
    return f"{payload['name']}: {value}{unit}{bounds}"
