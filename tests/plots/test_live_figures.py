"""Charts of one prompt's answers while they come."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from workbench.plots import colours
from workbench.plots.live import PANELS, live, refresh, similarity

HOSTILE = 'x/<a href="https://example.org">free</a>'
COLUMNS = ["model", "state", "ttft_s", "duration_s", "tokens_per_s", "cost_usd"]
NAN = math.nan
ANSWERS = pd.DataFrame(
    [
        ("a/one", "done", 0.2, 1.0, 50.0, 0.002),
        ("a/one", "streaming", 0.4, 2.0, NAN, NAN),
        ("b/two", "failed", NAN, 9.0, NAN, NAN),
        ("c/three", "done", NAN, 3.0, NAN, NAN),
        ("d/four", "done", 0.1, 0.5, 80.0, 0.0),
        ("e/five", "queued", NAN, 0.1, NAN, NAN),
    ],
    columns=COLUMNS,
)


def traces(figure: go.Figure, column: str) -> tuple[Any, Any, Any]:
    """Bars, points and words of a panel."""
    place = 3 * list(PANELS).index(column)
    return tuple(figure.data[place : place + 3])


def words(figure: go.Figure, column: str) -> dict[str, str]:
    _, _, texts = traces(figure, column)
    return {model: text.strip() for model, text in zip(texts.y, texts.text, strict=True)}


def test_the_numbers_stand_beside_the_bars_and_where_there_is_none_why() -> None:
    figure = live(ANSWERS)
    assert words(figure, "ttft_s") == {
        "a/one": "0.30 s, n=2",
        "b/two": "failed",
        "c/three": "unknown",
        "d/four": "0.10 s",
        "e/five": "",
    }
    assert words(figure, "tokens_per_s")["a/one"] == "50 tok/s"
    assert words(figure, "cost_usd") == {
        "a/one": "$0.00200",
        "b/two": "failed",
        "c/three": "unknown",
        "d/four": "free",
        "e/five": "",
    }


def test_what_was_measured_under_load_is_said_to_be_left_out() -> None:
    loaded = ANSWERS.assign(under_load=[False] * 4 + [True, False])
    loaded.loc[4, ["ttft_s", "duration_s", "tokens_per_s"]] = NAN
    figure = live(loaded)
    assert words(figure, "duration_s")["d/four"] == "under load"
    assert words(figure, "cost_usd")["d/four"] == "free"
    assert figure.layout.title.subtitle.text.endswith("1 measured under load left out")
    refresh(figure, ANSWERS)
    assert "under load" not in figure.layout.title.subtitle.text


def test_a_point_says_by_its_shape_how_the_answer_stands_and_by_its_colour_whose_it_is() -> None:
    palette = colours(ANSWERS["model"])
    bars, points, _ = traces(live(ANSWERS, palette), "duration_s")
    assert points.marker.symbol == ("circle", "circle-open", "x-thin", "circle", "circle", "circle-open")
    assert list(points.marker.color) == [palette[model] for model in ANSWERS["model"]]
    assert list(bars.marker.color) == [palette[model] for model in bars.y]


def test_an_answer_that_failed_has_a_point_and_is_left_out_of_the_bar() -> None:
    bars, points, _ = traces(live(ANSWERS), "duration_s")
    assert dict(zip(bars.y, bars.x, strict=True))["b/two"] == 0
    assert 9.0 in points.x


def test_words_begin_behind_the_last_point_and_fit_on_the_axis() -> None:
    figure = live(ANSWERS)
    _, points, texts = traces(figure, "duration_s")
    assert texts.x[0] == 2.0
    assert figure.layout.xaxis2.range[1] >= 1.5 * max(points.x)


def test_an_axis_moves_in_steps_while_an_answer_grows() -> None:
    ends = [
        live(ANSWERS.iloc[:1].assign(duration_s=seconds)).layout.xaxis2.range[1]
        for seconds in (5.1, 5.2, 5.3)
    ]
    assert len(set(ends)) == 1


def test_a_refreshed_figure_is_the_one_that_would_be_made_anew() -> None:
    figure = live(ANSWERS.assign(state="queued", ttft_s=NAN, duration_s=0.1, tokens_per_s=NAN, cost_usd=NAN))
    kept = figure.data
    refresh(figure, ANSWERS)
    assert figure.to_json() == live(ANSWERS).to_json()
    assert all(a is b for a, b in zip(figure.data, kept, strict=True))


def test_before_any_number_the_rows_are_there_and_axes_have_no_scale() -> None:
    figure = live(pd.DataFrame([("a/one", "ready", NAN, NAN, NAN, NAN)], columns=COLUMNS))
    assert figure.layout.yaxis.ticktext == ("a/one",)
    assert not figure.layout.xaxis.showticklabels
    assert words(figure, "duration_s") == {"a/one": ""}


def test_no_answers_at_all_say_so() -> None:
    assert [note.text for note in live(ANSWERS.iloc[:0]).layout.annotations] == ["no calls yet"]


@pytest.mark.parametrize("models", [2, 8])
def test_every_row_has_the_same_height_whatever_the_number_of_models(models: int) -> None:
    frame = pd.concat([ANSWERS.iloc[:1].assign(model=f"m/{i}") for i in range(models)])
    layout = live(frame).layout
    low, high = layout.yaxis.domain
    inner = layout.height - layout.margin.t - layout.margin.b
    assert (high - low) * inner / models == pytest.approx(30)


def test_both_figures_fit_light_and_dark_pages_and_are_json_for_the_browser() -> None:
    matrix = pd.DataFrame([[NAN, 0.25], [0.25, 0.5]], index=["a", "b"], columns=["a", "b"])
    for figure in (live(ANSWERS), similarity(matrix)):
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
        assert json.loads(figure.to_json())["data"]
        assert "NaN" not in figure.to_json()


def test_the_heat_map_writes_its_numbers_and_a_dash_where_there_is_none() -> None:
    matrix = pd.DataFrame([[NAN, 0.254], [0.254, 0.5]], index=["a", "b"], columns=["a", "b"])
    (grid,) = similarity(matrix).data
    assert [list(row) for row in grid.text] == [["–", "25"], ["25", "50"]]


def test_a_name_with_tags_in_it_is_text_in_both_figures() -> None:
    # Plotly makes links and bold letters out of tags in its texts
    matrix = pd.DataFrame([[1.0, 0.5], [0.5, 1.0]], index=[HOSTILE, "b"], columns=[HOSTILE, "b"])
    chart, grid = live(ANSWERS.iloc[:1].assign(model=HOSTILE)), similarity(matrix)
    _, points, _ = traces(chart, "ttft_s")
    said = [*chart.layout.yaxis.ticktext, *points.hovertext, *grid.layout.yaxis.ticktext]
    said += [name for row in grid.data[0].customdata for pair in row for name in pair]
    assert not any("<a" in text for text in said)
    assert any("&lt;a href" in text for text in said)
