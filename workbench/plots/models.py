"""Charts of models side by side: how long they take, what they cost, how right they are."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from workbench.analysis.items import dependence
from workbench.analysis.quantiles import quantile
from workbench.analysis.statistics import Estimate
from workbench.plots.look import CLEAR, INK, Colours, colours, dollars, left_out, nothing, plain, styled

MANY = 500  # more points of one model than this are drawn as a box alone


def latency(calls: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """How long each model takes: every call as a point, quartiles as a box, p50 with its 95 % interval.

    Args:
        calls: One row a call, with `model`, `duration_s` (seconds, `nan` for a call without a duration) and,
            if wanted, `ttft_s` (`nan` where the answer did not stream), which gets a panel of its own. Calls
            that were measured `under_load`, if there is such a column, are left out, which is said. With
            `sample` and `cluster`, intervals allow for calls that are not independent.
        palette: Colour of each model; by default that of `colours` for the models sorted by name.
    """
    title = "Latency, seconds: p50 with 95 % interval"
    if "status" in calls:
        calls = calls[calls["status"] == "ok"]
    loaded = calls["under_load"].astype(bool) if "under_load" in calls else pd.Series(False, calls.index)
    said = left_out(int(loaded.sum())) if loaded.any() else None
    calls = calls[~loaded]
    panels = {
        column: words
        for column, words in (("duration_s", "whole answer"), ("ttft_s", "time to first token"))
        if column in calls and calls[column].notna().any()
    }
    if not panels:
        return nothing(title, said or "no calls yet")
    models = list(dict.fromkeys(calls["model"]))
    palette = palette or colours(sorted(models))
    figure = make_subplots(cols=len(panels), shared_yaxes=True, horizontal_spacing=0.04)
    for place, (column, words) in enumerate(panels.items(), start=1):
        for model in models:
            timed = calls[(calls["model"] == model) & calls[column].notna()]
            seconds = timed[column].astype(float)
            units = dependence(timed, timed["sample"]) if "sample" in timed else None
            if len(seconds):
                figure.add_trace(_box(model, seconds, palette[model]), row=1, col=place)
                figure.add_trace(_median(model, seconds, units, palette[model]), row=1, col=place)
        figure.update_xaxes(title_text=f"{words}, s", rangemode="tozero", col=place)
    return styled(figure, title, models).update_layout(title_subtitle_text=said)


def cost(summary: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """What each model's calls cost together.

    Args:
        summary: One row a model, with `model`, `cost_usd` (US dollars, missing where unknown, 0 where free)
            and `calls` (how many); with `unknown_cost` (calls that the sum is short of), the words say so.
        palette: As in `latency`.
    """
    title = "Cost of all calls, US dollars"
    if summary.empty:
        return nothing(title)
    models, costs = list(summary["model"]), summary["cost_usd"].astype(float).tolist()
    palette = palette or colours(sorted(models))
    figure = go.Figure()
    short = summary.get("unknown_cost", pd.Series(0, index=summary.index))
    for model, usd, calls, unknown in zip(models, costs, summary["calls"], short, strict=True):
        words = f" {dollars(usd)} · {int(calls):,} call{'' if calls == 1 else 's'}"
        if unknown and not math.isnan(usd):
            words += f", {int(unknown):,} of unknown cost"
        both = {"y": [model], "text": [words], "hovertemplate": f"{plain(model)}: {words}<extra></extra>"}
        if usd > 0:
            look = {"marker_color": palette[model], "textfont_color": INK, "cliponaxis": False}
            figure.add_bar(x=[usd], orientation="h", textposition="outside", **look, **both)
        else:  # words alone: a bar of 0 would look like a cheap model
            figure.add_scatter(x=[0], mode="text", textposition="middle right", **both)
    highest = max((usd for usd in costs if usd > 0), default=0.0)
    reach = 1.6 * highest or 1.0  # the words beside the longest bar need room
    figure.update_xaxes(title_text="US$", tickprefix="$", exponentformat="none", range=[0, reach])
    figure.update_xaxes(showticklabels=highest > 0)
    return styled(figure, title, models).update_yaxes(showgrid=False)


def accuracy(summary: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """How many samples each model has right, with the interval and the number of samples.

    Args:
        summary: One row a model, with `model`, `accuracy`, `accuracy_low`, `accuracy_high` (in [0, 1],
            missing where undefined) and `n` (samples).
        palette: As in `latency`.
    """
    title = "Accuracy, % of samples, with 95 % interval"
    if summary.empty:
        return nothing(title)
    return shares(list(summary["model"]), _accuracies(summary), title, "samples right, %", palette)


def shares(
    models: list[str], found: list[Estimate], title: str, axis: str, palette: Colours | None = None
) -> go.Figure:
    """A share of each model as a point with its interval, on an axis from 0 to 100 %."""
    palette = palette or colours(sorted(models))
    figure = go.Figure()
    for model, share in zip(models, found, strict=True):
        figure.add_scatter(
            x=[100 * share.value],
            y=[model],
            error_x=bars(share, 100),
            mode="markers+text",
            marker={"size": 11, "color": palette[model]},
            text=[f"{100 * share.value:.1f} %, n={share.n}"],
            textposition="top center",
            cliponaxis=False,
            hovertemplate=f"{plain(model)}: {share.percent()}<extra></extra>",
        )
    figure.update_xaxes(title_text=axis, range=[-2, 102])
    return styled(figure, title, models)


def accuracy_cost(summary: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """What accuracy costs: up and to the left is better. Models of unknown cost are named below the title.

    Args:
        summary: One row a model, with the columns of `accuracy` and of `cost`.
        palette: As in `latency`.
    """
    title = "Accuracy, % of samples, against cost of all calls, US dollars"
    if summary.empty:
        return nothing(title)
    models, costs = list(summary["model"]), summary["cost_usd"].astype(float).tolist()
    palette = palette or colours(sorted(models))
    figure = go.Figure()
    for model, usd, share in zip(models, costs, _accuracies(summary), strict=True):
        if not math.isnan(usd):
            figure.add_scatter(
                x=[usd],
                y=[100 * share.value],
                error_y=bars(share, 100),
                name=f"{plain(model)}, n={share.n}",
                mode="markers",
                cliponaxis=False,
                marker={"size": 11, "color": palette[model]},
                hovertemplate=f"{plain(model)}: {share.percent()}, {dollars(usd)}<extra></extra>",
            )
    unknown = ", ".join(plain(model) for model, usd in zip(models, costs, strict=True) if math.isnan(usd))
    figure.update_xaxes(title_text="cost, US$", tickprefix="$", exponentformat="none", rangemode="tozero")
    figure.update_yaxes(title_text="samples right, %", range=[-2, 102])
    styled(figure, title)
    return figure.update_layout(
        title_subtitle_text=f"cost unknown: {unknown}" if unknown else None,
        showlegend=True,
        legend={"orientation": "h", "y": -0.25},
        height=420 + 12 * len(models),
    )


def _box(model: str, seconds: pd.Series[float], colour: str) -> go.Box:
    return go.Box(
        x=seconds,
        y=[model] * len(seconds),
        orientation="h",
        boxpoints="all" if len(seconds) <= MANY else False,
        pointpos=0,
        jitter=0.6,
        marker={"color": colour, "size": 4, "opacity": 0.45},
        line={"color": INK, "width": 1},
        fillcolor=CLEAR,
        hovertemplate=f"{plain(model)}: %{{x:.3f}} s<extra></extra>",
    )


def _median(model: str, seconds: pd.Series[float], units: Sequence[object] | None, colour: str) -> go.Scatter:
    p50, p95 = (quantile(seconds, q, units) for q in (0.5, 0.95))
    return go.Scatter(
        x=[p50.value],
        y=[model],
        mode="markers",
        error_x=bars(p50),
        marker={"color": colour, "size": 12, "symbol": "diamond", "line": {"color": "white", "width": 1}},
        hovertemplate=f"{plain(model)}<br>p50, s: {p50}<br>p95, s: {p95}<extra></extra>",
    )


def bars(estimate: Estimate, scale: float = 1) -> dict[str, object]:
    """Error bars of an estimate; a side without a bound has none."""
    up, down = estimate.high - estimate.value, estimate.value - estimate.low
    return {
        "type": "data",
        "symmetric": False,
        "array": [0 if math.isnan(up) else scale * up],
        "arrayminus": [0 if math.isnan(down) else scale * down],
        "thickness": 3,
    }


def _accuracies(summary: pd.DataFrame) -> list[Estimate]:
    columns = summary[["accuracy", "accuracy_low", "accuracy_high"]].astype(float).to_numpy().tolist()
    return [
        Estimate(value=value, low=low, high=high, n=int(n))
        for (value, low, high), n in zip(columns, summary["n"], strict=True)
    ]
