from __future__ import annotations

import json
import math
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from workbench import plots
from workbench.analysis.quantiles import quantile

CALLS = pd.DataFrame(
    {
        "model": ["b/two"] * 10 + ["a/one"] * 10,
        "duration_s": [*np.linspace(1, 2, 10), *np.linspace(3, 4, 9), None],
        "ttft_s": [0.2] * 10 + [None] * 10,
    }
)
SUMMARY = pd.DataFrame(
    {
        "model": ["b/two", "a/one", "c/three"],
        "cost_usd": [Decimal("0.5"), None, Decimal(0)],
        "calls": [1200, 1, 60],
        "accuracy": [0.5, 1.0, None],
        "accuracy_low": [0.4, 0.9, None],
        "accuracy_high": [0.6, None, None],
        "n": [100, 40, 0],
    }
)
MATRIX = pd.DataFrame([[1, 0.25], [0.25, math.nan]], index=["b/two", "a/one"], columns=["b/two", "a/one"])
USAGE = pd.DataFrame(
    {
        "model": ["b/two", "a/one"],
        "calls": [1200, 1],
        "errors": [60, 1],
        "interrupted": [30, 0],
        "cached": [10, 0],
        "under_load": [100, 0],
        "duration_s": [90.0, None],
        "queued_s": [5.0, 0.0],
        "waited_s": [0.0, 2.5],
        "duration_p50_s": [0.5, None],
        "duration_p95_s": [1.5, None],
        "duration_p99_s": [2.0, None],
        "cost_usd": [Decimal("0.5"), None],
        "est_cost_usd": [0.25, 0.01],
        "est_cost_low_usd": [0.2, 0.005],
        "est_cost_high_usd": [0.4, 0.02],
    }
)
DAYS = pd.DataFrame(
    {
        "day": pd.to_datetime(["2026-03-02", "2026-03-01", "2026-03-01"], utc=True),
        "model": ["b/two", "b/two", "a/one"],
        "cost_usd": [Decimal("0.5"), Decimal("0.25"), None],
    }
)
CHARTS: dict[str, tuple[Callable[..., go.Figure], pd.DataFrame]] = {
    "latency": (plots.latency, CALLS),
    "cost": (plots.cost, SUMMARY),
    "accuracy": (plots.accuracy, SUMMARY),
    "accuracy_cost": (plots.accuracy_cost, SUMMARY),
    "agreement": (plots.agreement, MATRIX),
    "spending": (plots.spending, DAYS),
    "waiting": (plots.waiting, USAGE),
    "durations": (plots.durations, USAGE),
    "repriced": (plots.repriced, USAGE),
}
each_chart = pytest.mark.parametrize(("chart", "frame"), CHARTS.values(), ids=CHARTS)


def trace_of(figure: go.Figure, model: str, kind: str) -> go.Scatter | go.Bar | go.Box:
    (found,) = [trace for trace in figure.data if trace.type == kind and trace.y[0] == model]
    return found


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, in [0, 1]."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@each_chart
def test_a_chart_of_nothing_says_so(chart: Callable[..., go.Figure], frame: pd.DataFrame) -> None:
    for empty in (pd.DataFrame(), frame.iloc[:0]):
        figure = chart(empty)
        assert [note.text for note in figure.layout.annotations] == ["no calls yet"]
        assert figure.layout.title.text == chart(frame).layout.title.text


@each_chart
def test_a_chart_fits_a_light_and_a_dark_page(chart: Callable[..., go.Figure], frame: pd.DataFrame) -> None:
    layout = chart(frame).layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert layout.font.color == "#808080"


@each_chart
def test_a_chart_leaves_its_frame_as_it_was(chart: Callable[..., go.Figure], frame: pd.DataFrame) -> None:
    before = frame.copy(deep=True)
    chart(frame)
    pd.testing.assert_frame_equal(frame, before)


@each_chart
def test_a_chart_is_valid_json_for_the_browser(chart: Callable[..., go.Figure], frame: pd.DataFrame) -> None:
    assert "NaN" not in chart(frame).to_json()
    assert json.loads(chart(frame).to_json())["data"]


@pytest.mark.parametrize("chart", [plots.latency, plots.cost, plots.accuracy])
def test_models_keep_their_order_from_top_to_bottom(chart: Callable[..., go.Figure]) -> None:
    frame = CALLS if chart is plots.latency else SUMMARY
    axis = chart(frame).layout.yaxis
    models = list(dict.fromkeys(frame["model"]))
    assert list(axis.categoryarray) == models
    assert axis.range == (len(models) - 0.5, -0.5)


def test_twelve_models_get_a_row_each_and_long_names_two_lines() -> None:
    models = [f"openrouter/a-maker/a-model-with-a-long-name-{i}" for i in range(12)]
    figure = plots.accuracy(pd.concat([SUMMARY.iloc[:1]] * 12).assign(model=models))
    assert figure.layout.height > 12 * 40
    assert figure.layout.yaxis.ticktext[0] == "openrouter/<br>a-maker/a-model-with-a-long-name-0"


def test_twelve_models_have_twelve_colours_that_stand_out_from_both_pages() -> None:
    palette = plots.colours(f"m{i}" for i in range(12))
    assert len(set(palette.values())) == 12
    for colour in palette.values():
        assert 1.05 / (luminance(colour) + 0.05) > 2  # on white
        assert (luminance(colour) + 0.05) / (luminance("#111111") + 0.05) > 2


def test_a_new_model_leaves_the_colours_of_the_others_as_they_are() -> None:
    before, after = plots.colours(["x", "y", "x"]), plots.colours(["x", "y", "z"])
    assert before == {model: after[model] for model in before}
    assert len(plots.colours(f"m{i}" for i in range(30))) == 30


def test_a_model_has_one_colour_in_every_chart() -> None:
    models = ["b/two", "a/one"]
    summary = SUMMARY[SUMMARY["model"].isin(models)].assign(cost_usd=[0.1, 0.2]).iloc[::-1]
    for model in models:
        assert {
            trace_of(plots.latency(CALLS[["model", "duration_s"]]), model, "box").marker.color,
            trace_of(plots.cost(summary), model, "bar").marker.color,
            trace_of(plots.accuracy(summary), model, "scatter").marker.color,
        } == {plots.colours(sorted(models))[model]}


def test_a_palette_that_is_given_is_used() -> None:
    palette = dict.fromkeys(SUMMARY["model"], "#123456")
    assert trace_of(plots.accuracy(SUMMARY, palette), "a/one", "scatter").marker.color == "#123456"


def test_latency_draws_p50_with_its_interval_and_n() -> None:
    figure = plots.latency(CALLS[["model", "duration_s"]])
    p50 = quantile(CALLS["duration_s"][10:], 0.5)
    point = trace_of(figure, "a/one", "scatter")
    assert point.x[0] == p50.value == 3.5
    assert point.x[0] - point.error_x.arrayminus[0] == pytest.approx(p50.low)
    assert point.x[0] + point.error_x.array[0] == pytest.approx(p50.high)
    assert "n=9" in point.hovertemplate  # the call without a duration is not counted


def test_latency_has_a_panel_for_the_first_token_only_where_something_streamed() -> None:
    both, whole = plots.latency(CALLS), plots.latency(CALLS[["model", "duration_s"]])
    assert both.layout.xaxis.title.text == whole.layout.xaxis.title.text == "whole answer, s"
    assert both.layout.xaxis2.title.text == "time to first token, s"
    assert "xaxis2" not in whole.to_dict()["layout"]
    assert [trace.y[0] for trace in both.data if trace.xaxis == "x2"] == ["b/two"] * 2


def test_latency_leaves_out_what_was_measured_under_load_and_says_so() -> None:
    slow = CALLS[["model", "duration_s"]].assign(under_load=[True] * 4 + [False] * 16)
    figure = plots.latency(slow)
    assert figure.layout.title.subtitle.text == "4 measured under load left out"
    assert "n=6" in trace_of(figure, "b/two", "scatter").hovertemplate
    assert plots.latency(CALLS).layout.title.subtitle.text is None
    (words,) = plots.latency(CALLS.assign(under_load=True)).layout.annotations
    assert words.text == "20 measured under load left out"


def test_a_bound_that_is_undefined_is_not_drawn() -> None:
    point = trace_of(plots.accuracy(SUMMARY), "a/one", "scatter")
    assert point.error_x.array == (0,)
    assert point.error_x.arrayminus == (pytest.approx(10),)
    assert "100.0 % [90.0, –], n=40" in point.hovertemplate


def test_accuracy_shows_n_beside_the_point() -> None:
    assert trace_of(plots.accuracy(SUMMARY), "b/two", "scatter").text == ("50.0 %, n=100",)


def test_unknown_and_free_are_words_not_bars() -> None:
    figure = plots.cost(SUMMARY)
    assert [bar.y[0] for bar in figure.data if bar.type == "bar"] == ["b/two"]
    assert trace_of(figure, "b/two", "bar").text == (" $0.500 · 1,200 calls",)
    assert trace_of(figure, "a/one", "scatter").text == (" cost unknown · 1 call",)
    assert trace_of(figure, "c/three", "scatter").text == (" free · 60 calls",)


def test_a_sum_that_lacks_some_costs_says_of_how_many_calls() -> None:
    figure = plots.cost(SUMMARY.assign(unknown_cost=[7, 1, 0]))
    assert trace_of(figure, "b/two", "bar").text == (" $0.500 · 1,200 calls, 7 of unknown cost",)
    assert trace_of(figure, "a/one", "scatter").text == (" cost unknown · 1 call",)


@pytest.mark.parametrize(
    ("usd", "words"),
    [(1234.5, "$1,234.50"), (0.0123, "$0.0123"), (0.000042, "$0.0000420"), (9.999, "$10.00")],
)
def test_small_amounts_are_written_out(usd: float, words: str) -> None:
    figure = plots.cost(SUMMARY.iloc[:1].assign(cost_usd=usd, calls=1))
    assert figure.data[0].text == (f" {words} · 1 call",)


def test_costs_of_which_none_is_known_draw_no_scale() -> None:
    figure = plots.cost(SUMMARY.assign(cost_usd=None))
    assert not figure.layout.xaxis.showticklabels
    assert {trace.type for trace in figure.data} == {"scatter"}


def test_accuracy_against_cost_names_the_models_of_unknown_cost() -> None:
    figure = plots.accuracy_cost(SUMMARY)
    assert figure.layout.title.subtitle.text == "cost unknown: a/one"
    assert [trace.name for trace in figure.data] == ["b/two, n=100", "c/three, n=0"]


def test_the_agreement_grid_writes_its_numbers_and_a_dash_where_undefined() -> None:
    figure = plots.agreement(MATRIX)
    assert [list(row) for row in figure.data[0].text] == [["100", "25"], ["25", "–"]]
    assert list(figure.layout.yaxis.ticktext) == ["1 · b/two", "2 · a/one"]
    assert figure.data[0].x == ("1", "2")


def test_spending_stacks_the_models_of_a_day_in_the_order_of_the_days() -> None:
    figure = plots.spending(DAYS)
    costs = {bar.name: dict(zip(bar.x, bar.y, strict=True)) for bar in figure.data}
    assert costs == {"a/one": {"2026-03-01": 0}, "b/two": {"2026-03-02": 0.5, "2026-03-01": 0.25}}
    assert figure.data[0].customdata == ("cost unknown",)
    assert (figure.layout.barmode, figure.layout.xaxis.categoryorder) == ("stack", "category ascending")


def test_waiting_tells_answering_from_queueing_and_sleeping() -> None:
    figure = plots.waiting(USAGE)
    assert {bar.name: tuple(bar.x) for bar in figure.data} == {
        "answering": (90, 0),
        "queued for a slot": (5, 0),
        "asleep between attempts": (0, 2.5),
    }
    palette = plots.colours(["a/one", "b/two"])
    assert all(list(bar.marker.color) == [palette["b/two"], palette["a/one"]] for bar in figure.data)


def test_durations_draw_percentiles_and_n_and_leave_out_models_that_never_answered() -> None:
    (line,) = plots.durations(USAGE).data
    # 1,200 calls, of which 60 failed, 30 were interrupted, 10 came from the log, 100 were measured under load
    assert (line.x, line.y[0], line.text[0]) == ((0.5, 1.5, 2.0), "b/two", "0.50 s, n=1,000")
    assert plots.durations(USAGE).layout.title.subtitle.text == "100 measured under load left out"


def test_a_repriced_model_has_a_bar_of_what_it_cost_and_a_point_with_the_bounds() -> None:
    figure = plots.repriced(USAGE)
    assert [bar.y[0] for bar in figure.data if bar.type == "bar"] == ["b/two"]
    point = trace_of(figure, "b/two", "scatter")
    assert point.x == (0.25,)
    assert point.error_x.array[0] == pytest.approx(0.15)
    assert point.error_x.arrayminus[0] == pytest.approx(0.05)
    assert point.text == ("$0.250, n=1,200",)
    assert "a/one: cost unknown, estimated $0.0100" in trace_of(figure, "a/one", "scatter").hovertemplate
    unpriced = USAGE.assign(est_cost_usd=None, est_cost_low_usd=None, est_cost_high_usd=None)
    assert {trace.type for trace in plots.repriced(unpriced).data} == {"bar"}


@each_chart
def test_a_models_name_is_never_a_tag_or_a_field(
    chart: Callable[..., go.Figure], frame: pd.DataFrame
) -> None:
    hostile = "<b>a</b>/%{x}"
    renamed = frame.copy()
    if "model" in renamed:
        renamed["model"] = renamed["model"].replace("a/one", hostile)
    else:
        renamed = renamed.rename(index={"a/one": hostile}, columns={"a/one": hostile})
    figure = chart(renamed)
    texts = [str(trace[name]) for trace in figure.data for name in ("hovertemplate", "text") if name in trace]
    texts += [str(axis.ticktext) for axis in figure.select_yaxes()]
    texts += [trace.name or "" for trace in figure.data if trace.showlegend]
    assert not [text for text in texts if "<b>" in text or "/%{x}" in text]
