"""Changes in words and figures, as a person reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.analysis.estimates import Estimate
from workbench.analysis.regression.change import Change
from workbench.analysis.regression.metrics import Unit

_LEAST_P = 0.0001
_UNITS: dict[Unit, str] = {"share": " %", "s": " s"}


def sentence(change: Change) -> str:
    """A change in one sentence: verdict, size, interval, what it rests on, and what was let pass."""
    said = [f"{_verdict(change)}", f"{samples(change)}", f"p {p_value(change)}"]
    if change.verdict == "undecided" and change.needed is not None:
        said.append(f"about {change.needed:,} samples would decide")
    if change.note:
        said.append(change.note)
    return f"{change.model} on {change.dataset}: {title(change)} {', '.join(said)} ({_let_pass(change)})"


def title(change: Change) -> str:
    """The metric as inside a sentence: `quality`, `TTFT p50`."""
    words = change.of.title
    return words if words[1].isupper() else words[0].lower() + words[1:]


def difference(change: Change) -> str:
    """The change with its sign and interval: `−8.3 points [−12.1, −4.5]`."""
    found = change.difference.change
    return f"{_amount(found.value, change, '+')} {interval(change)}"


def interval(change: Change) -> str:
    """Its 95 % interval: `[−12.1, −4.5]`."""
    bounds = change.difference.change
    return f"[{_number(bounds.low, change, '+')}, {_number(bounds.high, change, '+')}]"


def size(value: float, change: Change) -> str:
    """The size of such a change, as of a tolerance: `5 points`, `6.7 points`, `10 %`; `–` of none."""
    scaled = round(100 * value, 1) if _in_hundredths(change) else value
    return "–" if math.isnan(value) else f"{_plain(scaled, '.3g')}{_unit(change)}"


def figure(found: Estimate, unit: Unit) -> str:
    """What was measured on one side, with its interval: `82.5 % [74.8, 88.3]`, `0.41 s [0.39, 0.44]`."""
    scale, form = (100, ".1f") if unit == "share" else (1, ".3g")
    value, low, high = (_plain(scale * x, form) for x in (found.value, found.low, found.high))
    return f"{'$' if unit == 'usd' else ''}{value}{_UNITS.get(unit, '')} [{low}, {high}]"


def samples(change: Change) -> str:
    """What it rests on: `120 samples × 4`; of how many, where some were left out."""
    n, dropped = change.difference.n, change.difference.dropped
    of = f" of {n + dropped}" if dropped else ""
    old, new = change.epochs
    times = "" if old == new == 1 else f" × {new}" if old == new else f" × {new} (baseline × {old})"
    return f"{n}{of} {'sample' if n + dropped == 1 else 'samples'}{times}"


def p_value(change: Change) -> str:
    """The adjusted p value of its direction; where it has none, that of a change for the worse."""
    p = change.p_better if change.verdict == "better" else change.p_worse
    return "–" if math.isnan(p) else f"< {_LEAST_P:g}" if p < _LEAST_P else f"{p:.2g}"


def listed(words: Sequence[str], most: int = 5) -> str:
    """Names, not too many of them."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def _verdict(change: Change) -> str:
    found = change.difference.change
    if change.verdict in ("worse", "better"):
        return f"{change.verdict} by {_amount(abs(found.value), change)} {interval(change)}"
    if change.verdict == "same":
        return f"the same: {difference(change)}"
    return f"undecided: {difference(change)}" if change.difference.n else "undecided: nothing to compare"


def _let_pass(change: Change) -> str:
    tolerance = f"tolerance {size(change.tolerance, change) if change.tolerance else 0}"
    margin = f"margin ±{size(change.margin, change)}"
    if change.verdict == "same":
        return margin
    return f"{tolerance}, {margin}" if change.verdict == "undecided" else tolerance


def _amount(value: float, change: Change, sign: str = "") -> str:
    return f"{_number(value, change, sign)}{_unit(change)}"


def _unit(change: Change) -> str:
    return " %" if change.of.relative else " points" if change.unit == "share" else ""


def _number(value: float, change: Change, sign: str = "") -> str:
    return _plain(100 * value, f"{sign}.1f") if _in_hundredths(change) else _plain(value, f"{sign}.3g")


def _in_hundredths(change: Change) -> bool:
    return change.of.relative or change.unit == "share"


def _plain(value: float, form: str) -> str:
    if math.isnan(value):
        return "–"
    # `z` writes no minus before a 0; only fixed forms know it.
    return format(value, form.replace(".1f", "z.1f")).replace("-", "−")
