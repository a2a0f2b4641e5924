"""Charts of the answers to one prompt, alive while they come; folded away until somebody wants them."""

from __future__ import annotations

import html
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets
import pandas as pd

from workbench.analysis.agreement.similarity import similarity_in_words, similarity_matrix
from workbench.bridge import background_loop
from workbench.plots.live import live, refresh, similarity
from workbench.widgets.charts.numbers import frame_of, numbers_table, similarity_table
from workbench.widgets.panes.comparison import PaneState
from workbench.widgets.showing import Showing

# A redraw takes kernel and page some time, and nobody reads numbers that change faster.
REDRAW_S = 0.25
EMPTY = "Press Run: the charts fill while the models answer."
CLOSED, OPENED = "Show charts of time, speed, cost and agreement", "Hide the charts"
HIDDEN = "Hidden until you have voted: the charts would tell who is who."
LATER = "How far the answers agree is said when all have ended."


class LiveCharts(Showing):
    """Time to first token, duration, speed and cost as they come; at the end, how alike the answers are.

    Folded away it draws nothing. It redraws at most four times a second, and what came last is always drawn.
    `begin` comes first, then `show` and `settle`; each of them from any thread.

    Attributes:
        fold: The button that opens and closes it.
        body: What the button shows and hides.
        view: Both.
        similarity: Of the answers of the run that has ended, models × models; `None` before the first run and
            during one.
    """

    def __init__(self) -> None:
        # A run draws on the background loop, the button on the kernel's main thread.
        self._lock = threading.RLock()
        self._colours: Mapping[str, str] = {}
        self._panes: tuple[PaneState, ...] = ()
        self._opened = self._hidden = False
        self._awaited = False
        self._drawn_at = 0.0
        self._chart: Any = None
        self._figures: Any = None
        self.similarity: pd.DataFrame | None = None
        self.fold = ipywidgets.ToggleButton(
            description="Charts",
            icon="bar-chart",
            tooltip=CLOSED,
            layout=ipywidgets.Layout(width="auto", align_self="flex-start"),
        )
        self.words = ipywidgets.HTML(EMPTY)
        self.body = ipywidgets.VBox([self.words], layout=ipywidgets.Layout(display="none"))
        self.view = ipywidgets.VBox([self.fold, self.body])
        self.fold.observe(lambda _: self._turn(), "value")

    def begin(self, models: Sequence[str], colours: Mapping[str, str], *, hidden: bool = False) -> None:
        """A run of these models begins: a row for each, from top to bottom, without a number yet.

        Args:
            models: As the panes of the run will name them.
            colours: Colour of each.
            hidden: Whether nothing is drawn until `reveal`: names, and numbers too, would tell the models.
        """
        with self._lock:
            self._colours, self._hidden = dict(colours), hidden
            self._panes = tuple(PaneState(model=model) for model in models)
            self._chart = self.similarity = None
            self._draw()

    def reveal(self) -> None:
        """Draw what was hidden."""
        with self._lock:
            self._hidden = False
            self._draw()

    def show(self, panes: Sequence[PaneState]) -> None:
        """The answers stand like this now; drawn at once, or when the next redraw is due."""
        with self._lock:
            self._panes = tuple(panes)
            if self._opened and not self._awaited:
                self._awaited = True
                wait = max(self._drawn_at + REDRAW_S - time.monotonic(), 0)
                loop = background_loop()
                loop.call_soon_threadsafe(loop.call_later, wait, self._draw_awaited)

    def settle(self, panes: Sequence[PaneState]) -> None:
        """The run has ended like this: the answers that are done are compared, and all is drawn."""
        with self._lock:
            self._panes = tuple(panes)
            self.similarity = similarity_matrix(_texts(panes))
            self._draw()

    def static_html(self) -> str:
        """All numbers of the charts as tables, and how far the answers agree in words."""
        with self._lock:
            if not self._panes:
                return ""
            table = numbers_table(frame_of(self._panes))
            return table if self.similarity is None else table + similarity_table(self.similarity)

    def static_text(self) -> str:
        """How far the answers agree."""
        return "" if self.similarity is None else similarity_in_words(self.similarity)

    def _turn(self) -> None:
        with self._lock:
            self._opened = self.fold.value
            self.fold.tooltip = OPENED if self._opened else CLOSED
            if self._figures is None:
                # Here, and not when it first draws: a run must not wait for it.
                self._figures = _figures()
                self.body.children = (self.words, self._figures)
            self.body.layout.display = "" if self._opened else "none"
            self._draw()

    def _draw_awaited(self) -> None:
        with self._lock:
            if self._awaited:
                self._draw()

    def _draw(self) -> None:
        self._awaited, self._drawn_at = False, time.monotonic()
        if not self._opened or not self._panes:
            return
        if self._hidden:
            self.words.value, self._figures.figures = HIDDEN, []
            return
        answers = frame_of(self._panes)
        if self._chart is None:
            self._chart = live(answers, self._colours)
        else:
            refresh(self._chart, answers, self._colours)
        figures = [self._chart.to_json()]
        if self.similarity is None:
            self.words.value = LATER
        else:
            self.words.value = html.escape(self.static_text())
            if self.similarity.notna().any(axis=None):
                figures.append(similarity(self.similarity).to_json())
        self._figures.figures = figures


def _figures() -> Any:
    # It reads 5 MB and sends them to the page: for those alone who open it.
    from workbench.widgets.charts.figures import Figures

    return Figures()


def _texts(panes: Sequence[PaneState]) -> dict[str, list[str]]:
    """The answers of each model that are done."""
    return {
        model: [pane.text for pane in panes if pane.model == model and pane.state == "done"]
        for model in dict.fromkeys(pane.model for pane in panes)
    }
