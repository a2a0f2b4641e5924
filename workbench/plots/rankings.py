"""Charts of rankings."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from workbench.analysis.statistics import Estimate
from workbench.plots.look import INK, Colours, colours, nothing, plain, styled
from workbench.plots.models import bars


def ranking(frame: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """How strong each model is, with its interval; a side that votes give no bound has no bar.

    Args:
        frame: One row a model, the strongest first, as `Ranking.frame` gives it: `model`, `strength`, `low`,
            `high` (log odds, missing where undefined), `n` (samples), `rank_low` and `rank_high`.
        palette: Colour of each model; by default that of `colours` for the models sorted by name.
    """
    title = "Strength by votes, with 95 % interval"
    if frame.empty:
        return nothing(title, "no votes yet")
    models = list(frame["model"])
    palette = palette or colours(sorted(models))
    figure = go.Figure()
    for row in frame.to_dict("records"):
        model = row["model"]
        found = Estimate(value=row["strength"], low=row["low"], high=row["high"], n=int(row["n"]))
        low, high = int(row["rank_low"]), int(row["rank_high"])
        rank = f"rank {low}" if low == high else f"rank {low} to {high}"
        figure.add_scatter(
            x=[found.value],
            y=[model],
            error_x=bars(found),
            mode="markers+text",
            marker={"size": 11, "color": palette[model]},
            text=[f"{found.value:+.2f}, {rank}, n={found.n}"],
            textposition="top center",
            cliponaxis=False,
            hovertemplate=f"{plain(model)}: {found}<br>{rank}<extra></extra>",
        )
    figure.update_xaxes(title_text="log odds against an average one of these models")
    figure.add_vline(x=0, line={"color": INK, "dash": "dot", "width": 1})
    return styled(figure, title, models)
