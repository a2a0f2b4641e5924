"""Charts of models against each other: differences with their intervals, and how sure the ranks are."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from workbench.analysis.comparing.comparison import Comparison
from workbench.plots.look import INK, ROW_PX, Colours, colours, label, plain, styled


def differences(compared: Comparison, palette: Colours | None = None) -> go.Figure:
    """The difference of each pair of models as a point with its 95 % interval: a forest plot.

    Pairs that were told apart are filled, in the colour of the better model; an interval is for its pair
    alone, so that one may leave out 0 though its pair was not told apart among several.

    Args:
        compared: What `comparison` gave.
        palette: Colour of each model; by default that of `colours` for the models sorted by name.
    """
    pairs = compared.frame
    palette = palette or colours(sorted(compared.models["model"]))
    points = compared.scale == 100
    unit = "points" if points else "score"
    figure = go.Figure()
    for place, row in enumerate(pairs.to_dict("records")):
        value, low, high = (compared.scale * row[name] for name in ("difference", "low", "high"))
        better = row["model"] if row["difference"] >= 0 else row["other"]
        colour = palette[better] if row["apart"] else INK
        words = f"{value:+.1f}" if points else f"{value:+.3g}"
        figure.add_scatter(
            x=[value],
            y=[place],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [0 if math.isnan(high) else high - value],
                "arrayminus": [0 if math.isnan(low) else value - low],
                "thickness": 3,
                "color": colour,
            },
            mode="markers+text",
            marker={"size": 11, "color": colour, "symbol": "circle" if row["apart"] else "circle-open"},
            text=[f"{words}, n={row['n']}"],
            textposition="top center",
            cliponaxis=False,
            hovertemplate=(
                f"{plain(row['model'])} − {plain(row['other'])}: {words} [{low:.3g}, {high:.3g}] {unit}, "
                f"adjusted p {row['p_adjusted']:.3g}<extra></extra>"
            ),
        )
    figure.add_vline(x=0, line={"color": INK, "dash": "dot", "width": 1})
    figure.update_xaxes(title_text=f"difference, {unit}; filled: told apart")
    styled(figure, f"Differences between models, {unit}, with 95 % interval")
    names = [f"{label(row['model'])}<br>− {label(row['other'])}" for row in pairs.to_dict("records")]
    figure.update_yaxes(
        tickvals=list(range(len(pairs))), ticktext=names, range=[len(pairs) - 0.5, -0.5], zeroline=False
    )
    return figure.update_layout(height=130 + 2 * ROW_PX * len(pairs))


def rank_distribution(compared: Comparison, palette: Colours | None = None) -> go.Figure:
    """How often each model has each rank when the samples are drawn again: one bar a model, the best on top.

    Args:
        compared: What `comparison` gave.
        palette: As in `differences`: a rank is a shade of the model's colour, the darkest the first.
    """
    shares: pd.DataFrame = compared.ranks
    models = [str(model) for model in shares.index]
    palette = palette or colours(sorted(models))
    figure = go.Figure()
    for rank in range(1, len(models) + 1):
        percent = [100 * share for share in shares[rank]]
        figure.add_bar(
            x=percent,
            y=models,
            orientation="h",
            marker={
                "color": [palette[model] for model in models],
                "opacity": 1 - 0.85 * (rank - 1) / max(1, len(models) - 1),
                "line": {"color": INK, "width": 1},
            },
            text=[f"{rank}" if share >= 6 else "" for share in percent],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            customdata=[plain(model) for model in models],
            hovertemplate=f"%{{customdata}}: rank {rank} in %{{x:.1f}} % of draws<extra></extra>",
        )
    figure.update_xaxes(title_text=f"draws, %; {plain(compared.samples)} drawn again", range=[0, 100])
    styled(figure, "Rank of each model in samples drawn again, % of draws", models)
    return figure.update_layout(barmode="stack").update_yaxes(showgrid=False)
