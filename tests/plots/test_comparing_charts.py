"""Models against each other, as charts."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from workbench import plots
from workbench.analysis.comparing.comparison import Comparison, comparison


def compared(values: dict[str, list[float]]) -> Comparison:
    return comparison(
        pd.DataFrame(
            {"model": model, "sample": f"s{i}", "epoch": 0, "value": value, "cluster": None}
            for model, scores in values.items()
            for i, value in enumerate(scores)
        )
    )


@pytest.fixture(name="found")
def of_three() -> Comparison:
    rng = np.random.default_rng(0)
    shares = {"p/local": 0.3, "p/swift": 0.75, "p/steady": 0.8}
    return compared(
        {m: rng.binomial(1, share, size=60).astype(float).tolist() for m, share in shares.items()}
    )


def test_each_pair_is_a_point_with_its_interval_and_n(found: Comparison) -> None:
    figure = plots.differences(found, {"p/local": "#000001", "p/swift": "#000002", "p/steady": "#000003"})
    rows = found.frame.to_dict("records")
    assert len(figure.data) == len(rows) == 3
    for trace, row in zip(figure.data, rows, strict=True):
        assert trace.x[0] == pytest.approx(100 * row["difference"])
        assert trace.x[0] + trace.error_x.array[0] == pytest.approx(100 * row["high"])
        assert trace.x[0] - trace.error_x.arrayminus[0] == pytest.approx(100 * row["low"])
        assert trace.text[0].endswith("n=60")
        assert trace.marker.symbol == ("circle" if row["apart"] else "circle-open")
    assert {trace.marker.color for trace in figure.data} <= {"#000002", "#000003", "#808080"}
    assert "points" in figure.layout.title.text


def test_each_model_is_a_bar_of_its_ranks(found: Comparison) -> None:
    figure = plots.rank_distribution(found)
    assert [trace.orientation for trace in figure.data] == ["h"] * 3
    by_rank = np.array([trace.x for trace in figure.data])
    assert by_rank.sum(axis=0) == pytest.approx([100] * 3)
    assert list(figure.data[0].y) == found.models["model"].tolist()
    assert "60 samples drawn again" in figure.layout.xaxis.title.text


def test_the_charts_are_json_and_have_names_as_text() -> None:
    bad = "p/<b>%{x}</b>"
    found = compared({bad: [0.4, 0.4, 0.4], "p/b": [0.1, 0.1, 0.1]})  # all alike: no interval
    assert math.isnan(found.frame["low"][0])
    for figure in (plots.differences(found), plots.rank_distribution(found)):
        shown = json.loads(figure.to_json())
        assert "<b>" not in "".join(trace["hovertemplate"] for trace in shown["data"])
        assert "NaN" not in figure.to_json()
    assert "<b>" not in "".join(plots.differences(found).layout.yaxis.ticktext)
    assert "<b>" not in "".join(plots.rank_distribution(found).data[0].customdata)


def test_scores_on_a_scale_of_their_own_are_no_points() -> None:
    figure = plots.differences(compared({"a": [4, 5, 3, 4.5], "b": [1, 2, 1.5, 3]}))
    assert figure.data[0].x[0] == pytest.approx(2.25)
    assert "points" not in figure.layout.title.text
