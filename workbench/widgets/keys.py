"""What a notebook's own fields and buttons lack for those who use the keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import ipywidgets


class Keys(anywidget.AnyWidget):
    """Shows nothing, and minds the keys of the box that it stands in; see `with_keys`.

    The front end leaves keys to whatever button or box has the focus, in place of taking them for commands on
    cells. In a box of class `workbench-picker` the arrows go from the field to the boxes, and between these.
    """

    _esm = Path(__file__).parent / "keys.js"


def with_keys(children: list[Any], *classes: str) -> Any:
    """These widgets, one over the other, with their keys minded."""
    view = ipywidgets.VBox([*children, Keys()], layout=ipywidgets.Layout(align_items="stretch"))
    for name in ("workbench-keys", *classes):
        view.add_class(name)
    return view
