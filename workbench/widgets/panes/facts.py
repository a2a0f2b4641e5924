"""The numbers of a pane and of a whole comparison, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from workbench.widgets.panes.comparison import RUNNING, PaneState
from workbench.widgets.panes.words import money

UNKNOWN = "–"
FACTS: tuple[tuple[str, str], ...] = (
    ("time", "from the request to the last byte"),
    ("TTFT", "time to first token: from the request to the first content of any kind"),
    ("speed", "tokens per second after the first one; ~ while it is counted from chunks"),
    ("tokens", "sent → received, as the provider reports them; ~ while they are counted from chunks"),
    ("cost", "price at the time of the call"),
)
"""Labels of what `facts` gives, in that order, and what each means."""


def facts(pane: PaneState) -> tuple[str, ...]:
    """The numbers of one pane, one text for each of `FACTS`; a dash where there is nothing to say yet."""
    about = "~" if pane.estimated else ""
    return (
        _seconds(pane.elapsed_s, 1 if pane.state in RUNNING else 2),
        _seconds(pane.ttft_s, 2),
        UNKNOWN if pane.tokens_per_s is None else f"{about}{pane.tokens_per_s:.0f} tok/s",
        _tokens(pane, about),
        _cost(pane),
    )


def summary(panes: Sequence[PaneState]) -> str:
    """One line over all panes: how they stand, how long the slowest took, what they cost together."""
    count = Counter(pane.state for pane in panes)
    running = sum(count[state] for state in RUNNING)
    words = [f"{running} running"] if running else []
    words += [f"{count[state]} {state}" for state in ("done", "stopped", "failed") if count[state]]
    line = ", ".join(words)
    if running or not line:
        return line
    times = [pane.elapsed_s for pane in panes if pane.elapsed_s is not None]
    return " · ".join([line, *([_seconds(max(times), 2)] if times else []), _total(panes)])


def _total(panes: Sequence[PaneState]) -> str:
    known = [pane.cost_usd for pane in panes if pane.cost_usd is not None]
    if not known:
        return money(None)
    total = money(sum(known, Decimal(0)))
    return total if len(known) == len(panes) else f"at least {total}"


def _seconds(time_s: float | None, digits: int) -> str:
    return UNKNOWN if time_s is None else f"{time_s:.{digits}f} s"


def _tokens(pane: PaneState, about: str) -> str:
    if pane.output_tokens is None:
        return UNKNOWN
    sent = "" if pane.input_tokens is None else f"{pane.input_tokens} → "
    return f"{sent}{about}{pane.output_tokens}"


def _cost(pane: PaneState) -> str:
    # An answer that has not ended has no price yet; a stopped one may have cost money that nobody reports.
    if pane.cost_usd is None:
        return "unknown" if pane.state in {"done", "stopped"} else UNKNOWN
    return money(pane.cost_usd)
