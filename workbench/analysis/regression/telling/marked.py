"""Samples that changed sides as a person reads them: what is gone of each answer, and what is new."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from workbench.differences import differences
from workbench.readable import readable

if TYPE_CHECKING:
    from workbench.analysis.regression.samples import Flips

MOST = 30
"""So many of a frame are shown; all are in the frame."""
NONE = "no answer"

# Readable on light and on dark ground, since the ground shines through; words say what colours do.
_MARKS = {
    "del": '<del style="background:rgba(220,60,50,.28)">{}</del>',
    "ins": '<ins style="background:rgba(40,160,70,.28)">{}</ins>',
}
_SIGNS = {"del": "[-{}-]", "ins": "{{+{}+}}"}
_CELL = "text-align:left;vertical-align:top"
# Names and figures keep columns as wide as their words; an answer takes what is left, and breaks anywhere.
_TEXT = f"{_CELL};overflow-wrap:anywhere;white-space:pre-wrap;min-width:16em"
_ENDS = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)


def marked(old: str | None, new: str | None, form: Literal["html", "text"]) -> str:
    """The new answer with what is gone of the old one: `<del>` and `<ins>`, or `[-gone-] {+new+}`.

    Args:
        old: An answer; `None` where there is none.
        new: Another.
        form: HTML without script or style sheet, every text escaped; or plain text for a terminal.
    """
    before, after = (NONE if text is None else text for text in (old, new))
    pieces = (
        ("", node) if isinstance(node, str) else (node[0], node[2]) for node in differences(after, before)
    )
    return "".join(_piece(tag, readable(words), form) for tag, words in pieces)


def flips_html(found: Flips) -> str:
    """Tables of what changed sides, both answers in one, and of what is flaky; empty where there is none."""
    parts = []
    if len(found.flips):
        rows = [_cells(row) for row in _first(found.flips)]
        parts.append(_titled(f"Changed sides: {_counts(found.flips)}.", found.flips))
        parts.append(_table(("", "model", "sample", "target", "score", "answer"), rows))
    if len(found.flaky):
        rows = [_flaky_cells(row) for row in _first(found.flaky)]
        parts.append(
            _titled(f"Flaky: {len(found.flaky):,}, listed apart; they count all the same.", found.flaky)
        )
        parts.append(_table(("model", "sample", "flaky in", "baseline", "candidate"), rows))
    if not parts:
        return ""
    return (
        f'<div class="mathjax_ignore tex2jax_ignore">{"".join(parts)}<p>{html.escape(found.rule)}</p></div>'
    )


def flips_text(found: Flips) -> str:
    """The same as plain text."""
    lines = []
    if len(found.flips):
        lines.append(f"Changed sides: {_counts(found.flips)}.{_more(found.flips)}")
        for row in _first(found.flips):
            target = "" if row["target"] is None else f", wanted {_line(row['target'])}"
            lines.append(f"  {row['direction']}: {_line(row['model'])}, {_line(row['sample'])}{target}")
            answer = marked(row["baseline_answer"], row["candidate_answer"], "text")
            lines += [f"    {line}" for line in answer.splitlines()]
    if len(found.flaky):
        lines.append(
            f"Flaky: {len(found.flaky):,}, listed apart; they count all the same.{_more(found.flaky)}"
        )
        for row in _first(found.flaky):
            both = f"{_scores(row['baseline_scores'])} → {_scores(row['candidate_scores'])}"
            lines.append(f"  {_line(row['model'])}, {_line(row['sample'])}: {both}")
    return "\n".join([*lines, found.rule] if lines else [])


def _piece(tag: str, words: str, form: Literal["html", "text"]) -> str:
    if form == "html":
        return _MARKS.get(tag, "{}").format(html.escape(words))
    if not tag or not words.strip():
        return words if tag != "del" else ""
    # White space stays outside, so that a line ends where the text has it.
    match = _ENDS.fullmatch(words)
    before, inner, after = match.groups() if match else ("", words, "")
    return f"{before}{_SIGNS[tag].format(inner)}{after}"


def _cells(row: dict[str, Any]) -> Iterator[str]:
    sign = "▼" if row["direction"] == "lost" else "▲"
    yield _cell(f"{sign}\N{NO-BREAK SPACE}{row['direction']}")
    yield from map(_cell, (row["model"], row["sample"]))
    target = "–" if row["target"] is None else row["target"]
    yield _cell(target, "min-width:7em;max-width:16em;overflow-wrap:anywhere")
    yield _cell(f"{row['baseline_score']:.3g} → {row['candidate_score']:.3g}", "white-space:nowrap")
    answer = marked(row["baseline_answer"], row["candidate_answer"], "html")
    yield f'<td style="{_TEXT}">{answer}</td>'


def _flaky_cells(row: dict[str, Any]) -> Iterator[str]:
    yield from map(_cell, (row["model"], row["sample"], row["flaky_in"]))
    yield from (_cell(_scores(row[name])) for name in ("baseline_scores", "candidate_scores"))


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f'<th style="{_CELL}">{each}</th>' for each in heads)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div style="overflow-x:auto">{table}</div>'


def _cell(text: object, style: str = "overflow-wrap:break-word") -> str:
    return f'<td style="{_CELL};{style}">{html.escape(readable(str(text)))}</td>'


def _titled(words: str, frame: pd.DataFrame) -> str:
    return f"<p><b>{words}</b>{_more(frame)}</p>"


def _counts(frame: pd.DataFrame) -> str:
    lost = int((frame["direction"] == "lost").sum())
    return f"{lost:,} lost, {len(frame) - lost:,} gained"


def _more(frame: pd.DataFrame) -> str:
    return f" The first {MOST} of them:" if len(frame) > MOST else ""


def _first(frame: pd.DataFrame) -> list[dict[str, Any]]:
    # A column of texts has `nan` where one is missing.
    shown = frame.head(MOST).astype(object)
    return [
        {str(name): value for name, value in row.items()}
        for row in shown.where(shown.notna(), None).to_dict("records")
    ]


def _scores(scores: Iterable[float]) -> str:
    return " ".join("–" if pd.isna(score) else f"{score:.3g}" for score in scores)


def _line(text: object) -> str:
    return readable(" ".join(str(text).split()))
