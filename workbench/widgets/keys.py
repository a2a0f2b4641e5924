"""What a notebook's own fields and buttons lack for those who use the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets


class Keys(anywidget.AnyWidget):
    """Shows nothing, and minds the keys of the box that it stands in; see `with_keys`."""

    _esm = Path(__file__).parent / "keys.js"

    def __init__(self, on_enter: Callable[[str], None]) -> None:
        super().__init__()
        self.on_msg(lambda _widget, content, _buffers: on_enter(content["enter"]))


def with_keys(children: list[Any], *classes: str, on_enter: Callable[[str], None] = lambda _: None) -> Any:
    """These widgets, one over the other, with their keys minded.

    The front end leaves keys to whatever button or box has the focus, in place of taking them for commands on
    cells. Under the class `workbench-picker` arrows go from the text field to the boxes, and between these.

    Args:
        children: The widgets.
        classes: CSS classes of the box around them.
        on_enter: Called with what stands in the text field when Enter empties it.
    """
    view = ipywidgets.VBox([*children, Keys(on_enter)], layout=ipywidgets.Layout(align_items="stretch"))
    for name in ("workbench-keys", *classes):
        view.add_class(name)
    return view
