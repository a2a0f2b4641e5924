"""Charts: frames in, plotly figures out.

A colour means a model. Charts of the same set of models give them the same colours by themselves; where the set
changes from chart to chart, or grows, hand each the mapping of `colours`. Backgrounds are transparent and lines
grey, so that a figure reads on a light and on a dark page. To update a figure, make it again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from workbench.analysis.statistics import Estimate, quantile

Colours = Mapping[str, str]

# Okabe & Ito (2008) without their black and yellow, each lost on one of two pages; then what simulated colour
# blindness (Machado 2009) leaves farthest apart
PALETTE = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9",
    "#7B2FF7", "#A82424", "#9CC06C", "#903C6C", "#609CFC", "#8A7A5C",
)  # fmt: skip
INK = "#808080"
GRID = "rgba(128, 128, 128, 0.25)"
ROW_PX = 46
MANY = 500  # more points of one model than this are drawn as a box alone


def colours(models: Iterable[str]) -> dict[str, str]:
    """A colour for each model, as `#rrggbb`, in the order of first appearance; from the 13th on they repeat.

    A model added at the end leaves the colours of the others as they are.
    """
    return {model: PALETTE[i % len(PALETTE)] for i, model in enumerate(dict.fromkeys(models))}


def latency(calls: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """How long each model takes: every call as a point, its quartiles as a box, p50 with its 95 % interval.

    Args:
        calls: One row a call, with `model`, `duration_s` (seconds, `nan` for a call without a duration) and,
            if wanted, `ttft_s` (`nan` where the answer did not stream), which gets a panel of its own.
        palette: Colour of each model; by default that of `colours` for the models sorted by name.
    """
    title = "Latency, seconds: p50 with 95 % interval"
    panels = {
        column: words
        for column, words in (("duration_s", "whole answer"), ("ttft_s", "time to first token"))
        if column in calls and calls[column].notna().any()
    }
    if not panels:
        return _nothing(title)
    models = list(dict.fromkeys(calls["model"]))
    palette = palette or colours(sorted(models))
    figure = make_subplots(cols=len(panels), shared_yaxes=True, horizontal_spacing=0.04)
    for place, (column, words) in enumerate(panels.items(), start=1):
        for model in models:
            seconds = calls.loc[calls["model"] == model, column].dropna().astype(float)
            if len(seconds):
                figure.add_trace(_box(model, seconds, palette[model]), row=1, col=place)
                figure.add_trace(_median(model, quantile(seconds, 0.5), palette[model]), row=1, col=place)
        figure.update_xaxes(title_text=f"{words}, s", rangemode="tozero", col=place)
    return _styled(figure, title, models)


def cost(summary: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """What each model's calls cost together.

    Args:
        summary: One row a model, with `model`, `cost_usd` (US dollars; missing where unknown, 0 where free) and
            `calls` (how many).
        palette: As in `latency`.
    """
    title = "Cost of all calls, US dollars"
    if summary.empty:
        return _nothing(title)
    palette = palette or colours(sorted(summary["model"]))
    figure = go.Figure()
    for row in summary.itertuples():
        words = "cost unknown" if pd.isna(row.cost_usd) else _dollars(float(row.cost_usd))
        words = f" {words} · {row.calls:,} call{'' if row.calls == 1 else 's'}"
        hover = f"{row.model}: {words}<extra></extra>"
        if (
            pd.isna(row.cost_usd) or row.cost_usd == 0
        ):  # words alone, for a bar of 0 would look like a cheap model
            figure.add_scatter(
                x=[0],
                y=[row.model],
                mode="text",
                text=[words],
                textposition="middle right",
                hovertemplate=hover,
            )
        else:
            figure.add_bar(
                x=[float(row.cost_usd)], y=[row.model], orientation="h", marker_color=palette[row.model],
                text=[words], textposition="outside", textfont_color=INK, cliponaxis=False, hovertemplate=hover,
            )  # fmt: skip
    highest = float(pd.to_numeric(summary["cost_usd"].astype(float)).max())
    reach = 1.6 * highest if highest > 0 else 1  # the words beside the longest bar need room
    figure.update_xaxes(title_text="US$", tickprefix="$", range=[0, reach], showticklabels=highest > 0)
    return _styled(figure, title, list(summary["model"]))


def accuracy(summary: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """How many samples each model has right, with the interval and the number of samples.

    Args:
        summary: One row a model, with `model`, `accuracy`, `accuracy_low`, `accuracy_high` (all in [0, 1], missing
            where undefined) and `n` (samples).
        palette: As in `latency`.
    """
    title = "Accuracy, % of samples, with 95 % interval"
    if summary.empty:
        return _nothing(title)
    palette = palette or colours(sorted(summary["model"]))
    figure = go.Figure()
    for row, estimate in zip(summary.itertuples(), _accuracies(summary), strict=True):
        figure.add_scatter(
            x=[100 * estimate.value], y=[row.model], error_x=_bars(estimate, 100), mode="markers+text",
            marker={"size": 11, "color": palette[row.model]}, textposition="top center",
            text=[estimate.percent().split(" [")[0] + f", n={estimate.n}"],
            hovertemplate=f"{row.model}: {estimate.percent()}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(title_text="samples right, %", range=[-2, 102])
    return _styled(figure, title, list(summary["model"]))


def accuracy_cost(summary: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """What accuracy costs: up and to the left is better. Models of unknown cost are named below the title.

    Args:
        summary: One row a model, with the columns of `accuracy` and of `cost`.
        palette: As in `latency`.
    """
    title = "Accuracy, % of samples, against cost of all calls, US dollars"
    if summary.empty:
        return _nothing(title)
    palette = palette or colours(sorted(summary["model"]))
    figure = go.Figure()
    for row, estimate in zip(summary.itertuples(), _accuracies(summary), strict=True):
        if pd.isna(row.cost_usd):
            continue
        figure.add_scatter(
            x=[float(row.cost_usd)], y=[100 * estimate.value], error_y=_bars(estimate, 100), name=row.model,
            mode="markers", marker={"size": 11, "color": palette[row.model]},
            hovertemplate=f"{row.model}: {estimate.percent()}, {_dollars(float(row.cost_usd))}<extra></extra>",
        )  # fmt: skip
    unknown = ", ".join(summary.loc[summary["cost_usd"].isna(), "model"])
    figure.update_xaxes(title_text="cost, US$", tickprefix="$", rangemode="tozero")
    figure.update_yaxes(title_text="samples right, %", range=[-2, 102])
    _styled(figure, title)
    return figure.update_layout(
        title_subtitle_text=f"cost unknown: {unknown}" if unknown else None,
        showlegend=True,
        legend={"orientation": "h", "y": -0.25},
        height=420 + 12 * len(summary),
    )


def agreement(matrix: pd.DataFrame) -> go.Figure:
    """How often each two models say the same, as a grid with the numbers in its cells.

    Args:
        matrix: Models × models with shares in [0, 1], as `agreement_matrix` gives them; `nan` becomes `–`.
    """
    title = "Agreement of each two models, % of samples with equal answers"
    if matrix.empty:
        return _nothing(title)
    models = [str(model) for model in matrix.index]
    percent = 100 * matrix.to_numpy(dtype=float)
    numbers = [["–" if math.isnan(x) else f"{x:.0f}" for x in row] for row in percent]
    # with long names on both axes no room is left for the grid, so columns have the number of their row
    places = [str(i) for i, _ in enumerate(models, start=1)]
    figure = go.Figure(
        go.Heatmap(
            z=percent, x=places, y=models, text=numbers, texttemplate="%{text}", zmin=0, zmax=100, xgap=2, ygap=2,
            colorscale="Cividis", colorbar={"title": "%", "thickness": 12},
            customdata=[models] * len(models), hovertemplate="%{y} and %{customdata}: %{text} %<extra></extra>",
        )
    )  # fmt: skip
    _styled(figure, title, models)
    figure.update_xaxes(type="category", side="top", showgrid=False)
    figure.update_yaxes(
        showgrid=False, ticktext=[f"{_label(m)}  {i}" for m, i in zip(models, places, strict=True)]
    )
    return figure


def _box(model: str, seconds: pd.Series[float], colour: str) -> go.Box:
    return go.Box(
        x=seconds, y=[model] * len(seconds), orientation="h", boxpoints="all" if len(seconds) <= MANY else False,
        pointpos=0, jitter=0.6, marker={"color": colour, "size": 4, "opacity": 0.45}, line={"color": colour, "width": 1},
        fillcolor="rgba(0, 0, 0, 0)", hovertemplate=f"{model}: %{{x:.3f}} s<extra></extra>",
    )  # fmt: skip


def _median(model: str, p50: Estimate, colour: str) -> go.Scatter:
    return go.Scatter(
        x=[p50.value], y=[model], mode="markers", error_x=_bars(p50),
        marker={"color": colour, "size": 12, "symbol": "diamond", "line": {"color": "white", "width": 1}},
        hovertemplate=f"{model}: p50 {p50} s<extra></extra>",
    )  # fmt: skip


def _bars(estimate: Estimate, scale: float = 1) -> dict[str, object]:
    """Error bars of an estimate; a side without a bound has none."""
    up, down = estimate.high - estimate.value, estimate.value - estimate.low
    return {
        "type": "data",
        "symmetric": False,
        "array": [0 if math.isnan(up) else scale * up],
        "arrayminus": [0 if math.isnan(down) else scale * down],
        "thickness": 2,
    }


def _accuracies(summary: pd.DataFrame) -> list[Estimate]:
    columns = summary[["accuracy", "accuracy_low", "accuracy_high"]].astype(float).to_numpy().tolist()
    return [
        Estimate(value=value, low=low, high=high, n=int(n))
        for (value, low, high), n in zip(columns, summary["n"], strict=True)
    ]


def _dollars(usd: float) -> str:
    """`free`, or the amount with three significant digits or whole cents, never with an exponent."""
    if usd == 0:
        return "free"
    digits = max(2, 2 - math.floor(math.log10(usd)))
    return f"${usd:,.{digits}f}"


def _label(model: str) -> str:
    return model.replace("/", "/<br>", 1) if len(model) > 24 else model


def _nothing(title: str) -> go.Figure:
    figure = go.Figure()
    figure.add_annotation(
        text="no calls yet", showarrow=False, font_size=16, x=0.5, y=0.5, xref="paper", yref="paper"
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return _styled(figure, title)


def _styled(figure: go.Figure, title: str, models: list[str] | None = None) -> go.Figure:
    """Give a figure the look of all charts and, where `models` are given, one row for each, the first on top."""
    figure.update_layout(
        template="none", title_text=title, font_color=INK, showlegend=False, hovermode="closest",
        paper_bgcolor="rgba(0, 0, 0, 0)", plot_bgcolor="rgba(0, 0, 0, 0)", margin={"l": 20, "r": 20, "t": 60, "b": 50},
    )  # fmt: skip
    figure.update_xaxes(gridcolor=GRID, zerolinecolor=GRID, automargin=True)
    figure.update_yaxes(gridcolor=GRID, zerolinecolor=GRID, automargin=True)
    if models is not None:
        figure.update_layout(height=130 + ROW_PX * len(models))
        figure.update_yaxes(
            type="category", categoryorder="array", categoryarray=models, range=[len(models) - 0.5, -0.5],
            tickvals=models, ticktext=[_label(model) for model in models],
        )  # fmt: skip
    return figure
