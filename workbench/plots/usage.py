"""Charts of what was used: the money by day, the waiting by model, and both on another model."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from workbench.plots.look import INK, Colours, colours, dollars, left_out, nothing, plain, styled

_KINDS = {"duration_s": "answering", "queued_s": "queued for a slot", "waited_s": "asleep between attempts"}
_SHADES = {"duration_s": 1.0, "queued_s": 0.55, "waited_s": 0.25}
_MONEY = ("cost_usd", "est_cost_usd", "est_cost_low_usd", "est_cost_high_usd")
_PERCENTILES = ("duration_p50_s", "duration_p95_s", "duration_p99_s")


def spending(usage: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """What was spent each day, by model.

    Args:
        usage: One row a day and model, with `day` (a time), `model` and `cost_usd` (US dollars, missing where
            unknown, which draws nothing).
        palette: Colour of each model; by default that of `colours` for the models sorted by name.
    """
    title = "Cost by day, US dollars"
    if usage.empty:
        return nothing(title)
    models = sorted(set(usage["model"]))
    palette = palette or colours(models)
    figure = go.Figure()
    for model in models:
        own = usage[usage["model"] == model]
        costs = own["cost_usd"].astype(float)
        figure.add_bar(
            x=own["day"].dt.strftime("%Y-%m-%d"),
            y=costs.fillna(0),
            name=model,
            marker_color=palette[model],
            customdata=[dollars(usd) for usd in costs],
            hovertemplate=f"{plain(model)}, %{{x}}: %{{customdata}}<extra></extra>",
        )
    figure.update_xaxes(title_text="day, UTC", type="category", categoryorder="category ascending")
    figure.update_yaxes(title_text="US$", tickprefix="$", exponentformat="none", rangemode="tozero")
    return styled(figure, title).update_layout(
        barmode="stack",
        bargap=0.4,
        showlegend=True,
        legend={"orientation": "h", "y": -0.3},
        height=400 + 8 * len(models),
    )


def waiting(usage: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """What the waiting was for, by model: the seconds of all calls together.

    Args:
        usage: One row a model, with `model`, `duration_s`, `queued_s` and `waited_s` (sums, seconds) and
            `calls`.
        palette: As in `spending`.
    """
    title = "Waiting, seconds of all calls together"
    if usage.empty:
        return nothing(title)
    models = list(usage["model"])
    palette = palette or colours(sorted(models))
    figure = go.Figure()
    for column, words in _KINDS.items():
        seconds = usage[column].astype(float).fillna(0)
        figure.add_bar(
            x=seconds,
            y=models,
            orientation="h",
            name=words,
            marker={"color": [palette[model] for model in models], "opacity": _SHADES[column]},
            customdata=usage["calls"],
            hovertemplate=f"%{{y}}, {words}: %{{x:,.1f}} s, %{{customdata:,}} calls<extra></extra>",
        )
    figure.update_xaxes(title_text="s; full colour answering, paler queued, palest asleep between attempts")
    return styled(figure, title, models).update_layout(barmode="stack")


def durations(usage: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """How long each model's answers took: p50 as a point, and a line on to p95 and p99.

    Args:
        usage: One row a model, with `model`, `calls`, `errors`, `interrupted`, `cached`, and
            `under_load`, and `duration_p50_s`, `duration_p95_s` and `duration_p99_s` (seconds, missing where
            nothing was answered). What failed, was interrupted, came from the log or was measured under load
            has no duration that counts, and is not in n.
        palette: As in `spending`.
    """
    title = "Duration of an answer, seconds: p50, p95 and p99"
    if usage.empty:
        return nothing(title)
    models = list(usage["model"])
    palette = palette or colours(sorted(models))
    figure = go.Figure()
    percentiles = usage[list(_PERCENTILES)].astype(float).to_numpy().tolist()
    timed = usage["calls"] - usage["errors"] - usage["interrupted"] - usage["cached"]
    timed -= usage["under_load"]
    for model, seconds, calls in zip(models, percentiles, timed, strict=True):
        colour = palette[model]
        marks = {
            "size": [12, 8, 8],
            "symbol": ["diamond", "line-ns", "line-ns"],
            "line_width": 2,
            "opacity": 1,
        }
        if not math.isnan(seconds[0]):
            figure.add_scatter(
                x=seconds,
                y=[model] * 3,
                mode="lines+markers+text",
                line={"color": colour, "width": 2},
                marker={"color": colour, "line_color": colour, **marks},
                text=[f"{seconds[0]:.2f} s, n={calls:,}", "", ""],
                textposition="top right",
                cliponaxis=False,
                hovertemplate=f"{plain(model)}: %{{x:.3f}} s<extra></extra>",
            )
    figure.update_xaxes(title_text="whole answer, s", rangemode="tozero")
    loaded = int(usage["under_load"].sum())
    return styled(figure, title, models).update_layout(
        title_subtitle_text=left_out(loaded) if loaded else None
    )


def repriced(frame: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """What each model's calls cost, and what they would cost on another model, with the bounds of that.

    Args:
        frame: As `Log.reprice` gives it, one row a model, with `model`, `calls`, `cost_usd` and
            `est_cost_usd` with its low and high (US dollars, missing where unknown).
        palette: As in `spending`.
    """
    title = "Cost as it was (bar) and estimated for the other model (point, with its bounds), US dollars"
    if frame.empty:
        return nothing(title)
    models = list(frame["model"])
    palette = palette or colours(sorted(models))
    figure = go.Figure()
    money = frame[list(_MONEY)].astype(float).to_numpy().tolist()
    for model, (was, usd, low, high), calls in zip(models, money, frame["calls"], strict=True):
        words = f"{plain(model)}: {dollars(was)}, estimated {dollars(usd)}, n={calls:,}"
        both = {"y": [model], "hovertemplate": f"{words}<extra></extra>"}
        if was > 0:
            look = {"marker_color": palette[model], "opacity": 0.55}
            figure.add_bar(x=[was], orientation="h", width=0.5, **look, **both)
        if not math.isnan(usd):
            figure.add_scatter(
                x=[usd],
                mode="markers+text",
                error_x={"symmetric": False, "array": [high - usd], "arrayminus": [usd - low]},
                marker={"size": 11, "color": INK, "symbol": "diamond"},
                text=[f"{dollars(usd)}, n={calls:,}"],
                textposition="top center",
                cliponaxis=False,
                **both,
            )
    figure.update_xaxes(title_text="US$", tickprefix="$", exponentformat="none", rangemode="tozero")
    return styled(figure, title, models)
