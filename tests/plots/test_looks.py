"""Models compared while they are asked, as a chart."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from workbench import plots

HOSTILE = "x/<b>bold</b>"


def trace(candidate: str) -> pd.DataFrame:
    looks = {
        "asked": [20, 40],
        "n": [10, 20],
        "estimate": [-0.1, -0.2],
        "low": [-0.4, -0.3],
        "high": [0.2, -0.1],
    }
    return pd.DataFrame(
        {"baseline": "a", "candidate": candidate, **looks, "e_value": [1.5, 60.0], "needed": 40.0}
    )


def test_each_pair_has_its_band_its_line_and_its_evidence_in_the_colour_of_the_candidate() -> None:
    palette = {"a": "#000001", "b": "#000002", "c": "#ff0003"}
    figure = plots.sequential(pd.concat([trace("b"), trace("c")]), palette)
    high, low, line, evidence = figure.data[4:]
    assert list(high.y) == pytest.approx([20, -10])
    assert list(low.y) == pytest.approx([-40, -30])
    assert low.fill == "tonexty"
    assert low.fillcolor == "rgba(255, 0, 3, 0.15)"
    assert list(line.y) == pytest.approx([-10, -20])
    assert list(evidence.y) == [1.5, 60.0]
    assert {line.line.color, evidence.line.color} == {"#ff0003"}
    assert line.name == "c against a"
    assert figure.layout.yaxis2.type == "log"
    assert figure.layout.yaxis2.title.text == "e-value,<br>40 decides"


def test_names_are_text_and_the_figure_is_json() -> None:
    figure = plots.sequential(trace(HOSTILE))
    assert all("<b>" not in (each.name or "") + (each.hovertemplate or "") for each in figure.data)
    assert json.loads(figure.to_json())["data"]
    assert "NaN" not in figure.to_json()


def test_before_the_first_sample_the_chart_says_so() -> None:
    empty = trace("b").iloc[:0]
    assert [note.text for note in plots.sequential(empty).layout.annotations] == ["no samples compared yet"]
