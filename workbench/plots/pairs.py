"""Charts of who says the same as whom."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from workbench.analysis.statistics import Estimate
from workbench.plots.grid import grid
from workbench.plots.look import INK, nothing, plain, styled
from workbench.plots.models import bars

PANELS = {"kappa": "Cohen's kappa", "ac1": "Gwet's AC1"}


def agreement(matrix: pd.DataFrame, pairs: pd.DataFrame | None = None) -> go.Figure:
    """How often each two models say the same, as a grid with the numbers in its cells.

    Args:
        matrix: Models × models with shares in [0, 1], as `agreement_matrix` gives them; `nan` becomes `–`.
        pairs: As `agreement_table` gives them: whoever points at a cell is told its 95 % interval and n too.
    """
    title = "Agreement of each two models, % of samples with equal answers"
    notes = {}
    for row in () if pairs is None else pairs.to_dict("records"):
        found = _estimate(row, "percent")
        low, high = ("–" if math.isnan(bound) else f"{100 * bound:.0f}" for bound in (found.low, found.high))
        notes[row["a"], row["b"]] = notes[row["b"], row["a"]] = f" [{low}, {high}], n={found.n}"
    return grid(matrix, title, notes)


def agreement_pairs(pairs: pd.DataFrame) -> go.Figure:
    """How far each two raters agree beyond chance: kappa beside AC1, each with its interval.

    Where the two are far apart, nearly all labels are one and the same.

    Args:
        pairs: One row a pair, as `agreement_table` gives it: `a`, `b`, `n`, `kappa` and `ac1` (at most 1),
            each with `…_low` and `…_high`, missing where undefined.
    """
    title = "Agreement beyond chance, with 95 % interval: 0 is chance, 1 is full agreement"
    if pairs.empty:
        return nothing(title, "no two to compare")
    rows = pairs.to_dict("records")
    places = [str(place) for place in range(len(rows))]
    figure = make_subplots(cols=len(PANELS), shared_yaxes=True, horizontal_spacing=0.06)
    for column, (name, words) in enumerate(PANELS.items(), start=1):
        for place, row in zip(places, rows, strict=True):
            found = _estimate(row, name)
            if not math.isnan(found.value):
                both = f"{plain(str(row['a']))} and {plain(str(row['b']))}"
                figure.add_scatter(
                    x=[found.value],
                    y=[place],
                    error_x=bars(found),
                    mode="markers+text",
                    marker={"size": 11, "color": INK},
                    text=[f"{found.value:.2f}, n={found.n}"],
                    textposition="top center",
                    cliponaxis=False,
                    hovertemplate=f"{both}<br>{words} {found}<extra></extra>",
                    row=1,
                    col=column,
                )
        figure.add_vline(x=0, line={"color": INK, "dash": "dot", "width": 1}, row=1, col=column)
        figure.update_xaxes(title_text=words, col=column)
    ends = [float(row[f"{name}{end}"]) for row in rows for name in PANELS for end in ("", "_low")]
    figure.update_xaxes(range=[min([0.0, *(end for end in ends if not math.isnan(end))]) - 0.1, 1.1])
    styled(figure, title, places)
    names = [f"{plain(str(row['a']))}<br>{plain(str(row['b']))}" for row in rows]
    return figure.update_yaxes(ticktext=names)


def _estimate(row: Mapping[Hashable, Any], name: str) -> Estimate:
    value, low, high = (float(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    return Estimate(value=value, low=low, high=high, n=int(row["n"]))
