"""What a run is begun and ended with."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

RUN = "Ask all models, in a new conversation; Shift+Enter or Ctrl+Enter in the prompt does the same"


class PlayBar:
    """Run, Reply, Stop, and blind mode.

    Args:
        on_run: Begins a conversation.
        on_reply: Goes on with it.
        on_stop: Ends the turn that is under way.
        on_change: Called when blind mode is switched on or off.

    Attributes:
        run_button: Begins a conversation.
        reply_button: Goes on with it.
        stop_button: Ends the turn at once.
        blind: Whether names are hidden until a vote.
        view: All of them.
    """

    def __init__(
        self,
        on_run: Callable[[], None],
        on_reply: Callable[[], None],
        on_stop: Callable[[], None],
        on_change: Callable[[], None],
    ) -> None:
        self.run_button = _button("Run", "play", RUN, "primary")
        self.reply_button = _button("Reply", "reply", "Go on: each model is told its own conversation so far")
        self.stop_button = _button("Stop", "stop", "End what is under way at once")
        self.blind = ipywidgets.Checkbox(
            description="Blind",
            tooltip="Hide the names, and shuffle the panes, until a vote",
            indent=False,
            layout=ipywidgets.Layout(width="auto", margin="2px 0 2px 1rem"),
        )
        self.run_button.add_class("workbench-run")
        self.reply_button.add_class("workbench-reply")
        self.run_button.on_click(lambda _: on_run())
        self.reply_button.on_click(lambda _: on_reply())
        self.stop_button.on_click(lambda _: on_stop())
        self.blind.observe(lambda _: on_change(), "value")
        self.view = ipywidgets.HBox(
            [self.run_button, self.reply_button, self.stop_button, self.blind],
            layout=ipywidgets.Layout(flex_flow="row wrap", align_items="center"),
        ).add_class("workbench-playbar")
        self.show(running=False, answered=False)

    def show(self, *, running: bool, answered: bool) -> None:
        """Offer what can be done now.

        Args:
            running: Whether a turn is under way.
            answered: Whether there is a conversation to go on with.
        """
        self.run_button.disabled = running
        self.stop_button.disabled = not running
        self.reply_button.disabled = running or not answered


def _button(description: str, icon: str, tooltip: str, style: str = "") -> ipywidgets.Button:
    return ipywidgets.Button(
        description=description,
        icon=icon,
        tooltip=tooltip,
        button_style=style,
        layout=ipywidgets.Layout(width="6rem"),
    )
