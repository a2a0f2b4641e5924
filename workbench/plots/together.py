"""A chart of what models score and cost together."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from itertools import cycle
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from workbench.analysis.statistics import Estimate
from workbench.plots.look import INK, Colours, colours, dollars, nothing, plain, styled
from workbench.plots.models import bars

# Ensembles have no colour of their own, so each has its sign.
SIGNS = ("diamond", "square", "triangle-up", "star", "cross", "hexagon", "triangle-down", "bowtie")


def ensembles(table: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """Accuracy against cost of models (coloured points) and ensembles (grey signs).

    The line joins what nothing beats in both: the Pareto front. Up and to the left is better; what is of
    unknown cost is named below the title.

    Args:
        table: As `analysis.ensembles.ensembles` gives it.
        palette: Colour of each model; by default that of `colours` for the models sorted by name. Ensembles
            are grey.
    """
    title = "Accuracy, % of samples, against cost of a sample, US dollars"
    if table.empty:
        return nothing(title, "no answers yet")
    palette = palette or colours(sorted(table.loc[table["kind"] == "model", "ensemble"]))
    figure = go.Figure()
    front = table[table["front"]].sort_values("cost_usd")
    figure.add_scatter(
        x=front["cost_usd"],
        y=100 * front["accuracy"],
        mode="lines",
        name="worth its money",
        hoverinfo="skip",
        line={"color": INK, "dash": "dot", "width": 1},
    )
    # The best model is one of those that are there.
    rows = table[table["kind"] != "best model"].to_dict("records")
    signs = cycle(SIGNS)
    for row in rows:
        match row["kind"]:
            case "model":
                look = {"color": palette[row["ensemble"]], "symbol": "circle"}
            case "upper bound":
                look = {"color": INK, "symbol": "x-thin-open"}
            case _:
                look = {"color": INK, "symbol": next(signs)}
        if not math.isnan(row["cost_usd"]):
            figure.add_trace(_point(row, look))
    unknown = ", ".join(plain(row["ensemble"]) for row in rows if math.isnan(row["cost_usd"]))
    figure.update_xaxes(title_text="US$ a sample", tickprefix="$", exponentformat="none", rangemode="tozero")
    figure.update_yaxes(title_text="samples right, %", range=[-2, 102])
    return styled(figure, title).update_layout(
        title_subtitle_text=f"cost unknown: {unknown}" if unknown else None,
        showlegend=True,
        legend={"orientation": "h", "y": -0.25},
        height=420 + 12 * len(rows),
    )


def _point(row: Mapping[Hashable, Any], look: Mapping[str, str]) -> go.Scatter:
    low, high, n = row["accuracy_low"], row["accuracy_high"], int(row["n"])
    share = Estimate(value=row["accuracy"], low=low, high=high, n=n)
    name = plain(row["ensemble"])
    words = f"{name}: {share.percent()}, {dollars(row['cost_usd'])}, {row['calls']:.2g} calls a sample"
    return go.Scatter(
        x=[row["cost_usd"]],
        y=[100 * share.value],
        error_y=bars(share, 100),
        name=f"{name}, n={n}",
        mode="markers",
        cliponaxis=False,
        marker={"size": 11, **look},
        hovertemplate=f"{words}<extra></extra>",
    )
