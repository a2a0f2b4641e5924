"""What people prefer, as a chart."""

from __future__ import annotations

import math

import pandas as pd

from workbench import plots


def test_each_model_has_its_share_its_interval_and_its_n() -> None:
    frame = pd.DataFrame(
        {"model": ["b", "a"], "preferred": [0.75, 0.25], "low": [0.3, math.nan], "high": [0.95, math.nan]}
    ).assign(n=[4, 1])
    figure = plots.preferences(frame, {"a": "#000001", "b": "#000002"})
    first, second = figure.data
    assert (list(first.x), list(first.y), first.text) == ([75.0], ["b"], ("75.0 %, n=4",))
    assert [round(bar, 9) for bar in (*first.error_x.arrayminus, *first.error_x.array)] == [45.0, 20.0]
    assert first.marker.color == "#000002"
    assert list(second.error_x.array) == [0]  # no bound, no bar
    assert "comparisons won" in figure.layout.xaxis.title.text


def test_without_votes_the_chart_says_so() -> None:
    empty = pd.DataFrame(columns=["model", "preferred", "low", "high", "n"])
    assert [note.text for note in plots.preferences(empty).layout.annotations] == ["no votes yet"]
