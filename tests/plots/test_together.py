"""What models score and cost together, as a chart."""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest

from workbench import plots

TABLE = pd.DataFrame(
    {
        "ensemble": ["any model right", "majority vote", "<b>a</b>", "best", "b", "weighted vote", "c"],
        "kind": ["upper bound", "ensemble", "model", "best model", "model", "ensemble", "model"],
        "accuracy": [0.95, 0.9, 0.8, 0.8, 0.7, 0.65, 0.6],
        "accuracy_low": [0.9, 0.8, 0.7, 0.7, 0.6, 0.5, math.nan],
        "accuracy_high": [1.0, 0.95, 0.9, 0.9, 0.8, 0.8, math.nan],
        "n": 40,
        "cost_usd": [0.03, 0.03, 0.02, 0.02, 0.01, 0.03, math.nan],
        "calls": [2.0, 2.0, 1.0, 1.0, 1.0, 2.0, 1.0],
        "front": [False, True, False, False, True, False, False],
    }
)


def test_the_front_is_joined_from_the_cheapest_to_the_best() -> None:
    front, *_ = plots.ensembles(TABLE).data
    assert list(front.x) == [0.01, 0.03]
    assert list(front.y) == pytest.approx([70, 90])


def test_models_have_their_colour_and_ensembles_their_sign_and_all_their_interval() -> None:
    figure = plots.ensembles(TABLE, {"<b>a</b>": "#000001", "b": "#000002", "c": "#000003"})
    _, bound, majority, _, b, weighted = figure.data
    assert (bound.marker.symbol, majority.marker.symbol, b.marker.symbol) == (
        "x-thin-open",
        "diamond",
        "circle",
    )
    assert b.marker.color == "#000002"
    assert majority.marker.color not in {"#000001", "#000002", "#000003"}
    assert (majority.error_y.arrayminus[0], majority.error_y.array[0]) == pytest.approx((10, 5))
    assert weighted.marker.symbol == "square"
    assert "n=40" in majority.name
    assert "2 calls a sample" in majority.hovertemplate


def test_names_are_text_and_what_has_no_known_cost_is_named() -> None:
    figure = plots.ensembles(TABLE)
    assert figure.layout.title.subtitle.text == "cost unknown: c"
    assert all("<b>" not in (each.name or "") + (each.hovertemplate or "") for each in figure.data)
    assert json.loads(figure.to_json())["data"]
    assert "NaN" not in figure.to_json()


def test_without_answers_the_chart_says_so() -> None:
    empty = plots.ensembles(TABLE.iloc[:0])
    assert [note.text for note in empty.layout.annotations] == ["no answers yet"]
