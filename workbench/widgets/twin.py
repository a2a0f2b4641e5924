"""The page's side of a static twin: hides it while the widget lives, and keeps it in a page opened anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets


class Twin(anywidget.AnyWidget):
    """Shows nothing.

    A page that was reloaded does not know any more which output the kernel means when it updates one
    (https://github.com/ipython/ipython/issues/12215): there the page itself puts the news into the notebook.

    Args:
        name: The id of the element that is the twin.
        bundle_of: Gives the twin as it is now, by media type.
    """

    _esm = Path(__file__).parent / "twin.js"

    name = traitlets.Unicode().tag(sync=True)

    def __init__(self, name: str, bundle_of: Callable[[], dict[str, str]]) -> None:
        super().__init__(name=name)
        self._bundle_of = bundle_of
        self.on_msg(lambda _widget, _content, _buffers: self.tell())

    def tell(self) -> None:
        """Let every page have the twin of now; from any thread."""
        self.send(self._bundle_of())
