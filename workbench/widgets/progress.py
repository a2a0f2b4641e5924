"""A progress bar for a notebook: alive in front of a person, one line of text in a report."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets
from IPython.display import display

from workbench.evals.progress import EvaluationProgress
from workbench.widgets.interactive import interactive


def progress_bar() -> Callable[[EvaluationProgress], None]:
    """What `evaluate(…, on_progress=…)` calls: shows calls done, errors and cost so far."""
    if not interactive():
        return _say_when_done
    bar = ipywidgets.IntProgress(layout=ipywidgets.Layout(width="16rem"))
    words = ipywidgets.Label()
    display(ipywidgets.HBox([bar, words]))

    def show(progress: EvaluationProgress) -> None:
        bar.max, bar.value = progress.total, progress.done
        bar.bar_style = "success" if progress.done == progress.total else ""
        words.value = str(progress)
        _say_when_done(progress)  # the bar is not in a saved notebook, the words are

    return show


def _say_when_done(progress: EvaluationProgress) -> None:
    if progress.done == progress.total:
        print(progress)  # noqa: T201 - the static form of the bar
