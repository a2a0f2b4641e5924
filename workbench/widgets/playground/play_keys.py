"""What reaches across the parts of a playground: Run by a key, pictures dropped anywhere, one look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget

HERE = Path(__file__).parent


class PlayKeys(anywidget.AnyWidget):
    """Shows nothing, and minds the box of class `workbench-playground` that it stands in.

    In the composer's boxes Ctrl+Enter, Cmd+Enter and Shift+Enter press Run. Pictures that are dropped or
    pasted anywhere go to the panes.

    Args:
        on_press: Called before each press of Run or Reply with what stands in the composer's boxes, by their
            descriptions: the kernel may not have heard of what was typed last.
    """

    _esm = HERE / "play_keys.js"
    _css = HERE / "playground.css"

    def __init__(self, on_press: Callable[[Mapping[str, str]], None]) -> None:
        super().__init__()
        self._on_press = on_press
        self.on_msg(lambda _widget, content, _buffers: self._hear(content))

    def _hear(self, content: Any) -> None:
        match content:
            case {"texts": dict(texts)}:
                self._on_press({str(name): str(text) for name, text in texts.items()})
