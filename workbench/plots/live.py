"""Charts of one prompt's answers while they come, and of how alike they are in the end."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from workbench.plots.grid import grid
from workbench.plots.look import Colours, colours, dollars, left_out, nothing, styled

TITLE = "Time, speed and cost of each answer"
SIGNS = "● done  ○ under way  × failed or stopped · bar: median of ● and ○"
SYMBOLS = {"done": "circle", "failed": "x-thin", "stopped": "x-thin"}
RUNNING_SYMBOL = "circle-open"
ROW_PX = 30
TOP_PX, GAP_PX, BOTTOM_PX = 72, 62, 48
# A gap that no text breaks, between a point and the words beside it.
BESIDE = "\u2003"

Row = Mapping[Hashable, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One number of an answer: what its axis says, and how a value is written."""

    title: str
    words: Callable[[float], str]


PANELS = {
    "ttft_s": Panel(title="time to first token, s", words=lambda value: f"{value:.2f} s"),
    "duration_s": Panel(title="whole answer, s", words=lambda value: f"{value:.2f} s"),
    "tokens_per_s": Panel(title="tokens per second", words=lambda value: f"{value:.0f} tok/s"),
    "cost_usd": Panel(title="cost of an answer, US$", words=dollars),
}


def live(answers: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """Time to first token, duration, speed and cost of one prompt's answers, a panel each.

    A point is an answer: full when it is done, a ring while it is under way, a cross where it failed or was
    stopped. The bar is the median of the model's answers, those that failed or were stopped left out, with
    their number where it is not 1.

    Args:
        answers: One row an answer, with `model`, `state` (as a pane has it), `ttft_s`, `duration_s`,
            `tokens_per_s` and `cost_usd` (US dollars); `nan` where a number is not known (yet), as are the
            times of an answer that was measured `under_load` (if there is such a column), which is said. A
            model whose answers have no number yet still gets its row.
        palette: Colour of each model; by default that of `colours` for the models sorted by name.
    """
    if answers.empty:
        return nothing(TITLE)
    models = list(dict.fromkeys(answers["model"]))
    figure = make_subplots(rows=2, cols=2, shared_yaxes=True, horizontal_spacing=0.05)
    for place, panel in enumerate(PANELS.values()):
        at = {"row": place // 2 + 1, "col": place % 2 + 1}
        figure.add_bar(orientation="h", width=0.6, opacity=0.35, hoverinfo="skip", **at)
        figure.add_scatter(mode="markers", marker_size=9, hoverinfo="text", cliponaxis=False, **at)
        figure.add_scatter(mode="text", textposition="middle right", hoverinfo="skip", cliponaxis=False, **at)
        figure.update_xaxes(title={"text": panel.title, "standoff": 4}, nticks=5, fixedrange=True, **at)
    figure.update_xaxes(tickprefix="$", exponentformat="none", row=2, col=2)
    styled(figure, TITLE, models)
    figure.update_yaxes(fixedrange=True, showgrid=False)
    _in_rows(figure, len(models))
    refresh(figure, answers, palette)
    return figure


def refresh(figure: go.Figure, answers: pd.DataFrame, palette: Colours | None = None) -> None:
    """Bring a figure of `live` up to answers of the same models; what is drawn changes in place."""
    rows = answers.to_dict("records")
    models = list(dict.fromkeys(answers["model"]))
    palette = palette or colours(sorted(models))
    loaded = sum(bool(row.get("under_load")) for row in rows)
    figure.update_layout(title_subtitle_text=SIGNS + (f" · {left_out(loaded)}" if loaded else ""))
    for place, (column, panel) in enumerate(PANELS.items()):
        bars, points, words = figure.data[3 * place : 3 * place + 3]
        shown = [row for row in rows if not _missing(row[column])]
        values = [float(row[column]) for row in shown]
        inks = [palette[row["model"]] for row in shown]
        counted = [_counted([row for row in rows if row["model"] == model], column) for model in models]
        bars.update(
            x=[median(own) if own else 0.0 for own in counted],
            y=models,
            marker_color=[palette[model] for model in models],
        )
        points.update(
            x=values,
            y=[row["model"] for row in shown],
            hovertext=[_hover(row, panel.words(value)) for row, value in zip(shown, values, strict=True)],
            marker={
                "color": inks,
                "symbol": [SYMBOLS.get(row["state"], RUNNING_SYMBOL) for row in shown],
                "line": {"color": inks, "width": 2},
            },
        )
        words.update(
            x=[
                max((x for x, row in zip(values, shown, strict=True) if row["model"] == model), default=0.0)
                for model in models
            ],
            y=models,
            text=[BESIDE + said for said in in_words(rows, column, panel.words, models)],
        )
        highest = max(values, default=0.0)
        axis = figure.layout[f"xaxis{place + 1 if place else ''}"]
        axis.update(range=[0, _reach(highest)], showticklabels=highest > 0)


def in_words(
    rows: Sequence[Row], column: str, words: Callable[[float], str], models: Sequence[str]
) -> list[str]:
    """What stands beside each model's bar: the median of its answers, or why there is none."""
    return [_in_words([row for row in rows if row["model"] == model], column, words) for model in models]


def similarity(matrix: pd.DataFrame) -> go.Figure:
    """How alike the answers of each two models are worded, as a grid with the numbers in its cells.

    Args:
        matrix: Models × models with shares in [0, 1], as `similarity_matrix` gives them; `nan` becomes `–`.
    """
    return grid(matrix, "Agreement of answers, % of words in common")


def _in_rows(figure: go.Figure, models: int) -> None:
    """Two panels above two others, with room for the words between them."""
    panel = ROW_PX * models
    inner = 2 * panel + GAP_PX
    share = panel / inner
    figure.update_layout(
        height=TOP_PX + inner + BOTTOM_PX, margin={"t": TOP_PX, "b": BOTTOM_PX}, dragmode=False
    )
    figure.update_yaxes(domain=[1 - share, 1], row=1)
    figure.update_yaxes(domain=[0, share], row=2)


def _counted(rows: Sequence[Row], column: str) -> list[float]:
    return [
        float(row[column])
        for row in rows
        if row["state"] not in {"failed", "stopped"} and not _missing(row[column])
    ]


def _in_words(rows: Sequence[Row], column: str, words: Callable[[float], str]) -> str:
    if values := _counted(rows, column):
        return words(median(values)) + (f", n={len(values)}" if len(values) > 1 else "")
    states = {row["state"] for row in rows}
    if states <= {"failed", "stopped"}:
        return " or ".join(sorted(states))
    if rows and all(row.get("under_load") for row in rows):
        return "under load"
    return "unknown" if "done" in states else ""


def _hover(row: Row, words: str) -> str:
    # Plotly reads tags in its texts.
    return f"{html.escape(str(row['model']), quote=False)}: {words}, {row['state']}"


def _reach(highest: float) -> float:
    """Where an axis ends: words fit beside the longest bar, and it moves in steps while an answer grows."""
    if highest <= 0:
        return 1.0
    step: float = 10.0 ** math.floor(math.log10(highest)) / 2
    return math.ceil(1.5 * highest / step) * step


def _missing(value: object) -> bool:
    return bool(pd.isna(value))  # type: ignore[call-overload]
