"""A chart of models that are compared while they are asked."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from workbench.plots.look import INK, Colours, colours, nothing, plain, styled


def sequential(trace: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """How the difference of each two models, its interval and the evidence came about, sample by sample.

    Args:
        trace: One row a look, as `UntilDecided.trace` gives it: `baseline`, `candidate`, `asked` (samples),
            `estimate`, `low`, `high` (candidate − baseline, in [-1, 1]), `e_value` and `needed` (which
            decides).
        palette: Colour of each model; by default that of `colours` for the models sorted by name. A line has
            the colour of its candidate.
    """
    title = "Difference of scores, points, with an interval that holds at every look"
    if trace.empty:
        return nothing(title, "no samples compared yet")
    palette = palette or colours(sorted({*trace["baseline"], *trace["candidate"]}))
    figure = make_subplots(rows=2, shared_xaxes=True, row_heights=[0.6, 0.4], vertical_spacing=0.06)
    groups = trace.groupby(["baseline", "candidate"], sort=False)
    for pair, own in groups:
        baseline, candidate = map(str, pair)
        name = f"{plain(candidate)} against {plain(baseline)}"
        colour = palette[candidate]
        looks = {"x": own["asked"], "legendgroup": name, "line_color": colour, "mode": "lines"}
        bound = {"line_width": 0, "hoverinfo": "skip", "showlegend": False}
        figure.add_scatter(y=100 * own["high"], **looks, **bound, row=1, col=1)
        figure.add_scatter(y=100 * own["low"], fill="tonexty", **looks, **bound, row=1, col=1)
        figure.data[-1].fillcolor = _pale(colour)
        figure.add_scatter(
            y=100 * own["estimate"],
            name=name,
            customdata=100 * own[["low", "high"]],
            hovertemplate=f"{name}<br>%{{x}} samples: %{{y:+.1f}} points"
            " [%{customdata[0]:+.1f}, %{customdata[1]:+.1f}]<extra></extra>",
            **looks,
            row=1,
            col=1,
        )
        figure.add_scatter(
            y=own["e_value"],
            name=name,
            showlegend=False,
            hovertemplate=f"{name}<br>%{{x}} samples: e-value %{{y:.3g}}<extra></extra>",
            **looks,
            row=2,
            col=1,
        )
    dotted = {"color": INK, "dash": "dot", "width": 1}
    figure.add_hline(y=0, line=dotted, row=1, col=1)
    needed = float(trace["needed"].iloc[0])
    figure.add_hline(y=needed, line=dotted, row=2, col=1)
    styled(figure, title)
    figure.update_xaxes(title_text="samples asked", rangemode="tozero", row=2, col=1)
    figure.update_yaxes(title_text="points", row=1, col=1)
    figure.update_yaxes(
        title_text=f"e-value,<br>{needed:.3g} decides", type="log", exponentformat="power", row=2, col=1
    )
    height = 480 + 12 * len(groups)
    return figure.update_layout(showlegend=True, legend={"orientation": "h", "y": -0.2}, height=height)


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.15)"
