"""Charts of a candidate against its baseline: changes with their verdicts, times then and now, samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from workbench.analysis.items import dependence
from workbench.analysis.quantiles import quantile
from workbench.analysis.statistics import Estimate
from workbench.plots.look import INK, ROW_PX, Colours, colours, label, left_out, nothing, plain, styled
from workbench.plots.models import bars

MOST_SAMPLES = 40
_SYMBOLS = {
    "worse": ("triangle-down", "▼"),
    "better": ("triangle-up", "▲"),
    "same": ("square", "="),
    "undecided": ("circle-open", "?"),
}
_UNITS = {"points": "change, points", "score": "change of the score", "%": "change, % of the baseline"}
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
    title = "Changes against the baseline, with 95 % interval"
    if frame.empty:
        return nothing(title, "nothing compared")
    palette = palette or colours(sorted(set(frame["model"])))
    several = frame["dataset"].nunique() > 1
    order = {metric: place for place, metric in enumerate(dict.fromkeys(frame["metric"]))}
    records = sorted(frame.to_dict("records"), key=lambda row: order[row["metric"]])
    units = [_unit(row) for row in records]
    panels = [unit for unit in _UNITS if unit in units]
    counts = [units.count(unit) for unit in panels]
    height = 150 + 70 * (len(panels) - 1) + ROW_PX * 1.4 * len(frame)
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
    said = "pale band: margin, within which it is the same; dark band: tolerance, which is let pass"
    return figure.update_layout(height=height, title_subtitle_text=said, margin_t=90)


def shift(old: pd.DataFrame, new: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """How long each model took then and now: p50 and p95 with 95 % intervals; open is then, filled is now.

    Args:
        old: Rows of `results`, the baseline. Calls that failed, came from the log or were measured under load
            are left out, which is said of the latter. Intervals allow for answers that are not independent.
        new: Likewise, the candidate. Models that only one of the two has are left out.
        palette: As in `changes`.
    """
    title = "Latency then (open) and now (filled), seconds, with 95 % interval"
    timed = [_timed(frame) for frame in (old, new)]
    loaded = sum(lost for _, lost in timed)
    said = left_out(loaded) if loaded else None
    then, now = (frame for frame, _ in timed)
    models = [model for model in dict.fromkeys(now["model"]) if model in set(then["model"])]
    panels = {
        column: words
        for column, words in _PANELS.items()
        if all(column in frame and frame[column].notna().any() for frame in (then, now))
    }
    if not models or not panels:
        return nothing(title, said or "no times to compare")
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
    return figure.update_layout(height=130 + ROW_PX * 1.9 * len(lines), title_subtitle_text=said)


def flips(changed: pd.DataFrame, flaky: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """The scores of samples then and now, as a grid: those that changed sides, and apart from them the flaky.

    Args:
        changed: One row a sample, as `Flips.flips` or `Regression.flips`; the first 40 are shown.
        flaky: Likewise, as `Flips.flaky`; the scores of all epochs are in the cells.
        palette: As in `changes`, for the names of the models.
    """
    title = "Samples that changed sides, and flaky ones"
    rows = {
        "changed sides": [_flip(row) for row in changed.head(MOST_SAMPLES).to_dict("records")],
        "flaky": [_flaky(row) for row in flaky.head(MOST_SAMPLES).to_dict("records")],
    }
    rows = {words: own for words, own in rows.items() if own}
    if not rows:
        return nothing(title, "no sample changed sides, and none is flaky")
    models = sorted({row["model"] for own in rows.values() for row in own})
    palette = palette or colours(models)
    scores = [score for own in rows.values() for row in own for score in row["scores"] if score is not None]
    count = sum(map(len, rows.values()))
    height = 170 + 30 * count + 60 * (len(rows) - 1)
    figure = make_subplots(
        rows=len(rows),
        row_heights=[len(own) for own in rows.values()],
        vertical_spacing=60 / height,
        subplot_titles=list(rows),
    )
    for panel, own in enumerate(rows.values(), start=1):
        trace = _grid(own, low=min(0.0, *scores), high=max(1.0, *scores))
        figure.add_trace(trace, row=panel, col=1)
        names = [
            f'<span style="color:{palette[row["model"]]}">■</span> {row["name"]}'
            + (f" · {plain(row['model'])}" if len(models) > 1 else "")
            for row in own
        ]
        figure.update_yaxes(
            type="category",
            tickvals=[row["place"] for row in own],
            ticktext=names,
            range=[len(own) - 0.5, -0.5],
            showgrid=False,
            row=panel,
            col=1,
        )
    styled(figure, title)
    figure.update_xaxes(showgrid=False)
    hidden = sum(max(0, len(frame) - MOST_SAMPLES) for frame in (changed, flaky))
    said = f"mean scores; flaky: of each epoch{f'; {hidden:,} more are not shown' if hidden else ''}"
    return figure.update_layout(height=height, title_subtitle_text=said, margin_t=100)


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


def _flip(row: dict[Any, Any]) -> dict[str, Any]:
    scores = [float(row[f"{run}_score"]) for run in ("baseline", "candidate")]
    return _line(row, scores, [f"{score:.3g}" for score in scores], str(row["direction"]))


def _flaky(row: dict[Any, Any]) -> dict[str, Any]:
    lists = [[float(score) for score in row[f"{run}_scores"]] for run in ("baseline", "candidate")]
    means = [_mean(scores) for scores in lists]
    texts = [" ".join("–" if math.isnan(score) else f"{score:.3g}" for score in scores) for scores in lists]
    return _line(row, means, texts, f"flaky in {row['flaky_in']}")


def _line(
    row: dict[Any, Any], scores: Sequence[float | None], texts: list[str], words: str
) -> dict[str, Any]:
    name = plain(row["sample"])
    told = f"{plain(row['model'])} on {plain(row['dataset'])}, {name}: {words}"
    place = f"{row['sample']} · {row['model']} · {row['dataset']}"
    return {
        "model": row["model"],
        "name": name,
        "place": place,
        "scores": scores,
        "texts": texts,
        "told": told,
    }


def _mean(scores: Sequence[float]) -> float | None:
    there = [score for score in scores if not math.isnan(score)]
    return math.fsum(there) / len(there) if there else None


def _grid(rows: list[dict[str, Any]], low: float, high: float) -> go.Heatmap:
    return go.Heatmap(
        z=[row["scores"] for row in rows],
        x=["baseline", "candidate"],
        y=[row["place"] for row in rows],
        text=[row["texts"] for row in rows],
        texttemplate="%{text}",
        zmin=low,
        zmax=high,
        xgap=2,
        ygap=2,
        colorscale="Cividis",
        showscale=False,
        customdata=[[row["told"]] * 2 for row in rows],
        hovertemplate="%{customdata}<br>%{x}: %{text}<extra></extra>",
    )
