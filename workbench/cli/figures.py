"""Figures in words, for people: money, seconds, tokens; a dash where nothing is known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

UNKNOWN = "–"


def known(value: Any) -> bool:
    """Whether there is a value: neither `None` nor `nan` nor `NA`."""
    return value is not None and bool(str(value) not in {"nan", "<NA>", "NaT"})


def count(value: Any) -> str:
    """A number of things: 1,234,567."""
    return f"{int(value):,}" if known(value) else UNKNOWN


def tokens(value: Any) -> str:
    """How many tokens: 12,345, from ten million on 12.3M."""
    return f"{value / 1e6:,.1f}M" if known(value) and value >= 10_000_000 else count(value)


def seconds(value: Any) -> str:
    """A time: 0.123, 12.3 or 123."""
    if not known(value):
        return UNKNOWN
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:,.1f}"


def usd(value: Any, unknown: int = 0) -> str:
    """Money, beside it how many costs are not known: $1.20 + 3 unknown."""
    if not known(value):
        return f"{unknown:,} unknown" if unknown else UNKNOWN
    return f"{_dollars(value)} + {unknown:,} unknown" if unknown else _dollars(value)


def _dollars(value: Decimal | float) -> str:
    if not value:
        return "$0"
    if value >= 0.001:
        return f"${value:,.2f}" if value >= 1 else f"${value:.4f}"
    # What a call costs is often much less than a cent: three digits that say something.
    return f"${Decimal(f'{value:.3g}'):f}"
