"""A regression as tables in a page."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench.analysis.regression.change import Change
from workbench.analysis.regression.measured import Measured
from workbench.analysis.regression.telling.said import difference, figure, p_value, samples, size
from workbench.analysis.statistics import Verdict

if TYPE_CHECKING:
    from workbench.analysis.regression.verdicts import Regression

# A ground of its own with white letters (contrast 5 to 1 and more) is readable on a light and a dark page.
_LOOK: dict[Verdict, tuple[str, str]] = {
    "worse": ("▼", "#b3261e"),
    "better": ("▲", "#1b6e3c"),
    "same": ("=", "#5f6368"),
    "undecided": ("?", "#8a5300"),
}
_HEADS = (
    *("verdict", "of what", "baseline", "candidate", "change, 95 % interval", "p, adjusted"),
    *("would have seen", "rests on"),
)
# JupyterLab puts all of a table to the right and in the middle: nothing for words on several lines.
_CELL = "text-align:left;vertical-align:top"
_WORDS = f"{_CELL};min-width:7em"


def shown(found: Regression) -> str:
    """A table for each data set, what is worse first; every text as text."""
    parts = [
        f"<p>{badge(found.verdict)} <b>{html.escape(_headline(found))}</b></p>",
        *(_dataset(found, new, old) for new, old in found.pairs()),
        *(f"<p>{html.escape(words)}</p>" for words in found.remarks()),
        *(f"<p>{html.escape(line)}</p>" for line in found.sees().splitlines()),
        (
            "<p>P values are of the direction that the verdict names, for the worse where it names none, "
            "adjusted for all that is compared here (Holm); intervals are each for itself.</p>"
        ),
    ]
    return f'<div class="mathjax_ignore tex2jax_ignore">{"".join(parts)}</div>'


def badge(verdict: Verdict) -> str:
    """A verdict as a word with a symbol, on a coloured ground."""
    symbol, colour = _LOOK[verdict]
    return (
        f'<b style="background:{colour};color:#fff;border-radius:4px;padding:1px 7px;white-space:nowrap">'
        f"{symbol} {verdict}</b>"
    )


def _headline(found: Regression) -> str:
    if found.worse:
        return f"Worse than the baseline, beyond chance: {', '.join(found.worse)}"
    if found.undecided:
        return f"Nothing is worse beyond chance; undecided: {', '.join(found.undecided)}"
    return "Nothing is worse than the baseline, beyond chance"


def _dataset(found: Regression, new: Measured, old: str) -> str:
    said = f"<p>{html.escape(f'{new.dataset}: {new.experiment} against baseline {old}')}</p>"
    own = [change for change in found.worst_first() if change.dataset == new.dataset]
    # What nobody has to look at is a click away, so that it hides nothing of what changed.
    same = [change for change in own if change.verdict == "same"]
    others = [change for change in own if change.verdict != "same"]
    told = f"{len(same)} of {len(own)} comparisons: the same, within the margin"
    folded = f"<details><summary>{told}</summary>{_table(same)}</details>" if same else ""
    return f"{said}{_table(others)}{folded}"


def _cells(change: Change) -> list[str]:
    found = change.difference
    figures = (figure(found.baseline, change.unit), figure(found.candidate, change.unit), difference(change))
    decided = "" if change.needed is None else f"; about {change.needed:,} samples would decide"
    rests_on = f"{samples(change)}, {found.method}{f'; {change.note}' if change.note else ''}"
    return [
        badge(change.verdict),
        f"<b>{html.escape(change.of.title)}</b><br>{html.escape(change.model)}",
        *map(_over_interval, figures),
        f'<span style="white-space:nowrap">{html.escape(p_value(change))}</span>',
        html.escape(f"{size(change.visible, change)}{decided}"),
        html.escape(rests_on),
    ]


def _over_interval(words: str) -> str:
    """A figure, and below it its interval, neither of them broken."""
    value, bracket, bounds = words.partition(" [")
    interval = f"<br>{html.escape(f'[{bounds}')}" if bracket else ""
    return f'<span style="white-space:nowrap">{html.escape(value)}{interval}</span>'


def _table(changes: Iterable[Change]) -> str:
    rows = "".join(f"<tr>{''.join(map(_cell, _HEADS, _cells(one)))}</tr>" for one in changes)
    if not rows:
        return ""
    head = "".join(f'<th style="{_CELL}">{each}</th>' for each in _HEADS)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div style="overflow-x:auto">{table}</div>'


def _cell(head: str, words: str) -> str:
    return f'<td style="{_WORDS if head in _HEADS[-2:] else _CELL}">{words}</td>'
