"""A part of a widget that is folded away until somebody wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets


class Fold:
    """A button that shows and hides something.

    Args:
        name: What the button is called.
        icon: Its picture, a name of Font Awesome.
        tooltip: What is in there.
        content: A widget.
        on_open: Called each time that it is unfolded.

    Attributes:
        button: Pressed while the content is shown.
        content: As given.
    """

    def __init__(
        self, name: str, icon: str, tooltip: str, content: Any, on_open: Callable[[], object]
    ) -> None:
        self.content, self._on_open = content, on_open
        self.button = ipywidgets.ToggleButton(
            description=name, icon=icon, tooltip=tooltip, layout=ipywidgets.Layout(width="auto")
        )
        self.button.observe(lambda _: self._turn(), "value")
        content.layout.display = "none"

    def _turn(self) -> None:
        self.content.layout.display = None if self.button.value else "none"
        if self.button.value:
            self._on_open()
