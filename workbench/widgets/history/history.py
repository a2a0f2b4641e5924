"""What was asked before: found by its words, looked at, opened again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import ipywidgets

from workbench.analysis.prompts import Asked, earlier_prompts
from workbench.bridge import submit
from workbench.errors import WorkbenchError
from workbench.log import Log
from workbench.widgets.hints import alert, hint
from workbench.widgets.history.earlier import Earlier, label_of, listing, preview
from workbench.widgets.history.reopening import reopened
from workbench.widgets.interactive import interactive
from workbench.widgets.keys import with_keys
from workbench.widgets.playground.session import Turn
from workbench.widgets.showing import Showing

MOST = 50
_ROWS = 10
_PREVIEW = '<div tabindex="0" role="region" aria-label="The chosen prompt" style="{}">{}</div>'
_BOX = "max-height:16em;overflow:auto;line-height:1.4;padding:0 .2em"


class History(Showing):
    """The prompts of the log, newest first; nothing is read before `refresh`, or before a cell shows it.

    Args:
        log_of: Gives the log; called off the main thread.
        on_open: Told of the chosen entry and of the turns of its conversation, up to it; called on the
            background loop.

    Attributes:
        state: What was found, without any widget.
        search: The box for words.
        choice: The list of entries.
        open_button: Opens the chosen one.
        refresh_button: Reads the log once more.
        view: All of them together, with a preview.
    """

    def __init__(self, log_of: Callable[[], Log], on_open: Callable[[Asked, Sequence[Turn]], None]) -> None:
        self._log_of, self._on_open = log_of, on_open
        self.state = Earlier()
        self.search: Any = ipywidgets.Text(
            description="Search",
            placeholder="Words of a prompt or an answer, then Enter",
            continuous_update=False,
            style={"description_width": "auto"},
            layout=ipywidgets.Layout(flex="1 1 16rem", width="auto"),
        )
        self.choice: Any = ipywidgets.Select(
            rows=_ROWS,
            description="Prompts",
            style={"description_width": "auto"},
            # Long entries are cut: the list takes no more room because of them.
            layout=ipywidgets.Layout(flex="3 1 22rem", width="auto", min_width="12rem"),
        )
        self.open_button: Any = ipywidgets.Button(description="Open", icon="folder-open", disabled=True)
        self.refresh_button: Any = ipywidgets.Button(description="Refresh", icon="refresh")
        self._preview: Any = ipywidgets.HTML(
            layout=ipywidgets.Layout(flex="2 1 18rem", width="auto", min_width="12rem")
        )
        self._line: Any = ipywidgets.HTML()
        self.search.observe(lambda _: self.refresh(), "value")
        self.choice.observe(lambda _: self._show_choice(), "value")
        self.open_button.on_click(lambda _: self.open())
        self.refresh_button.on_click(lambda _: self.refresh())
        wrapping = ipywidgets.Layout(flex_flow="row wrap")
        self.view = with_keys(
            [
                ipywidgets.HBox([self.search, self.refresh_button], layout=wrapping),
                self._line,
                ipywidgets.HBox([self.choice, self._preview], layout=wrapping),
                self.open_button,
            ]
        )
        self._show()

    @property
    def chosen(self) -> Asked | None:
        """The entry that is marked in the list."""
        place = self.choice.value
        # While a new list comes in, the place may be one of the old list.
        return self.state.entries[place] if place is not None and place < len(self.state.entries) else None

    def refresh(self) -> Future[None]:
        """Look for the words in the box, off the main thread; the future is done when the list is shown."""
        number = self.state.begin(self.search.value)
        self._show()
        return submit(self._read(number))

    def open(self) -> Future[None] | None:
        """Reopen the chosen entry, off the main thread; without one nothing happens."""
        asked = self.chosen
        return None if asked is None else submit(self._open(asked))

    def static_html(self) -> str:
        """The entries with their numbers."""
        return listing(self.state)

    def static_text(self) -> str:
        """The entries, one a line."""
        return "\n".join([self.state.line, *map(label_of, self.state.entries)])

    def _ipython_display_(self) -> None:
        if not interactive():  # nobody would see it come later
            self.refresh().result()
        super()._ipython_display_()
        if interactive():
            self.refresh()

    async def _read(self, number: int) -> None:
        try:
            found = await asyncio.to_thread(lambda: earlier_prompts(self._log_of(), self.state.search, MOST))
            self.state.found(number, found)
        except Exception as error:  # whatever it is, the reader has to hear of it
            self.state.fail(number, _words(error))
        self._show()
        self.keep()

    async def _open(self, asked: Asked) -> None:
        try:
            turns = await asyncio.to_thread(lambda: reopened(self._log_of(), asked))
            self._on_open(asked, turns)
            self.state.problem = ""
        except Exception as error:  # likewise
            self.state.problem = _words(error)
        self._say()

    def _show(self) -> None:
        self._say()
        if not self.state.reading:
            self.choice.options = [(label_of(asked), place) for place, asked in enumerate(self.state.entries)]
            self.choice.index = 0 if self.state.entries else None
            self._show_choice()

    def _say(self) -> None:
        said = alert if self.state.problem else hint
        self._line.value = f'<div role="status">{said(self.state.line)}</div>'

    def _show_choice(self) -> None:
        asked = self.chosen
        self.open_button.disabled = asked is None
        self._preview.value = "" if asked is None else _PREVIEW.format(_BOX, preview(asked))


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
