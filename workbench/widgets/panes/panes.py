"""The panes of a comparison in the page: text is sent once, as it comes.

Two ways lead to the page. While models stream, one custom message per call of `show` carries only the new
text and the facts that changed, with a running number. The trait `snapshot` holds everything: it is set where
a run begins and ends. A page that was reloaded, opened a second view, or missed a message asks, and is sent
everything in a message of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from ipywidgets import CallbackDispatcher

from workbench.widgets.panes.comparison import AnswerOf, PaneState
from workbench.widgets.panes.facts import FACTS
from workbench.widgets.panes.wire import Answer, Told, valid
from workbench.widgets.text.markdown import render

HERE = Path(__file__).parent
MOST_IMAGE_BYTES = 20_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class PastTurn:
    """One turn of a conversation before the one that a pane shows.

    Attributes:
        prompt: What was asked.
        text: The answer, as Markdown; empty where none came.
    """

    prompt: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What stands above the answers of one model.

    Attributes:
        name: The model's.
        colour: The model's, as CSS writes it; empty is none.
        hidden: Whether name, colour, numbers and errors are kept from the page until `Panes.reveal`.
        past: The turns before this one, oldest first.
    """

    name: str
    colour: str
    hidden: bool = False
    past: tuple[PastTurn, ...] = ()


class Panes(anywidget.AnyWidget):
    """One pane per model, side by side; it shows what it is given and decides nothing.

    Attributes:
        status: The line above the panes.
        view: How texts are shown; `differences` are those to the pane `reference`, once both have ended.
        reference: Index of that pane.
        voting: Whether each pane has a button "Best".
        chosen: Indexes of the panes that were voted for.
    """

    _esm = HERE / "panes.js"
    _css = HERE / "panes.css"

    labels = traitlets.List([list(fact) for fact in FACTS]).tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)
    view = traitlets.Enum(("rendered", "raw", "differences"), "rendered").tag(sync=True)
    reference = traitlets.Int(0, min=0).tag(sync=True)
    voting = traitlets.Bool(False).tag(sync=True)
    chosen = traitlets.List(traitlets.Int()).tag(sync=True)
    # Front ends attach late and read the state then: it must be what is shown now, not what was set last.
    snapshot = traitlets.Dict().tag(sync=True, to_json=lambda _, panes: panes.live())

    def __init__(self) -> None:
        # A page asks on the kernel's main thread while a run shows on the background loop: number and text
        # must go together.
        self._lock = threading.RLock()
        self._number = 0
        self._heads: tuple[Head, ...] = ()
        self._worn: list[Told] = []
        self._answers: dict[AnswerOf, Answer] = {}
        self._states: tuple[PaneState, ...] = ()
        self._begun = False
        self._arriving = bytearray()
        self._vote, self._drop = CallbackDispatcher(), CallbackDispatcher()
        super().__init__()
        self.on_msg(lambda _widget, content, buffers: self._hear(content, buffers))
        self.observe(lambda _: self._compare_anew(), ["view", "reference"])

    def begin(self, heads: Sequence[Head]) -> None:
        """Give the heads for the next `show`, which begins anew: one per model, in the models' order."""
        with self._lock:
            self._heads, self._begun = tuple(heads), True

    def show(self, states: Iterable[PaneState]) -> None:
        """Bring the page up to these states: by what is new, or by all where text did not just grow.

        Args:
            states: One per answer; those of a model follow each other, and share a pane.

        Raises:
            ValueError: There are not as many models as heads.
        """
        with self._lock:
            self._states = tuple(states)
            anew = self._begun or [*self._answers] != [(state.model, state.repeat) for state in self._states]
            if anew:
                self._lay_out()
            news = self._take_all()
            if self._compare() or anew or None in news:
                self.settle()
            elif told := [{"index": index, **new} for index, new in enumerate(news) if new]:
                self._number += 1
                self.send({"number": self._number, "news": told})

    def settle(self) -> None:
        """Put everything into the synced trait, so that saved widget state and exports hold it."""
        with self._lock:
            self._number += 1
            self.snapshot = self.live()

    def reveal(self) -> None:
        """Show names, colours, numbers and errors that were hidden."""
        with self._lock:
            self._heads = tuple(replace(head, hidden=False) for head in self._heads)
            self._worn = [_worn(index, head) for index, head in enumerate(self._heads)]
            self._take_all()
            self.settle()

    @property
    def hidden(self) -> bool:
        """Whether names are kept from the page."""
        return any(head.hidden for head in self._heads)

    def live(self) -> dict[str, Any]:
        """Everything that the panes show, and the number of the last message that it includes.

        Returns:
            `number`; `heads`, one per pane; `answers`, one per state that was shown, as `Answer.told`.
        """
        with self._lock:
            answers = [dict(answer.told) for answer in self._answers.values()]
            return {"number": self._number, "heads": self._worn, "answers": answers}

    def on_vote(self, callback: Callable[[int], object]) -> None:
        """Have a function called with the index of the pane whose "Best" was pressed."""
        self._vote.register_callback(callback)

    def on_drop(self, callback: Callable[[str, str, bytes], object]) -> None:
        """Have a function called with name, media type and bytes of each image that is dropped or pasted."""
        self._drop.register_callback(callback)

    def _lay_out(self) -> None:
        models = list(dict.fromkeys(state.model for state in self._states))
        if not self._begun:
            self._heads = tuple(Head(name=model, colour="") for model in models)
        if len(self._heads) != len(models):
            raise ValueError(f"{len(self._heads)} heads for {len(models)} models: give one for each")
        self._begun = False
        self._worn = [_worn(index, head) for index, head in enumerate(self._heads)]
        self._answers = {
            (state.model, state.repeat): Answer(models.index(state.model), state.repeat)
            for state in self._states
        }

    def _take_all(self) -> list[Told | None]:
        answers = zip(self._answers.values(), self._states, strict=True)
        return [answer.take(state, hidden=self._heads[answer.pane].hidden) for answer, state in answers]

    def _compare_anew(self) -> None:
        with self._lock:
            for answer in self._answers.values():
                answer.compare(None)
            self._compare()
            self.settle()

    def _compare(self) -> bool:
        if self.view != "differences":
            return False
        answers = self._answers.values()
        references = {answer.repeat: answer for answer in answers if answer.pane == self.reference}
        changed = [answer.compare(references.get(answer.repeat)) for answer in answers]
        return any(changed)

    def _hear(self, content: Any, buffers: Sequence[memoryview]) -> None:
        match content:
            case "ask":
                with self._lock:
                    self.send({"whole": self.live()})
            case {"vote": int(pane)} if self.voting and 0 <= pane < len(self._heads):
                self._vote(pane)
            case {"drop": str(name), "type": str(media_type), "first": bool(first), "last": bool(last)}:
                self._receive(name, media_type, buffers, first=first, last=last)

    def _receive(
        self, name: str, media_type: str, pieces: Sequence[memoryview], *, first: bool, last: bool
    ) -> None:
        # A page sends a file in pieces: Jupyter's server closes the connection at a message above 10 MiB.
        if first:
            self._arriving.clear()
        for piece in pieces:
            if len(self._arriving) <= MOST_IMAGE_BYTES:
                self._arriving += piece
        if not last:
            return
        data = bytes(self._arriving)
        self._arriving.clear()
        if 0 < len(data) <= MOST_IMAGE_BYTES and media_type.startswith("image/"):
            self._drop(name, media_type, data)


def _worn(index: int, head: Head) -> Told:
    past = [
        {"prompt": valid(turn.prompt), "nodes": render(valid(turn.text), whole=True)[0]} for turn in head.past
    ]
    name, colour = (f"Model {chr(ord('A') + index)}", "") if head.hidden else (head.name, head.colour)
    return {"name": valid(name), "colour": colour, "hidden": head.hidden, "past": past}
