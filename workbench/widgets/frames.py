"""Tables as people read them: dollars, seconds, a dash for what is not known; everything escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import pandas as pd

from workbench.widgets.panes.facts import UNKNOWN
from workbench.widgets.panes.words import money

MOST_ROWS = 60
NO_MATHS = "mathjax_ignore tex2jax_ignore"  # two amounts in dollars are no formula
_LONGEST = 300
_WIDEST = 120  # characters of a line; beyond them a column becomes a line
_NARROW = 40
_CELL = "padding:.2em .8em .2em 0;vertical-align:top;text-align:"
_WIDE = ";min-width:16em;white-space:normal;overflow-wrap:anywhere"


class Table(pd.DataFrame):
    """A frame that is shown readably; frames that are made of it are plain ones."""

    def _repr_html_(self) -> str:
        columns, note = _columns(self)
        # Names of columns are longer than what is in them: they break where they have underlines.
        heads = "".join(_html("th", each.side, each.name).replace("_", "_<wbr>") for each in columns)
        cells = zip(*([_html("td", each.side, cell) for cell in each.cells] for each in columns), strict=True)
        rows = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
        remark = f'<p style="opacity:.75">{html.escape(note)}</p>' if note else ""
        return (
            f'<div class="{NO_MATHS}" style="overflow-x:auto"><table><thead><tr>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table>"
            f"{remark}</div>"
        )

    def __repr__(self) -> str:
        columns, note = _columns(self)
        # Of control characters a terminal would do what they say.
        texts = [[each.name, *(repr(cell)[1:-1] for cell in each.cells)] for each in columns]
        sides = [each.side for each in columns]
        if sum(max(map(len, text)) + 2 for text in texts) > _WIDEST and len(self) < len(texts):
            texts, sides = [list(row) for row in zip(*texts, strict=True)], ["left"] + ["right"] * len(self)
        widths = [max(map(len, text)) for text in texts]
        lines = (
            "  ".join(
                cell.rjust(width) if side == "right" else cell.ljust(width)
                for cell, width, side in zip(line, widths, sides, strict=True)
            )
            for line in zip(*texts, strict=True)
        )
        return "\n".join(filter(None, [*(line.rstrip() for line in lines), note]))


def show(table: pd.DataFrame | Iterable[Any]) -> Table:
    """A table that a cell shows readably: dollars and seconds with their units, a dash for what is not known.

    What models and users wrote in it is shown as text, never as markup. Columns in which nothing is known and
    rows beyond the first 60 are in the frame, but are not shown.

    Args:
        table: A frame, as of `workbench.log.usage()`; or rows, as of `client.catalog()`, `client.health()`
            and `client.models()`.
    """
    if isinstance(table, pd.DataFrame):
        return Table(table)
    return Table([asdict(row) if is_dataclass(row) and not isinstance(row, type) else row for row in table])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Column:
    name: str
    side: str
    cells: list[str]


def _columns(table: pd.DataFrame) -> tuple[list[_Column], str]:
    """What is shown, as texts, and a remark on what is not."""
    frame = pd.DataFrame(table)
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index(allow_duplicates=True)
    shown, empty = [], []
    for place, name in enumerate(map(str, frame.columns)):
        column = frame.iloc[:, place]
        if len(column) and column.isna().all():
            empty.append(name)
            continue
        numbers = all(
            isinstance(each, Real | Decimal) and not isinstance(each, bool) for each in column.dropna()
        )
        cells = [_cell(name, value) for value in column.head(MOST_ROWS)]
        shown.append(_Column(name=name, side="right" if numbers else "left", cells=cells))
    notes = [f"{MOST_ROWS} of {len(frame):,} rows"] if len(frame) > MOST_ROWS else []
    notes += [] if len(frame) else ["no rows"]
    notes += [f"nothing known of {', '.join(empty)}"] if empty else []
    return shown, " · ".join(notes)


def _html(tag: str, side: str, text: str) -> str:
    room = ";white-space:nowrap" if tag == "td" and len(text) <= _NARROW else _WIDE if tag == "td" else ""
    return f'<{tag} style="{_CELL}{side}{room}">{html.escape(text)}</{tag}>'


def _cell(name: str, value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value))
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Real | Decimal):
        return _number(name, value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _number(name: str, value: Any) -> str:
    if "usd" in name.split("_"):
        return f"{'-' if value < 0 else ''}{money(abs(Decimal(str(value))))}" if value else "$0"
    if isinstance(value, Integral):
        return f"{int(value):,}"
    if name.endswith("_s"):
        return f"{value:,.{2 if abs(value) >= 1 else 3}f} s"
    return f"{value:,.4g}"
