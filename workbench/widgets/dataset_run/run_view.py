"""The monitor of a run over a data set in the page: buttons, and what `run_html` says."""

from __future__ import annotations

import ipywidgets

from workbench.widgets.dataset_run import run_html
from workbench.widgets.dataset_run.run_state import RunState


class RunView:
    """Shows the states that it is given, and decides nothing.

    Attributes:
        start_button: Says Resume once there is something to go on with.
        stop_button: Can be pressed while the run is under way.
        box: All of it together.
    """

    def __init__(self) -> None:
        wide = ipywidgets.Layout(width="7rem")
        self.start_button = ipywidgets.Button(
            description="Start", icon="play", button_style="primary", layout=wide
        )
        self.stop_button = ipywidgets.Button(description="Stop", icon="stop", layout=wide)
        # One for each part, so that those that stay the same are not redrawn: words can be marked and copied.
        self._title, self._status, self._headline, self._models, self._troubles = (
            ipywidgets.HTML() for _ in range(5)
        )
        bar = ipywidgets.HBox(
            [self.start_button, self.stop_button, self._status],
            layout=ipywidgets.Layout(flex_flow="row wrap", align_items="center", grid_gap="0 .5rem"),
        )
        self.box = ipywidgets.VBox(
            [self._title, bar, self._headline, self._models, self._troubles],
            layout=ipywidgets.Layout(align_items="stretch"),
        )

    def show(self, title: str, state: RunState, *, busy: bool) -> None:
        """Bring the page up to this state.

        Args:
            title: What is asked of whom.
            state: How it stands.
            busy: Whether a run is under way, or is being put away.
        """
        if not busy:
            begun = state.state != "ready" and state.done > 0
            self.start_button.description = "Resume" if begun else "Start"
        self.start_button.disabled = busy or (state.state == "done" and not state.errors and not state.enough)
        self.stop_button.disabled = state.state != "running"
        self._title.value = run_html.title(title)
        self._status.value = run_html.status(state)
        self._headline.value = run_html.headline(state)
        self._models.value = run_html.models(state.models)
        self._troubles.value = run_html.troubles(state.troubles)
