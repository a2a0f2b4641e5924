"""The comparison as a plain HTML table: for papermill, nbconvert and whoever reads a saved notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence

from workbench.widgets.comparison import PaneState
from workbench.widgets.facts import FACTS, facts, summary

_CELL = "text-align:left;vertical-align:top;padding:.3em .8em .3em 0"
_TEXT = "white-space:pre-wrap;overflow-wrap:anywhere"


def table(prompt: str, panes: Sequence[PaneState]) -> str:
    """Prompt, numbers and full texts, everything escaped: what models write is shown, never rendered."""
    heads = "".join(
        f'<th style="{_CELL}">{html.escape(head)}</th>' for head in ("model", "state", *_labels())
    )
    rows = "".join(_rows(pane, len(FACTS) + 2) for pane in panes)
    return (
        f'<div><p style="{_TEXT}"><b>Prompt</b> {html.escape(prompt)}</p>'
        f'<table style="width:100%;border-collapse:collapse"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table><p>{html.escape(summary(panes))}</p></div>"
    )


def _labels() -> list[str]:
    return [label for label, _ in FACTS]


def _rows(pane: PaneState, columns: int) -> str:
    cells = "".join(f'<td style="{_CELL}">{html.escape(fact)}</td>' for fact in (pane.state, *facts(pane)))
    parts = [
        ("opacity:.7;font-style:italic;", pane.reasoning),
        ("", pane.text),
        ("font-weight:bold;", pane.error),
    ]
    parts.append(("opacity:.7;", pane.note))
    texts = "".join(f'<div style="{style}{_TEXT}">{html.escape(text)}</div>' for style, text in parts if text)
    model = f'<th scope="row" style="{_CELL}">{html.escape(pane.model)}</th>'
    return (
        f'<tr style="border-top:1px solid">{model}{cells}</tr>'
        f'<tr><td colspan="{columns}" style="text-align:left;padding:0 0 1em">{texts}</td></tr>'
    )
