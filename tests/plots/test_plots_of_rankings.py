"""How strong models are, as a chart."""

from __future__ import annotations

import math

import pandas as pd

from workbench import plots


def test_each_model_has_its_strength_its_interval_and_its_ranks() -> None:
    frame = pd.DataFrame(
        {"model": ["b", "a"], "strength": [1.0, -1.0], "low": [0.25, -2.0], "high": [math.nan, 0.0]}
    )
    frame = frame.assign(n=[4, 3], rank_low=[1, 2], rank_high=[1, 3])
    first, second = plots.ranking(frame, {"a": "#000001", "b": "#000002"}).data
    assert (list(first.x), list(first.y), first.text) == ([1.0], ["b"], ("+1.00, rank 1, n=4",))
    assert (first.error_x.arrayminus, first.error_x.array) == ((0.75,), (0,))  # no bound above, no bar
    assert second.text == ("-1.00, rank 2 to 3, n=3",)
    assert second.marker.color == "#000001"


def test_without_votes_the_chart_of_a_ranking_says_so() -> None:
    assert [note.text for note in plots.ranking(pd.DataFrame()).layout.annotations] == ["no votes yet"]
