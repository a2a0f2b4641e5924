"""A candidate against its baseline, as charts."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from two_runs import rows

from workbench import plots

HOSTILE = "p/<b>%{x}</b>"
NAN = math.nan


CHANGE: dict[str, Any] = {
    "dataset": "set",
    "model": "a/b",
    "metric": "quality",
    "title": "Quality",
    "verdict": "worse",
}
CHANGE |= {"baseline": 0.8, "candidate": 0.7, "change": -0.1, "change_low": -0.15, "change_high": -0.05}
CHANGE |= {"relative": False, "p_worse": 0.01, "p_better": 1.0, "tolerance": 0.02, "margin": 0.05, "n": 120}
SLOWER: dict[str, Any] = {
    "title": "Duration p50",
    "relative": True,
    "baseline": 0.4,
    "candidate": 0.5,
    "change": 0.25,
}
SLOWER |= {"change_low": 0.1, "change_high": 0.4, "verdict": "undecided", "tolerance": 0.1, "margin": 0.2}


def change(**given: Any) -> dict[str, Any]:
    return CHANGE | given


def test_each_change_is_a_point_with_interval_n_and_verdict_as_symbol_and_word() -> None:
    palette = {"a/b": "#000001", "c/d": "#000002"}
    frame = pd.DataFrame([change(), change(model="c/d", verdict="better", change=0.1), change(**SLOWER)])
    worse, better, slower = plots.changes(frame, palette).data
    assert worse.x[0] == pytest.approx(-10)
    assert worse.x[0] - worse.error_x.arrayminus[0] == pytest.approx(-15)
    assert worse.x[0] + worse.error_x.array[0] == pytest.approx(-5)
    assert worse.text[0] == "▼ worse −10.0, n=120"
    assert better.text[0].startswith("▲ better +10.0")
    assert slower.text[0] == "? undecided +25.0 %, n=120"
    assert len({trace.marker.symbol for trace in (worse, better, slower)}) == 3
    assert [trace.marker.color for trace in (worse, better, slower)] == ["#000001", "#000002", "#000001"]


def test_points_shares_and_scores_have_panels_of_their_own() -> None:
    frame = pd.DataFrame([change(), change(**SLOWER), change(baseline=4.0, candidate=3.5, change=-0.5)])
    figure = plots.changes(frame)
    titles = [figure.layout[axis].title.text for axis in ("xaxis", "xaxis2", "xaxis3")]
    assert titles == ["change, points", "change of the score", "change, % of the baseline"]
    assert [trace.x[0] for trace in figure.data] == pytest.approx([-10, -0.5, 25])


def test_models_are_side_by_side_within_each_metric() -> None:
    frame = pd.DataFrame(
        [change(model=model, title=title, metric=title) for model in "ab" for title in ("Quality", "Errors")]
    )
    names = plots.changes(frame).layout.yaxis.ticktext
    assert list(names) == ["Quality<br>a", "Quality<br>b", "Errors<br>a", "Errors<br>b"]


def test_margin_and_tolerance_are_bands_around_no_change() -> None:
    figure = plots.changes(pd.DataFrame([change(), change(tolerance=0.0)]))
    reach = [shape.x1 for shape in figure.layout.shapes if shape.type == "rect"]
    assert reach == pytest.approx([5, 2, 5])
    assert "margin" in figure.layout.title.subtitle.text


def test_a_change_that_is_undefined_is_words_alone() -> None:
    gone = {"change": NAN, "change_low": NAN, "change_high": NAN, "baseline": NAN, "candidate": NAN}
    figure = plots.changes(pd.DataFrame([change(verdict="undecided", n=0, p_worse=NAN, **gone)]))
    assert figure.data[0].text[0] == "? undecided –, n=0"
    assert figure.data[0].mode == "text"
    assert "nan" not in figure.to_json().lower()


def timed(seconds: float, **columns: Any) -> pd.DataFrame:
    spread = np.linspace(0.9, 1.1, 80)[:, None]
    return rows(np.ones((80, 1)), duration_s=seconds * spread, ttft_s=NAN, **columns)


def test_times_then_and_now_have_intervals_and_n_in_the_colour_of_the_model() -> None:
    figure = plots.shift(timed(1.0, model="a/b"), timed(1.5, model="a/b"), {"a/b": "#000001"})
    then, now, slow_then, slow_now = figure.data
    assert (then.x[0], now.x[0]) == pytest.approx((1.0, 1.5))
    assert slow_now.x[0] > slow_then.x[0]
    assert now.text[0] == "now 1.5 s, n=80"
    assert then.error_x.array[0] > 0
    assert then.error_x.arrayminus[0] > 0
    assert (then.marker.symbol, now.marker.symbol) == ("diamond-open", "diamond")
    assert {trace.marker.color for trace in figure.data} == {"#000001"}
    assert figure.layout.xaxis.title.text == "whole answer, s"


def test_times_that_are_not_the_models_own_are_left_out() -> None:
    odd = pd.concat([timed(9, status="error"), timed(9, cached=True), timed(9, under_load=True), timed(1.0)])
    figure = plots.shift(timed(1.0), odd)
    assert [trace.x[0] for trace in figure.data][:2] == pytest.approx([1.0, 1.0])
    assert "80 measured under load left out" in figure.layout.title.subtitle.text
    assert "no times to compare" in plots.shift(timed(1.0), timed(1.0, model="x")).to_json()


def test_nothing_to_show_is_said() -> None:
    assert "nothing compared" in plots.changes(pd.DataFrame()).to_json()


def test_names_are_text_and_the_figures_are_json() -> None:
    shown = [
        plots.changes(pd.DataFrame([change(model=HOSTILE, dataset=HOSTILE, title=HOSTILE)])),
        plots.shift(timed(1.0, model=HOSTILE), timed(1.0, model=HOSTILE)),
    ]
    for figure in shown:
        assert "NaN" not in figure.to_json()
        for trace in json.loads(figure.to_json())["data"]:
            read = [trace.get("name"), trace["hovertemplate"], trace.get("customdata"), trace["text"]]
            assert "<b>" not in json.dumps(read)
            assert "%{x}<" not in json.dumps(trace.get("customdata"))
        for axis in ("yaxis", "yaxis2"):
            assert "<b>" not in json.dumps(figure.layout[axis].ticktext if axis in figure.layout else "")
