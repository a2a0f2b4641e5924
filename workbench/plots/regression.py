"""Charts of a candidate against its baseline: changes with their verdicts, times then and now."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from workbench.analysis.items import dependence
from workbench.analysis.quantiles import quantile
from workbench.analysis.statistics import Estimate
from workbench.plots.look import INK, ROW_PX, Colours, colours, label, left_out, nothing, plain, styled
from workbench.plots.models import bars

_SYMBOLS = {
    "worse": ("triangle-down", "▼"),
    "better": ("triangle-up", "▲"),
    "same": ("square", "="),
    "undecided": ("circle-open", "?"),
}
_UNITS = {"points": "change, points", "score": "change of the score", "%": "change, % of the baseline"}
_READ = (
    "worse is less quality, and more of all else<br>"
    "pale band: margin, counts as same<br>dark band: tolerance, is let pass"
)
_MARGIN = "rgba(128, 128, 128, 0.15)"
_TOLERANCE = "rgba(128, 128, 128, 0.35)"
_QUANTILES = {"p50": 0.5, "p95": 0.95}
_PANELS = {"duration_s": "whole answer", "ttft_s": "time to first token"}


def changes(frame: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """Each change as a point with its 95 % interval: a forest plot by metric, a panel for each unit.

    The symbol and a word say the verdict. The pale band is the margin, within which a change is `same`, the
    darker one the tolerance. An interval is for itself, a verdict for the whole report: one may leave out 0
    and be undecided.

    Args:
        frame: One row a change, as `Regression.frame` has it.
        palette: Colour of each model; by default that of `colours` for the models sorted by name.
    """
    title = "Changes, with 95 % interval"
    if frame.empty:
        return nothing(title, "nothing compared")
    palette = palette or colours(sorted(set(frame["model"])))
    several = frame["dataset"].nunique() > 1
    order = {metric: place for place, metric in enumerate(dict.fromkeys(frame["metric"]))}
    records = sorted(frame.to_dict("records"), key=lambda row: order[row["metric"]])
    units = [_unit(row) for row in records]
    panels = [unit for unit in _UNITS if unit in units]
    counts = [units.count(unit) for unit in panels]
    height = 170 + 70 * (len(panels) - 1) + ROW_PX * 1.4 * len(frame)
    figure = make_subplots(rows=len(panels), row_heights=counts, vertical_spacing=90 / height)
    styled(figure, title)
    for panel, unit in enumerate(panels, start=1):
        rows = [row for row, its in zip(records, units, strict=True) if its == unit]
        for place, row in enumerate(rows):
            for edge, colour in ((row["margin"], _MARGIN), (row["tolerance"], _TOLERANCE)):
                _band(figure, _scale(unit) * edge, place, colour, panel)
            figure.add_trace(_change(row, unit, place, palette[row["model"]]), row=panel, col=1)
        figure.add_vline(x=0, line={"color": INK, "dash": "dot", "width": 1}, row=panel, col=1)
        figure.update_xaxes(title_text=_UNITS[unit], zeroline=False, row=panel, col=1)
        figure.update_yaxes(
            tickvals=list(range(len(rows))),
            ticktext=[_named(row, several=several) for row in rows],
            range=[len(rows) - 0.4, -0.7],
            zeroline=False,
            row=panel,
            col=1,
        )
    return figure.update_layout(height=height, title_subtitle_text=_READ, margin_t=110)


def shift(old: pd.DataFrame, new: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """How long each model took then and now: p50 and p95 with 95 % intervals; open is then, filled is now.

    Args:
        old: Rows of `results`, the baseline. Calls that failed, came from the log or were measured under load
            are left out, which is said of the latter. Intervals allow for answers that are not independent.
        new: Likewise, the candidate. Models that only one of the two has are left out.
        palette: As in `changes`.
    """
    title = "Latency then and now"
    timed = [_timed(frame) for frame in (old, new)]
    loaded = sum(lost for _, lost in timed)
    lost = left_out(loaded) if loaded else ""
    said = "open: then, filled: now, with 95 % interval" + (f"<br>{lost}" if lost else "")
    then, now = (frame for frame, _ in timed)
    both = set(then["model"]) & set(now["model"])
    models = [model for model in dict.fromkeys(new["model"]) if model in both]
    panels = {
        column: words
        for column, words in _PANELS.items()
        if all(column in frame and frame[column].notna().any() for frame in (then, now))
    }
    if not models or not panels:
        return nothing(title, lost or "no times to compare")
    palette = palette or colours(sorted(models))
    figure = make_subplots(cols=len(panels), shared_yaxes=True, horizontal_spacing=0.04)
    styled(figure, title)
    lines = [(model, name) for model in models for name in _QUANTILES]
    for panel, (column, words) in enumerate(panels.items(), start=1):
        for place, (model, name) in enumerate(lines):
            for frame, when in ((then, "then"), (now, "now")):
                found = _quantile(frame[frame["model"] == model], column, name)
                if found.n:
                    trace = _time(found, f"{plain(model)}, {name} {when}", place, when, palette[model])
                    figure.add_trace(trace, row=1, col=panel)
        figure.update_xaxes(title_text=f"{words}, s", rangemode="tozero", row=1, col=panel)
    figure.update_yaxes(
        tickvals=list(range(len(lines))),
        ticktext=[f"{label(model)} {name}" for model, name in lines],
        range=[len(lines) - 0.4, -0.7],
        zeroline=False,
    )
    return figure.update_layout(height=160 + ROW_PX * 1.9 * len(lines), title_subtitle_text=said, margin_t=90)


def _unit(row: dict[Any, Any]) -> str:
    if row["relative"]:
        return "%"
    figures = [row["baseline"], row["candidate"]]
    return "score" if any(value < 0 or value > 1 for value in figures) else "points"


def _scale(unit: str) -> int:
    return 1 if unit == "score" else 100


def _change(row: dict[Any, Any], unit: str, place: int, colour: str) -> go.Scatter:
    scale = _scale(unit)
    value, low, high = (scale * float(row[name]) for name in ("change", "change_low", "change_high"))
    symbol, sign = _SYMBOLS[row["verdict"]]
    words = f"{value:+.3g}" if unit == "score" else f"{value:+z.1f}{' %' if unit == '%' else ''}"
    words = words.replace("-", "−")
    known = not math.isnan(value)
    estimate = Estimate(value=value, low=low, high=high, n=int(row["n"]))
    said = f"{sign} {row['verdict']} {words if known else '–'}, n={row['n']}"
    return go.Scatter(
        name=f"{plain(row['title'])}, {plain(row['model'])} on {plain(row['dataset'])}",
        x=[value if known else 0],
        y=[place],
        error_x=bars(estimate) | {"color": colour},
        mode="markers+text" if known else "text",
        marker={"size": 12, "color": colour, "symbol": symbol, "line": {"color": colour, "width": 2}},
        text=[said],
        textposition="top center",
        cliponaxis=False,
        hovertemplate=(
            f"{plain(row['model'])} on {plain(row['dataset'])}, {plain(row['title'])}<br>{said}<br>"
            f"[{_number(low)}, {_number(high)}], p for the worse {_number(row['p_worse'])}, for the better "
            f"{_number(row['p_better'])}<extra></extra>"
        ),
    )


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3g}"


def _band(figure: go.Figure, reach: float, place: int, colour: str, panel: int) -> None:
    if reach > 0:
        edges = {"x0": -reach, "x1": reach, "y0": place - 0.2, "y1": place + 0.2}
        figure.add_shape(
            type="rect", fillcolor=colour, line_width=0, layer="below", row=panel, col=1, **edges
        )


def _named(row: dict[Any, Any], *, several: bool) -> str:
    on = f"<br>on {plain(row['dataset'])}" if several else ""
    return f"{plain(row['title'])}<br>{label(row['model'])}{on}"


def _timed(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Calls whose times are the model's own, and how many were measured under load."""
    called = frame[(frame["status"] == "ok") & ~frame["cached"].fillna(False).astype(bool)]
    loaded = called["under_load"].fillna(False).astype(bool)
    return called[~loaded], int(loaded.sum())


def _quantile(rows: pd.DataFrame, column: str, name: str) -> Estimate:
    timed = rows[rows[column].notna()]
    return quantile(timed[column].astype(float), _QUANTILES[name], dependence(timed, timed["sample"]))


def _time(found: Estimate, words: str, place: int, when: str, colour: str) -> go.Scatter:
    now = when == "now"
    return go.Scatter(
        name=words,
        x=[found.value],
        y=[place + (0.14 if now else -0.14)],
        error_x=bars(found) | {"color": colour},
        mode="markers+text",
        marker={"size": 11, "color": colour, "symbol": "diamond" if now else "diamond-open"},
        text=[f"{when} {found.value:.3g} s, n={found.n}"],
        textposition="bottom center" if now else "top center",
        cliponaxis=False,
        hovertemplate=f"{words}, s: {found}<extra></extra>",
    )
