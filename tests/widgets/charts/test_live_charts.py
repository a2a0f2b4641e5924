"""Charts that follow a run, without a browser."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from workbench.plots import colours
from workbench.widgets.charts.live_charts import EMPTY, HIDDEN, REDRAW_S, LiveCharts
from workbench.widgets.panes.comparison import PaneState

MODELS = ("a/one", "b/two")
BLUE, YELLOW = colours(MODELS).values()


def panes(seconds: float, state: Any = "streaming", texts: tuple[str, str] = ("", "")) -> list[PaneState]:
    return [
        PaneState(model=model, state=state, elapsed_s=seconds, ttft_s=0.1, text=text)
        for model, text in zip(MODELS, texts, strict=True)
    ]


class Page:
    """What a page would draw of the charts, as it is told."""

    def __init__(self, charts: LiveCharts) -> None:
        self.widget = charts.view.children[1].children[-1]
        self.count = 0
        self._changed = threading.Condition()
        self.widget.observe(self._note, "figures")

    def _note(self, _: Any) -> None:
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def durations(self) -> list[float]:
        return list(json.loads(self.widget.figures[0])["data"][4]["x"])

    def titles(self) -> list[str]:
        return [json.loads(figure)["layout"]["title"]["text"] for figure in self.widget.figures]

    def wait_for(self, durations: list[float]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.durations() == durations, timeout=10)


@pytest.fixture
def charts() -> LiveCharts:
    charts = LiveCharts()
    charts.fold.value = True
    charts.begin(MODELS, colours(MODELS))
    return charts


def test_before_a_run_open_charts_say_what_to_do() -> None:
    charts = LiveCharts()
    charts.fold.value = True
    assert charts.words.value == EMPTY
    assert Page(charts).widget.figures == []
    assert (charts.static_html(), charts.similarity) == ("", None)


def test_folded_away_nothing_is_drawn_and_opening_draws_what_came() -> None:
    charts = LiveCharts()
    charts.begin(MODELS, colours(MODELS))
    charts.show(panes(1.0))
    charts.settle(panes(2.0, "done", ("x y", "x z")))
    assert len(charts.view.children[1].children) == 1  # the words alone
    charts.fold.value = True
    page = Page(charts)
    assert page.durations() == [2.0, 2.0]
    assert len(page.titles()) == 2
    assert charts.view.children[1].layout.display == ""
    charts.fold.value = False
    assert charts.view.children[1].layout.display == "none"


def test_however_often_it_is_told_it_redraws_four_times_a_second_and_the_last_state_is_drawn(
    charts: LiveCharts,
) -> None:
    page, begun = Page(charts), time.monotonic()
    for step in range(100):
        charts.show(panes(float(step)))
    page.wait_for([99.0, 99.0])
    assert page.count <= 1 + (time.monotonic() - begun) / REDRAW_S


def test_a_run_that_has_ended_is_drawn_at_once_with_the_agreement_of_its_answers(charts: LiveCharts) -> None:
    page = Page(charts)
    charts.show(panes(1.0))
    charts.settle(panes(3.0, "done", ("the sky is blue", "the sea is blue")))
    assert page.durations() == [3.0, 3.0]
    assert len(page.titles()) == 2
    assert charts.similarity is not None
    assert charts.similarity.loc["a/one", "b/two"] == 0.75
    assert charts.words.value == charts.static_text() == "a/one and b/two agree to 75 %."


def test_the_next_run_begins_without_the_numbers_of_the_last(charts: LiveCharts) -> None:
    charts.settle(panes(3.0, "done", ("x", "x")))
    charts.begin(["c/three"], colours(["c/three"]))
    page = Page(charts)
    assert (charts.similarity, len(page.titles()), page.durations()) == (None, 1, [])
    assert json.loads(page.widget.figures[0])["layout"]["yaxis"]["ticktext"] == ["c/three"]


def test_answers_that_did_not_end_are_not_compared(charts: LiveCharts) -> None:
    charts.settle(panes(3.0, "stopped", ("x y", "x y")))
    assert len(Page(charts).titles()) == 1
    assert charts.words.value == "Nothing to compare: it takes two answers."


def test_colour_means_the_model_and_comes_from_the_caller(charts: LiveCharts) -> None:
    charts.settle(panes(3.0, "done"))
    points = json.loads(Page(charts).widget.figures[0])["data"][4]
    assert dict(zip(points["y"], points["marker"]["color"], strict=True)) == {"a/one": BLUE, "b/two": YELLOW}


def test_names_are_escaped_where_the_agreement_is_put_into_words() -> None:
    charts = LiveCharts()
    charts.fold.value = True
    names = ["<b>x</b>", "y"]
    charts.begin(names, colours(names))
    charts.settle([PaneState(model=name, state="done", text="same") for name in names[:1] * 2])
    assert "&lt;b&gt;" in charts.words.value
    assert "<b>" not in charts.words.value


def test_the_static_form_has_the_numbers_while_it_runs_and_the_agreement_at_the_end(
    charts: LiveCharts,
) -> None:
    charts.show(panes(1.25))
    assert "1.25 s" in charts.static_html()
    assert "agree" not in charts.static_html()
    charts.settle(panes(3.5, "done", ("x y", "x z")))
    for words in ("a/one", "3.50 s", "0.10 s", "50 %", "a/one and b/two agree to 50 %."):
        assert words in charts.static_html()


def test_hidden_charts_draw_nothing_until_they_are_revealed(charts: LiveCharts) -> None:
    charts.begin(MODELS, colours(MODELS), hidden=True)
    charts.settle(panes(2.0, "done", ("x y", "x z")))
    page = Page(charts)
    assert (page.widget.figures, charts.words.value) == ([], HIDDEN)
    charts.reveal()
    assert page.durations() == [2.0, 2.0]
    assert len(page.titles()) == 2
