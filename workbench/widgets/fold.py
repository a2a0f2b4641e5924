"""A part of a widget that is folded away until somebody wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets


class Fold:
    """A button that shows and hides what is below it.

    Args:
        name: What the button is called.
        icon: Its picture, a name of Font Awesome.
        content: A widget.
        on_open: Called each time that it is unfolded.

    Attributes:
        button: Pressed while the content is shown.
        view: Both.
    """

    def __init__(self, name: str, icon: str, content: Any, on_open: Callable[[], object]) -> None:
        self._content, self._on_open = content, on_open
        self.button = ipywidgets.ToggleButton(
            description=name, icon=icon, layout=ipywidgets.Layout(width="auto", align_self="flex-start")
        )
        self.button.observe(lambda _: self._turn(), "value")
        self.view = ipywidgets.VBox([self.button, content])
        content.layout.display = "none"

    def _turn(self) -> None:
        self._content.layout.display = None if self.button.value else "none"
        if self.button.value:
            self._on_open()
