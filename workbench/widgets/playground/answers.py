"""The answers to one prompt while they come, and afterwards: panes without anything to press."""

from __future__ import annotations

import asyncio
import re
from itertools import count

from workbench.bridge import run
from workbench.calls import Completion
from workbench.widgets.panes.facts import FACTS, UNKNOWN, facts, summary
from workbench.widgets.panes.panes import Head, Panes
from workbench.widgets.playground.session import Chats, Session
from workbench.widgets.playground.static import static_session
from workbench.widgets.question.draft import Draft
from workbench.widgets.showing import Showing

# A terminal does what such characters say: it moves, recolours, even fills the clipboard.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
FLUSH_S = 0.04
SETTLE_EVERY = 12


class Answers(Showing):
    """One prompt to one model or several, asked once.

    Making it raises `ConfigError` where the draft lacks something.

    Attributes:
        turn: The prompt and its answers.
        view: The panes.
    """

    def __init__(self, client: Chats, draft: Draft) -> None:
        self._session = Session(client)
        self.turn = self._session.begin(draft)
        self._colours = _colours(draft.models)
        self.view = Panes()
        self.view.begin([Head(name=model, colour=self._colours.get(model, "")) for model in draft.models])
        self._show()

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
        """
        run(self._ask())

    def static_html(self) -> str:
        """What was asked, numbers and texts."""
        return static_session([self.turn], colours=self._colours)

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

    async def _ask(self) -> None:
        painter = asyncio.create_task(self._keep_showing())
        try:
            await self._session.ask(self.turn)
        finally:
            painter.cancel()
            self._show()
            self.view.settle()
            self.keep()

    async def _keep_showing(self) -> None:
        for beat in count(1):
            self._show()
            # A page that missed something asks for it, and the kernel, which waits here, does not hear it.
            if beat % SETTLE_EVERY == 0:
                self.view.settle()
            await asyncio.sleep(FLUSH_S)

    def _show(self) -> None:
        panes = self.turn.comparison.panes()
        self.view.show(panes)
        self.view.status = summary(panes)


def _colours(models: tuple[str, ...]) -> dict[str, str]:
    if len(models) < 2:
        return {}
    from workbench.plots import colours  # plotly takes seconds to load: who asks one model does without

    return colours(models)
