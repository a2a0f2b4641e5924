"""Keys as commands: a widget whose box can be used without a mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

HERE = Path(__file__).parent


class Shortcuts(anywidget.AnyWidget):
    """Listens to the keys of the box of class `workbench-labeller` that it stands in, and tells of them.

    A key counts for what the page showed when it was pressed: those of an earlier `turn` are passed over, so
    that who types faster than the kernel answers says nothing of what they have not seen.

    Args:
        press: Called with the name of each key, as the browser names it.
        keys: Names of those that are commands.
        label: What the box is called by screen readers.
    """

    _esm = HERE / "shortcuts.js"
    _css = HERE / "labeller.css"

    commands = traitlets.List(traitlets.Unicode()).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    turn = traitlets.Int(0).tag(sync=True)

    def __init__(self, press: Callable[[str], object], keys: Sequence[str], label: str) -> None:
        super().__init__(commands=list(keys), label=label)
        self._press = press
        self.on_msg(lambda _widget, content, _buffers: self._hear(content))

    def _hear(self, content: Any) -> None:
        match content:
            case {"key": key, "turn": self.turn} if key in self.commands:
                self._press(key)
