"""Models with their prices and what they can do, in a table to search."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets

from workbench.widgets.panes.facts import UNKNOWN
from workbench.widgets.question.choices import Choice
from workbench.widgets.showing import Showing

MOST_ROWS = 50  # with more of them in the page it lags behind who types
ABILITIES = {
    "images": "images",
    "files": "files",
    "tools": "tools",
    "output": "JSON schema",
    "reasoning": "thinks",
}
UNLISTED = "not listed"
_HEADS = ("model", "US$ per million tokens, in / out", "context", "longest answer", "can")
_CELL = "text-align:left;vertical-align:top;padding:.25em 1.2em .25em 0"


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelRow:
    """A model of a catalogue, in words.

    Attributes:
        choice: Its name, price and context.
        longest: Most tokens of an answer; `None` is not known.
        can: What it can do; a dash where nothing is known.
        listed: Whether its provider lists it; otherwise the name is from the workbench's own table.
    """

    choice: Choice
    longest: int | None
    can: str
    listed: bool

    @staticmethod
    def of(row: Mapping[str, Any]) -> ModelRow:
        """A row of `Client.catalog`."""
        choice = Choice(
            name=f"{row['provider']}/{row['model']}",
            price_input_usd=row["input_usd_per_mtok"],
            price_output_usd=row["output_usd_per_mtok"],
            context_tokens=row["context_tokens"],
        )
        return ModelRow(
            choice=choice, longest=row["output_tokens"], can=_can(row), listed=row["listed"] is not False
        )

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table, as texts."""
        longest = UNKNOWN if self.longest is None else f"{self.longest:,}"
        name = self.choice.name if self.listed else f"{self.choice.name} ({UNLISTED})"
        return (name, self.choice.price, self.choice.context, longest, self.can)


def found(rows: Iterable[ModelRow], text: str) -> list[ModelRow]:
    """The rows that have all words of a text in them, case aside, in whichever column."""
    words = text.casefold().split()
    return [row for row in rows if all(word in " ".join(row.cells).casefold() for word in words)]


def counts(rows: Sequence[ModelRow], shown: Sequence[ModelRow]) -> str:
    """How many there are and of whom, and how many of them are shown."""
    of_each = Counter(row.choice.order[0] for row in rows)
    providers = ", ".join(f"{provider} {count:,}" for provider, count in of_each.most_common())
    some = f"{len(shown):,} of " if len(shown) < len(rows) else ""
    unlisted = sorted({row.choice.order[0] for row in rows if not row.listed})
    remark = (
        f" {', '.join(unlisted)}: no listing, names of our own table; there may be more." if unlisted else ""
    )
    return f"{some}{len(rows):,} models ({providers or 'none'}).{remark}"


def table(rows: Sequence[ModelRow], shown: Sequence[ModelRow]) -> str:
    """The first of the shown rows as HTML, all of it escaped, with the counts."""
    heads = "".join(f'<th scope="col" style="{_CELL}">{head}</th>' for head in _HEADS)
    body = "".join(_tr(row) for row in shown[:MOST_ROWS])
    left = len(shown) - MOST_ROWS
    more = f" The first {MOST_ROWS} are shown: search for more words." if left > 0 else ""
    # Pages set what stands between two dollars as mathematics.
    return (
        '<div class="mathjax_ignore tex2jax_ignore" style="overflow-x:auto;line-height:1.5">'
        f'<div role="status">{html.escape(counts(rows, shown))}{more}</div>'
        f'<table style="border-collapse:collapse"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


class ModelTable(Showing):
    """Models to look through; saved and headless, the first rows and the counts.

    Attributes:
        search: Narrows the table while one types.
        view: Field and table.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]], search: str = "") -> None:
        """Show them.

        Args:
            rows: Of `Client.catalog`, of any number of providers.
            search: What is searched for at first.
        """
        self._rows = [ModelRow.of(row) for row in rows]
        self.search = ipywidgets.Text(
            value=search,
            description="Search",
            placeholder="words of the name, or tools, images, free …",
            layout=ipywidgets.Layout(width="auto", max_width="36rem"),
        )
        self._table = ipywidgets.HTML()
        self.search.observe(lambda _: self._show(), "value")
        self.view = ipywidgets.VBox(
            [self.search, self._table], layout=ipywidgets.Layout(align_items="stretch")
        )
        self._show()

    @property
    def found(self) -> list[ModelRow]:
        """Those that the search finds."""
        return found(self._rows, self.search.value)

    def static_html(self) -> str:
        """The first rows that the search finds, and the counts."""
        return table(self._rows, self.found)

    def static_text(self) -> str:
        """The counts."""
        return counts(self._rows, self.found)

    def _show(self) -> None:
        self._table.value = self.static_html()
        self.keep()


def _can(row: Mapping[str, Any]) -> str:
    if row["chat"] is False:
        return "no conversation"
    known = {name: row[name] for name in ABILITIES if row[name] is not None}
    return ", ".join(ABILITIES[name] for name, can in known.items() if can) or ("text" if known else UNKNOWN)


def _tr(row: ModelRow) -> str:
    name, *cells = (html.escape(cell) for cell in row.cells)
    rest = "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells)
    return (
        '<tr style="border-top:1px solid var(--jp-border-color2, #999)">'
        f'<th scope="row" style="{_CELL};overflow-wrap:anywhere">{name}</th>{rest}</tr>'
    )
