"""The panes of a comparison in the page: text is sent once, as it comes.

Two ways lead to the page. While models stream, one custom message per call of `show` carries only the new
text and the facts that changed, with a running number. The trait `snapshot` holds everything: it is set where
a run begins and ends, and sent again when a page asks for it, because it was reloaded, opened a second view,
or missed a message.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.widgets.comparison import PaneState
from workbench.widgets.facts import FACTS, facts

HERE = Path(__file__).parent
GROWING = ("text", "reasoning")

Shown = dict[str, Any]


class Panes(anywidget.AnyWidget):
    """One pane per model, side by side; it shows what it is given and decides nothing."""

    _esm = HERE / "panes.js"
    _css = HERE / "panes.css"

    labels = traitlets.List([list(fact) for fact in FACTS]).tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)
    # Front ends attach late and read the state then: it must be what is shown now, not what was set last.
    snapshot = traitlets.Dict().tag(sync=True, to_json=lambda _, panes: panes.live())

    def __init__(self) -> None:
        # A page asks on the kernel's main thread while a run shows on the background loop: number and text
        # must go together.
        self._lock = threading.RLock()
        self._number = 0
        self._shown: list[Shown] = []
        super().__init__()
        self.on_msg(lambda _widget, content, _buffers: self._answer(content))

    def live(self) -> dict[str, Any]:
        """Everything that the panes show, and the number of the last message that it includes."""
        with self._lock:
            return {"number": self._number, "panes": [dict(pane) for pane in self._shown]}

    def show(self, states: Iterable[PaneState]) -> None:
        """Bring the page up to these states: by what is new, or by all where text did not just grow."""
        with self._lock:
            panes = [_plain(state) for state in states]
            if not _grew(self._shown, panes):
                self.settle(panes)
                return
            news = [
                {"index": index, **new}
                for index, (old, pane) in enumerate(zip(self._shown, panes, strict=True))
                if (new := _news(old, pane))
            ]
            if news:
                self._shown = panes
                self._number += 1
                self.send({"number": self._number, "news": news})

    def settle(self, panes: list[Shown] | None = None) -> None:
        """Put everything into the synced trait, so that saved widget state and exports hold it."""
        with self._lock:
            self._shown = self._shown if panes is None else panes
            self._number += 1
            self.snapshot = self.live()

    def _answer(self, content: Any) -> None:
        if content == "ask":
            with self._lock:
                self.send_state("snapshot")


def _plain(state: PaneState) -> Shown:
    return {
        "model": state.model,
        "state": state.state,
        "text": _valid(state.text),
        "reasoning": _valid(state.reasoning),
        "note": _valid(state.note),
        "error": _valid(state.error),
        "facts": list(facts(state)),
    }


def _valid(text: str) -> str:
    # Half of a surrogate pair is no Unicode: the message that carries it could not be sent.
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _grew(old: list[Shown], new: list[Shown]) -> bool:
    return [pane["model"] for pane in old] == [pane["model"] for pane in new] and all(
        b[part].startswith(a[part]) for a, b in zip(old, new, strict=True) for part in GROWING
    )


def _news(old: Shown, new: Shown) -> Shown:
    """What changed; of the texts only what was added."""
    return {
        key: value[len(old[key]) :] if key in GROWING else value
        for key, value in new.items()
        if value != old[key]
    }
