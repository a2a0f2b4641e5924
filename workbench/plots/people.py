"""Charts of what people say of answers."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from workbench.analysis.statistics import Estimate
from workbench.plots.look import INK, Colours, nothing
from workbench.plots.models import shares


def preferences(frame: pd.DataFrame, palette: Colours | None = None) -> go.Figure:
    """How often people preferred each model's answers, with the interval and the number of samples.

    Args:
        frame: One row a model, as `analysis.preferences` gives it: `model`, `preferred`, `low`, `high` (in
            [0, 1], missing where undefined) and `n` (samples).
        palette: Colour of each model; by default that of `colours` for the models sorted by name.
    """
    title = "Preferred by people, % of comparisons, with 95 % interval"
    if frame.empty:
        return nothing(title, "no votes yet")
    numbers = frame[["preferred", "low", "high"]].astype(float).to_numpy().tolist()
    found = [
        Estimate(value=value, low=low, high=high, n=int(n))
        for (value, low, high), n in zip(numbers, frame["n"], strict=True)
    ]
    figure = shares(list(frame["model"]), found, title, "comparisons won, equal ones half, %", palette)
    return figure.add_vline(x=50, line={"color": INK, "dash": "dot", "width": 1})
