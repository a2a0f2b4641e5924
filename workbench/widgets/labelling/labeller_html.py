"""What the labelling widget says, as HTML: all that users and models wrote is escaped or rendered safely."""

from __future__ import annotations

import math

import pandas as pd

from workbench.widgets.labelling.items import Answer
from workbench.widgets.labelling.labelling import Choice, Labelling
from workbench.widgets.text.markdown import render
from workbench.widgets.text.node_html import escaped, html_of

COMMANDS = (
    ("s", "skip: not this one, not now"),
    ("u", "undo: take the last judgement back"),
    ("n", "write a note to go with the next judgement; Enter ends it"),
    ("?", "show or hide this list"),
)
_CELL = "text-align:left;padding:.2em 1em .2em 0"
_SHARES = {"preferred", "share", "low", "high"}
_HEADS = {"low": "from", "high": "to", "n": "samples"}


def progress(state: Labelling) -> str:
    """How far it is, and about how long the rest takes."""
    words = f"{state.done:,} of {len(state.items):,}"
    if state.skipped:
        words += f", {len(state.skipped):,} skipped"
    if state.current is not None and state.left_s is not None:
        words += f", about {_while(state.left_s)} left"
    return words


def head(state: Labelling, prompt: str) -> str:
    """Progress, the question, and what the models were asked."""
    asked = (
        '<div class="workbench-labeller-prompt" tabindex="0" role="region" aria-label="What the models were '
        f'asked">{escaped(prompt)}</div>'
        if prompt and state.current is not None
        else ""
    )
    return (
        f'<div class="workbench-labeller-progress" role="status">{escaped(progress(state))}</div>'
        f'<div class="workbench-labeller-question">{escaped(state.question)}</div>{asked}'
    )


def answers(state: Labelling) -> str:
    """The answers of the item shown, in boxes of their own."""
    boxes = (_box(place, answer, state) for place, answer in enumerate(state.answers, start=1))
    return f'<div class="workbench-labeller-answers">{"".join(boxes)}</div>'


def button(choice: Choice) -> str:
    """The words of a choice's button, its key first."""
    return choice.words if choice.words == choice.key else f"{choice.key}  {choice.words}"


def keys(choices: tuple[Choice, ...]) -> str:
    """The list of keys."""
    rows = [(choice.key, choice.words) for choice in choices] + list(COMMANDS)
    rows = [(f"{key} or t" if words == "Equally good" else key, words) for key, words in rows]
    items = (f"<kbd>{escaped(key)}</kbd> {escaped(words)}" for key, words in rows)
    return "<br>".join(items)


def ended(state: Labelling) -> str:
    """What is said in place of answers where there are none left, or never were any."""
    if not state.items:
        return (
            "There is nothing to judge: no two models answered the same with different words."
            if not state.labels
            else "There is nothing to judge: no call was answered with a text."
        ) + " wb.experiments(client.log) names experiments, wb.results gives their answers."
    again = f" {len(state.skipped):,} skipped: run the cell again to see them." if state.skipped else ""
    return f"All done: {state.done:,} of {len(state.items):,} judged.{again} u takes the last one back."


def summary(table: pd.DataFrame) -> str:
    """A frame as a plain table, shares in per cent."""
    if table.empty:
        return "<p>Nobody has judged any of these yet.</p>"
    heads = "".join(f'<th style="{_CELL}">{escaped(_HEADS.get(str(name), str(name)))}</th>' for name in table)
    rows = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{_said(str(name), value)}</td>' for name, value in row.items())
        + "</tr>"
        for row in table.to_dict("records")
    )  # fmt: skip
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _box(place: int, answer: Answer, state: Labelling) -> str:
    name = f"Answer {place}" if len(state.answers) > 1 else "Answer"
    model = "" if state.blind else f" · {escaped(answer.model)}"
    nodes, _ = render(answer.text, whole=True)
    return (
        f'<section class="workbench-labeller-answer" aria-label="{name}"><strong>{name}</strong>{model}'
        f'<div class="workbench-labeller-body" tabindex="0">{html_of(nodes)}</div></section>'
    )


def _said(name: str, value: object) -> str:
    if name in _SHARES and isinstance(value, float):
        return "–" if math.isnan(value) else f"{100 * value:.1f} %"
    return escaped(str(value))


def _while(seconds: float) -> str:
    if seconds < 60:
        return "a minute"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
