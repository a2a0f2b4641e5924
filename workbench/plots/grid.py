"""A square of models against models, with the numbers in its cells."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd
import plotly.graph_objects as go

from workbench.plots.look import label, nothing, styled


def grid(
    matrix: pd.DataFrame, title: str, notes: Mapping[tuple[str, str], str] = MappingProxyType({})
) -> go.Figure:
    """Shares in [0, 1] of each two models as percent; `nan` becomes `–`.

    `notes` says what else there is to tell of two models, to whoever points at their cell.
    """
    if matrix.empty:
        return nothing(title)
    models = [str(model) for model in matrix.index]
    percent = (100 * matrix.to_numpy(dtype=float)).tolist()
    numbers = [["–" if math.isnan(x) else f"{x:.0f}" for x in row] for row in percent]
    # with long names on both axes no room is left for the grid, so columns have the number of their row
    places = [str(i) for i in range(1, len(models) + 1)]
    names = [html.escape(model, quote=False) for model in models]
    figure = go.Figure(
        go.Heatmap(
            z=[[None if math.isnan(x) else x for x in row] for row in percent],  # JSON has no nan
            x=places,
            y=models,
            text=numbers,
            texttemplate="%{text}",
            zmin=0,
            zmax=100,
            xgap=2,
            ygap=2,
            colorscale="Cividis",
            showscale=False,
            customdata=[
                [
                    [name, other, notes.get((row, column), "")]
                    for column, other in zip(models, names, strict=True)
                ]
                for row, name in zip(models, names, strict=True)
            ],
            hovertemplate="%{customdata[0]} and %{customdata[1]}: %{text} %%{customdata[2]}<extra></extra>",
        )
    )
    styled(figure, title, models)
    figure.update_xaxes(type="category", side="top", showgrid=False)
    figure.update_yaxes(
        showgrid=False, ticktext=[f"{i} · {label(m)}" for i, m in zip(places, models, strict=True)]
    )
    return figure
