"""What all charts have in common: colours, words, axes."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping

import plotly.graph_objects as go

Colours = Mapping[str, str]

# Okabe & Ito (2008) without their black and yellow, each lost on one of two pages; then what simulated colour
# blindness (Machado 2009) leaves farthest apart
PALETTE = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9",
    "#7B2FF7", "#A82424", "#9CC06C", "#903C6C", "#609CFC", "#8A7A5C",
)  # fmt: skip
INK = "#808080"
CLEAR = "rgba(0, 0, 0, 0)"
GRID = "rgba(128, 128, 128, 0.25)"
ROW_PX = 46


def colours(models: Iterable[str]) -> dict[str, str]:
    """A colour for each model, as `#rrggbb`, in the order of first appearance; from the 13th on they repeat.

    A model added at the end leaves the colours of the others as they are.
    """
    return {model: PALETTE[i % len(PALETTE)] for i, model in enumerate(dict.fromkeys(models))}


def dollars(usd: float) -> str:
    """In words: unknown, free, or the amount in cents or, if small, three significant digits."""
    if math.isnan(usd):
        return "cost unknown"
    if usd == 0:
        return "free"
    digits = max(2, 2 - math.floor(math.log10(usd)))
    return f"${usd:,.{digits}f}"


def label(model: str) -> str:
    """A model's name for an axis, on two lines where it is long."""
    parts = model.partition("/") if len(model) > 24 else (model, "", "")
    provider, slash, name = map(plain, parts)
    return f"{provider}/<br>{name}" if slash else provider


def plain(model: str) -> str:
    """A model's name for any text of a chart.

    Plotly reads tags and `%{fields}` in its texts, and a name may be anything: who serves the model chose it.
    """
    return html.escape(model, quote=False).replace("%{", "%&#123;")


def nothing(title: str, words: str = "no calls yet") -> go.Figure:
    """The chart of an empty frame."""
    figure = go.Figure()
    figure.add_annotation(text=words, showarrow=False, font_size=16, x=0.5, y=0.5, xref="paper", yref="paper")
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return styled(figure, title).update_layout(height=200)


def left_out(loaded: int) -> str:
    """What a chart of latencies says of the calls whose times are the client's own as much as the model's."""
    return f"{loaded:,} measured under load left out"


def styled(figure: go.Figure, title: str, models: list[str] | None = None) -> go.Figure:
    """Give a figure the look of all charts and, for `models`, one row each, the first on top."""
    figure.update_layout(
        template="none",
        title={"text": title, "x": 0, "xanchor": "left", "xref": "container", "pad": {"l": 20}},
        modebar={"bgcolor": CLEAR, "color": GRID, "activecolor": INK},
        font_color=INK,
        showlegend=False,
        hovermode="closest",
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        margin={"l": 20, "r": 50, "t": 60, "b": 50},
    )
    figure.update_xaxes(gridcolor=GRID, zerolinecolor=GRID, automargin=True)
    figure.update_yaxes(gridcolor=GRID, zerolinecolor=GRID, automargin=True, ticklabelstandoff=6)
    if models is not None:
        figure.update_layout(height=130 + ROW_PX * len(models))
        figure.update_yaxes(
            type="category",
            categoryorder="array",
            categoryarray=models,
            range=[len(models) - 0.5, -0.5],
            tickvals=models,
            ticktext=[label(model) for model in models],
        )
    return figure
