"""Prompts and answers as plain HTML: for papermill, nbconvert and whoever reads a saved notebook.

It needs no style sheet, no script and no network, and takes its colours from the page, be it light or dark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from workbench.calls import Image
from workbench.evals.templates import filled
from workbench.widgets.charts.numbers import similarity_table
from workbench.widgets.panes.comparison import PaneState
from workbench.widgets.panes.facts import FACTS, facts, summary
from workbench.widgets.playground.session import Turn
from workbench.widgets.question.draft import SECRETS, Draft
from workbench.widgets.text.markdown import render
from workbench.widgets.text.node_html import escaped, html_of

Colours = Mapping[str, str]

_CELL = "text-align:left;vertical-align:top;padding:.3em .8em .3em 0"
# Marks that stack up on a letter, and words without an end, stay within their box.
_BOX = "overflow:auto;overflow-wrap:anywhere"
_PLAIN = f"{_BOX};white-space:pre-wrap"
_WIDE = "overflow-x:auto;margin-top:.6em"
_MARKDOWN = f"{_BOX};white-space:pre-line"


def static_session(
    turns: Sequence[Turn],
    *,
    similarity: pd.DataFrame | None = None,
    votes: Sequence[str] = (),
    colours: Colours | None = None,
    hidden: bool = False,
) -> str:
    """A conversation with several models: every prompt, every number, every answer with its Markdown.

    Everything that people and models wrote is escaped, or made of `markdown.TAGS`.

    Args:
        turns: The last one last.
        similarity: Of the last turn's answers, models × models, as `similarity_matrix` gives it.
        votes: What was voted, a line each.
        colours: A colour for each model, as `#rrggbb`, shown as a bar beside its name.
        hidden: Whether the last turn waits for a blind vote: its answers are there, without what tells the
            models.
    """
    if not turns:
        return "<p>Nothing was asked yet.</p>"
    shown = "".join(
        (f"<h4>Turn {number} of {len(turns)}</h4>" if len(turns) > 1 else "")
        + (
            _blind(turn)
            if hidden and turn is turns[-1]
            else _asked(turn.draft) + _answers(turn.comparison.panes(), colours or {})
        )
        for number, turn in enumerate(turns, 1)
    )
    if similarity is not None and not hidden:
        shown += f'<div style="{_WIDE};border-top:1px solid">{similarity_table(similarity)}</div>'
    if votes:
        shown += _titled("Votes", "<br>".join(map(escaped, votes)), _BOX)
    return f"<div>{shown}</div>"


def _blind(turn: Turn) -> str:
    """Prompt and texts, under letters: parameters, numbers and errors could give a model away."""
    letters = {model: chr(ord("A") + place) for place, model in enumerate(turn.comparison.models)}
    return _titled("Prompt", escaped(turn.draft.words())) + "".join(
        _titled(f"Model {letters[pane.model]}", html_of(render(pane.text, whole=True)[0]), _MARKDOWN)
        for pane in turn.comparison.panes()
    )


def _asked(draft: Draft) -> str:
    """What was sent, with the variables filled in, and what it was made of."""
    parts = [("System prompt", draft.system), ("Prompt", draft.prompt)]
    texts = [(title, filled(text, draft.variables)) for title, text in parts if text]
    variables = _lines(draft.variables, draft.names)
    texts += [("Variables", variables)] if variables else []
    texts += [("Images", "\n".join(map(_name, draft.images)))] if draft.images else []
    own = {
        f"{model}: {name}": value for model, some in draft.own_params.items() for name, value in some.items()
    }
    params = {
        name: "***" if name.rpartition(" ")[2] in SECRETS else repr(value)
        for name, value in {**draft.params, **own}.items()
        if name != "tags"
    }
    texts += [("Parameters", _lines(params, params))] if params else []
    return "".join(_titled(title, escaped(text)) for title, text in texts)


def _lines(values: Mapping[str, str], names: Iterable[str]) -> str:
    return "\n".join(f"{name} = {values[name]}" for name in names if name in values)


def _name(image: Image) -> str:
    return image.url or f"{image.media_type}, {len(image.data or b'') / 1000:,.1f} kB"


def _titled(title: str, inner: str, style: str = _PLAIN) -> str:
    return f'<p style="margin:.6em 0 0"><b>{title}</b></p><div style="{style}">{inner}</div>'


def _answers(panes: Sequence[PaneState], colours: Colours) -> str:
    """A table of all numbers, so that they can be compared, and the texts below it."""
    heads = "".join(f'<th scope="col" style="{_CELL}">{head}</th>' for head in _heads())
    rows = "".join(_row(pane, colours) for pane in panes)
    texts = "".join(_text(pane, colours) for pane in panes)
    return (
        f'<div style="{_WIDE}"><table style="border-collapse:collapse"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div><p>{escaped(summary(panes))}</p>{texts}"
    )


def _heads() -> list[str]:
    return ["model", "state", *(label for label, _ in FACTS)]


def _row(pane: PaneState, colours: Colours) -> str:
    name = f'<th scope="row" style="{_CELL}">{_named(pane, colours)}</th>'
    cells = "".join(f'<td style="{_CELL}">{escaped(fact)}</td>' for fact in (pane.state, *facts(pane)))
    return f'<tr style="border-top:1px solid">{name}{cells}</tr>'


def _named(pane: PaneState, colours: Colours) -> str:
    again = f" · answer {pane.repeat + 1}" if pane.repeat else ""
    colour = colours.get(pane.model)
    bar = f"border-left:.3em solid {escaped(colour)};padding-left:.5em" if colour else ""
    return f'<span style="{bar}">{escaped(pane.model)}{again}</span>' if bar else escaped(pane.model) + again


def _text(pane: PaneState, colours: Colours) -> str:
    nodes, _ = render(pane.text, whole=True)
    parts = [
        (f"font-style:italic;opacity:.75;{_PLAIN}", escaped(pane.reasoning)),
        (_MARKDOWN, html_of(nodes)),
        (f"font-weight:bold;{_PLAIN}", escaped(pane.error)),
        (f"opacity:.75;{_PLAIN}", escaped(pane.note)),
    ]
    inner = "".join(f'<div style="{style}">{html}</div>' for style, html in parts if html)
    if not inner:
        return ""
    name = f'<p style="margin:.3em 0"><b>{_named(pane, colours)}</b></p>'
    return f'<div style="border-top:1px solid;margin-top:.8em">{name}{inner}</div>'
