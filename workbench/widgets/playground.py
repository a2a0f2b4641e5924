"""The same prompt to several models, side by side, while they answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import ipywidgets

from workbench.bridge import background_loop, submit
from workbench.calls import Completion
from workbench.errors import ConfigError
from workbench.widgets.draft import Draft
from workbench.widgets.facts import summary
from workbench.widgets.panes import Panes
from workbench.widgets.picker import Picker
from workbench.widgets.session import Chats, Session, Turn
from workbench.widgets.showing import Showing
from workbench.widgets.static import table

# Measured with 8 panes: 25 messages a second keep up with 3,000 tokens a second, one a token does not.
FLUSH_S = 0.04


class Playground(Showing):
    """Prompt, models, Run and Stop above one pane per model; made by `playground`.

    The work runs on the workbench's background loop, so that cells and widget do not wait for each other.

    Attributes:
        prompt: The box that holds the prompt.
        picker: The chosen models.
        run_button: Starts a run.
        stop_button: Ends it at once.
        panes: The answers.
        session: The conversation that they belong to.
        view: All of them together, to be put into a layout of your own.
    """

    def __init__(
        self,
        client: Chats,
        models: Sequence[str],
        prompt: str,
        *,
        choices: Sequence[str],
        system: str | None,
        params: Mapping[str, Any],
    ) -> None:
        self._client, self._system, self._params = client, system, params
        self.session = Session(client)
        self._work: Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self.prompt = ipywidgets.Textarea(
            value=prompt,
            rows=4,
            placeholder="What do you want to ask?",
            layout=ipywidgets.Layout(width="auto"),
        )
        self.picker = Picker(models, choices, self._lay_out)
        wide = ipywidgets.Layout(width="6rem")
        self.run_button = ipywidgets.Button(
            description="Run", icon="play", button_style="primary", layout=wide
        )
        self.stop_button = ipywidgets.Button(description="Stop", icon="stop", disabled=True, layout=wide)
        self.panes = Panes()
        self.run_button.on_click(lambda _: self._press_run())
        self.stop_button.on_click(lambda _: self.stop())
        self._lay_out()
        bar = ipywidgets.HBox(
            [self.run_button, self.stop_button, self.picker.search],
            layout=ipywidgets.Layout(flex_flow="row wrap"),
        )
        self.view = ipywidgets.VBox(
            [self.prompt, self.picker.row, bar, self.panes], layout=ipywidgets.Layout(align_items="stretch")
        )

    @property
    def draft(self) -> Draft:
        """What the boxes say."""
        return Draft(
            prompt=self.prompt.value,
            system=self._system or "",
            models=self.picker.chosen,
            params=self._params,
        )

    @property
    def results(self) -> dict[str, Completion]:
        """The completions of the last run, by model; those that failed or were stopped are not in it."""
        found = self._last.comparison.results.items() if self._last else ()
        return {model: completion for (model, repeat), completion in found if repeat == 0}

    @property
    def errors(self) -> dict[str, Exception]:
        """What the models that failed in the last run raised."""
        found = self._last.comparison.errors.items() if self._last else ()
        return {model: error for (model, repeat), error in found if repeat == 0}

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._work is not None and not self._work.done()

    async def run(self) -> dict[str, Completion]:
        """Do what the Run button does, and wait for the end.

        Raises:
            ConfigError: The prompt is empty, no model is chosen, or a run is under way.
        """
        self._start()
        await self.ended()
        return self.results

    async def ended(self) -> None:
        """Wait until the run that is under way, if any, has ended."""
        if self._work is not None:
            await asyncio.wrap_future(self._work)

    def stop(self) -> None:
        """End the run at once, from any thread; without one it does nothing."""
        background_loop().call_soon_threadsafe(self._halt)

    def static_html(self) -> str:
        """Prompt, numbers and full texts of the last run."""
        turn = self._shown
        return table(turn.draft.prompt, turn.comparison.panes())

    def static_text(self) -> str:
        """The models, and how they stand."""
        panes = self._shown.comparison.panes()
        models = ", ".join(self._shown.draft.models)
        return f"Playground: {models}: {summary(panes) or 'not run yet'}"

    @property
    def _last(self) -> Turn | None:
        return self.session.turns[-1] if self.session.turns else None

    @property
    def _shown(self) -> Turn:
        return self._last or Turn.of(self.draft)

    def _lay_out(self) -> None:
        # Once there are answers, they stay until the next run.
        if self._work is None:
            self.panes.show(self._shown.comparison.panes())

    def _press_run(self) -> None:
        try:
            self._start()
        except ConfigError as error:
            self.panes.status = str(error)

    def _start(self) -> Future[None]:
        if self.running:
            raise ConfigError("A run is under way: wait for its end, or press Stop.")
        draft = self.draft
        draft.check()
        self.session = Session(self._client)
        turn = self.session.begin(draft)
        self.run_button.disabled, self.stop_button.disabled = True, False
        self._work = submit(self._ask(turn))
        return self._work

    async def _ask(self, turn: Turn) -> None:
        self._task = asyncio.current_task()
        painter = asyncio.create_task(self._keep_showing(turn))
        try:
            await self.session.ask(turn)
        except asyncio.CancelledError:
            pass  # somebody pressed Stop: a way to end like others, and the panes say so
        finally:
            painter.cancel()
            self.run_button.disabled, self.stop_button.disabled = False, True
            self._show(turn)
            self.panes.settle()
            self.keep()

    async def _keep_showing(self, turn: Turn) -> None:
        while True:
            self._show(turn)
            await asyncio.sleep(FLUSH_S)

    def _show(self, turn: Turn) -> None:
        panes = turn.comparison.panes()
        self.panes.show(panes)
        self.panes.status = summary(panes)

    def _halt(self) -> None:
        # The panes say "stopped" now; what the client still has to put away does not keep the reader waiting.
        if self.running and self._last is not None:
            self._last.comparison.stop()
            self._show(self._last)
            if self._task is not None:
                self._task.cancel()


def playground(
    client: Chats,
    models: Sequence[str] = (),
    prompt: str = "",
    *,
    choices: Sequence[str] = (),
    system: str | None = None,
    **params: Any,
) -> Playground:
    """Put a prompt to several models at once and read the answers side by side as they stream.

    Args:
        client: The workbench's client, or any object with its `chat` and `bind`.
        models: `provider/model` names that are chosen at first.
        prompt: What stands in the prompt's box at first.
        choices: Further names to pick from; any other may be typed in.
        system: A system prompt for all of them; `None` sends none.
        **params: Go to every call as they are: `temperature=0`, `tags={"notebook": "compare"}`.
    """
    return Playground(client, models, prompt, choices=choices, system=system, params=params)
