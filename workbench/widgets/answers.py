"""The answers to one prompt while they come, and afterwards: panes without anything to press."""

from __future__ import annotations

import re
import threading

from workbench.bridge import PATIENCE_S
from workbench.calls import Completion
from workbench.widgets.draft import Draft
from workbench.widgets.facts import FACTS, UNKNOWN, facts, summary
from workbench.widgets.panes import Head, Panes
from workbench.widgets.player import Player
from workbench.widgets.session import Chats, Turn
from workbench.widgets.showing import Showing
from workbench.widgets.static import table

# A terminal does what such characters say: it moves, recolours, even fills the clipboard.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SETTLE_EVERY = 12


class Answers(Showing):
    """One prompt to one model or several, asked once.

    Attributes:
        turn: The prompt and its answers.
        view: The panes.
    """

    def __init__(self, client: Chats, draft: Draft) -> None:
        self._draft = draft
        self._told = 0
        self._ended = threading.Event()
        self._player = Player(client, self._show, self._end)
        self.turn = Turn.of(draft)
        self.view = Panes()
        self.view.begin(_heads(draft.models))
        self.view.show(self.turn.comparison.panes())

    @property
    def results(self) -> dict[str, Completion]:
        """The completions of those that answered, by model."""
        return {model: completion for (model, _), completion in self.turn.comparison.results.items()}

    @property
    def errors(self) -> dict[str, Exception]:
        """What the models that failed raised."""
        return {model: error for (model, _), error in self.turn.comparison.errors.items()}

    def ask(self) -> None:
        """Ask, and wait for the end.

        An interrupt stops what is under way, and is raised again.

        Raises:
            ConfigError: The draft lacks something.
        """
        self.turn = self._player.start(self._draft)
        try:
            self._ended.wait()
        except KeyboardInterrupt:
            self._player.stop()
            self._ended.wait(PATIENCE_S)
            raise

    def static_html(self) -> str:
        """Prompt, numbers and texts."""
        return table(self.turn.draft.words(), self.turn.comparison.panes())

    def static_text(self) -> str:
        """The whole answers too: a terminal shows nothing else."""
        parts = []
        for pane in self.turn.comparison.panes():
            numbers = [
                f"{label} {fact}"
                for (label, _), fact in zip(FACTS, facts(pane), strict=True)
                if fact != UNKNOWN
            ]
            head = " · ".join([pane.model, pane.state, *numbers])
            parts.append("\n".join(filter(None, [head, pane.text, pane.error, pane.note])))
        return _CONTROL.sub("\ufffd", "\n\n".join(parts))

    def _show(self, turn: Turn) -> None:
        panes = turn.comparison.panes()
        self.view.show(panes)
        self.view.status = summary(panes)
        # A page that missed something asks for it, and the kernel, which waits here, does not hear it: it
        # gets everything twice a second.
        self._told += 1
        if self._told % _SETTLE_EVERY == 0:
            self.view.settle()

    def _end(self, turn: Turn) -> None:
        try:
            self._show(turn)
            self.view.settle()
            self.keep()
        finally:
            self._ended.set()


def _heads(models: tuple[str, ...]) -> list[Head]:
    if len(models) == 1:
        return [Head(name=models[0], colour="")]
    from workbench.plots import colours  # plotly takes seconds: who asks one model does without

    return [Head(name=model, colour=colour) for model, colour in colours(models).items()]
