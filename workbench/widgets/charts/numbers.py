"""The numbers of a run's answers as a frame, and as tables for whoever reads a saved notebook."""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from workbench.analysis.agreement.similarity import similarity_in_words
from workbench.plots.live import PANELS, in_words
from workbench.widgets.panes.comparison import PaneState

_CELL = "text-align:left;vertical-align:top;padding:.3em .8em .3em 0"
_COLUMNS: dict[str, tuple[str, Callable[[float], str]]] = {
    "ttft_s": ("TTFT", PANELS["ttft_s"].words),
    "duration_s": ("time", PANELS["duration_s"].words),
    "tokens_per_s": ("speed", PANELS["tokens_per_s"].words),
    "output_tokens": ("tokens", lambda value: f"{value:.0f}"),
    "cost_usd": ("cost", PANELS["cost_usd"].words),
}


def frame_of(panes: Sequence[PaneState]) -> pd.DataFrame:
    """One row an answer: model, repeat, state, under_load, and the numbers that tables and charts show.

    They are ttft_s, duration_s, tokens_per_s, output_tokens and cost_usd; `nan` where one is not known, as
    are the times of an answer that was measured under load. The duration of one under way is its time so far.
    """
    rows = [
        (
            pane.model,
            pane.repeat,
            pane.state,
            pane.under_load,
            *((None,) * 3 if pane.under_load else (pane.ttft_s, pane.elapsed_s, pane.tokens_per_s)),
            pane.output_tokens,
            None if pane.cost_usd is None else float(pane.cost_usd),
        )
        for pane in panes
    ]
    frame = pd.DataFrame(rows, columns=["model", "repeat", "state", "under_load", *_COLUMNS])
    return frame.astype(dict.fromkeys(_COLUMNS, float))


def numbers_table(answers: pd.DataFrame) -> str:
    """HTML: the median of each number by model, as beside the bars of the charts, everything escaped."""
    models = list(dict.fromkeys(answers["model"]))
    rows = answers.to_dict("records")
    columns = [in_words(rows, column, words, models) for column, (_, words) in _COLUMNS.items()]
    states = [_states(answers.loc[answers["model"] == model, "state"]) for model in models]
    heads = ["model", "answers", *(head for head, _ in _COLUMNS.values())]
    return _table("Median of each model's answers", heads, zip(models, states, *columns, strict=True))


def similarity_table(matrix: pd.DataFrame) -> str:
    """HTML: what a matrix of similarities says, and its numbers in percent, everything escaped."""
    models = [str(model) for model in matrix.index]
    rows = [
        (model, *("–" if math.isnan(share) else f"{100 * share:.0f} %" for share in shares))
        for model, shares in zip(models, matrix.to_numpy(dtype=float).tolist(), strict=True)
    ]
    caption = f"Words in common of each two models' answers. {similarity_in_words(matrix)}"
    return _table(caption, ["model", *models], rows)


def _states(states: Iterable[str]) -> str:
    return ", ".join(f"{count} {state}" for state, count in Counter(states).items())


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col" style="{_CELL}">{html.escape(head)}</th>' for head in heads)
    body = "".join(
        f'<tr style="border-top:1px solid"><th scope="row" style="{_CELL}">{html.escape(first)}</th>'
        + "".join(f'<td style="{_CELL}">{html.escape(cell)}</td>' for cell in cells)
        + "</tr>"
        for first, *cells in rows
    )
    return (
        f'<table style="border-collapse:collapse"><caption style="{_CELL}">{html.escape(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    )
