"""The same prompt to several models, side by side, while they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import ipywidgets

from workbench.analysis.prompts import Asked
from workbench.bridge import run
from workbench.calls import Completion
from workbench.client import Client
from workbench.errors import ConfigError
from workbench.evals.start import find_models
from workbench.widgets.charts.live_charts import LiveCharts
from workbench.widgets.fold import Fold
from workbench.widgets.history.history import History
from workbench.widgets.keys import with_keys
from workbench.widgets.panes.facts import summary
from workbench.widgets.panes.panes import Head, Panes, PastTurn
from workbench.widgets.playground.code_view import CodeView
from workbench.widgets.playground.play_bar import PlayBar
from workbench.widgets.playground.play_keys import PlayKeys
from workbench.widgets.playground.player import Player
from workbench.widgets.playground.session import Chats, Turn
from workbench.widgets.playground.static import static_session
from workbench.widgets.playground.vote_bar import VoteBar
from workbench.widgets.question.choices import choices_of
from workbench.widgets.question.composer import Composer
from workbench.widgets.question.draft import Draft
from workbench.widgets.question.parameter_form import ParameterForm
from workbench.widgets.question.picker import Picker
from workbench.widgets.showing import Showing

PAST = "What was asked before, to be opened again"


class Playground(Showing):
    """Question, models and parameters above one pane per model; made by `playground`.

    Attributes:
        composer: The question.
        picker: The models.
        form: The parameters.
        bar: Run, Reply, Stop, and blind mode.
        panes: The answers.
        votes: Which of them is the best.
        charts: Time, speed, cost and agreement.
        code: The cell that does the same.
        history: What was asked before; `None` where the client has no log.
        player: The conversation, and what is under way.
        view: All of them together, to be put into a layout of your own.
    """

    def __init__(
        self,
        client: Chats,
        models: Sequence[str],
        prompt: str,
        *,
        choices: Sequence[str],
        system: str,
        params: Mapping[str, Any],
    ) -> None:
        own = client if isinstance(client, Client) else None
        self._log_trouble: Callable[[], str] = (lambda: own.recorder.trouble) if own else str
        self._shuffle = Random()  # noqa: S311 - hides names from readers, not from attackers
        self.player = Player(client, self._show, self._end)
        self.panes = Panes()
        self.charts = LiveCharts()
        self.votes = VoteBar(client, self._voted)
        self.code = CodeView(lambda: self.draft, home=own.home if own else None)
        self.bar = PlayBar(self._press_run, self._press_reply, self.player.stop, self._lay_out)
        self.composer = Composer(prompt, system, self._changed)
        self.form = ParameterForm(models, params, self._changed)
        self.picker = Picker(models, choices_of(client, choices), self._lay_out)
        self.panes.on_vote(lambda pane: self.votes.choose([pane]))
        self.panes.on_drop(self.composer.add_image)
        self.history = None if own is None else History(lambda: own.log, self._open)
        buttons, folded = [self.charts.fold, self.code.button], [self.charts.body, self.code.box]
        if self.history is not None:
            past = Fold("History", "history", PAST, self.history.view, self.history.refresh)
            buttons, folded = [*buttons, past.button], [*folded, past.content]
        self._lay_out()
        row = ipywidgets.HBox(buttons, layout=ipywidgets.Layout(flex_flow="row wrap", margin="8px 0 0"))
        above = [self.composer.view, self.picker.view, self.form.view, self.bar.view]
        below = [self.votes.view, row, *folded, PlayKeys(self.composer.hear)]
        self.view = with_keys([*above, self.panes, *below], "workbench-playground")

    @property
    def draft(self) -> Draft:
        """What the boxes say."""
        return Draft(
            **self.composer.values(),
            models=self.picker.chosen,
            params=self.form.params,
            own_params=self.form.own_params,
            repeats=self.form.repeats,
            blind=self.bar.blind.value,
        )

    @property
    def results(self) -> dict[str, Completion]:
        """The first completion of each model in the last turn; who failed or was stopped is not in it."""
        found = self.player.last.comparison.results.items() if self.player.last else ()
        return {model: completion for (model, repeat), completion in found if repeat == 0}

    @property
    def errors(self) -> dict[str, Exception]:
        """What the models that failed in the last turn raised."""
        found = self.player.last.comparison.errors.items() if self.player.last else ()
        return {model: error for (model, _), error in found}

    @property
    def running(self) -> bool:
        """Whether a turn is under way."""
        return self.player.running

    async def run(self) -> dict[str, Completion]:
        """Do what the Run button does, and wait for the end; gives `results`.

        Raises:
            ConfigError: The prompt is empty, no model is chosen, a parameter cannot be read, or a run is
                under way.
        """
        self._start()
        await self.ended()
        return self.results

    async def ended(self) -> None:
        """Wait until the turn that is under way, if any, has ended."""
        await self.player.ended()

    def stop(self) -> None:
        """End the turn at once, from any thread; without one it does nothing."""
        self.player.stop()

    def static_html(self) -> str:
        """Every turn with its numbers and texts, how alike the answers are, and the votes."""
        turns = self.player.session.turns or [Turn.of(self.draft)]
        return static_session(
            turns,
            similarity=self.charts.similarity,
            votes=self.votes.votes,
            colours=self.picker.colours,
            hidden=self.panes.hidden,
        )

    def static_text(self) -> str:
        """The models, and how they stand."""
        turn = self.player.last or Turn.of(self.draft)
        whom = f"{len(turn.draft.models)} models" if self.panes.hidden else ", ".join(turn.draft.models)
        return f"Playground: {whom}: {summary(turn.comparison.panes()) or 'not run yet'}"

    def _changed(self) -> None:
        self.code.refresh()

    def _lay_out(self) -> None:
        # Once there are answers, they stay until the next run.
        self.form.set_models(self.picker.chosen)
        self.code.refresh()
        if self.player.last is None:
            self._wear(Turn.of(self.draft))

    def _press_run(self) -> None:
        self._press(reply=False)

    def _press_reply(self) -> None:
        self._press(reply=True)

    def _press(self, *, reply: bool) -> None:
        try:
            self._start(reply=reply)
        except ConfigError as error:
            self.panes.status = str(error)

    def _start(self, *, reply: bool = False) -> None:
        draft = self.draft
        if self.form.problem:
            raise ConfigError(f"A parameter cannot be sent: {self.form.problem}")
        if draft.blind:
            # The order gives nothing away; a conversation keeps its panes.
            models = self.player.last.draft.models if reply and self.player.last else ()
            same = set(models) == set(draft.models)
            shuffled = self._shuffle.sample(draft.models, len(draft.models))
            draft = replace(draft, models=models if same else tuple(shuffled))
        turn = self.player.begin(draft, reply=reply)
        if not reply:
            self.votes.votes.clear()
        self.votes.offer(None)
        self._wear(turn)
        self.bar.show(running=True, answered=False)
        self.player.play(turn)

    def _wear(self, turn: Turn) -> None:
        """Give the panes of a turn their heads."""
        draft, session = turn.draft, self.player.session
        heads = [
            Head(
                name=model,
                colour=self.picker.colours.get(model, ""),
                hidden=draft.blind,
                past=tuple(PastTurn(prompt=prompt, text=text) for prompt, text in session.told(model, turn)),
            )
            for model in draft.models
        ]
        self.panes.voting, self.panes.chosen = False, []
        self.panes.begin(heads)
        self.panes.show(turn.comparison.panes())
        self.charts.begin(draft.models, self.picker.colours, hidden=draft.blind)

    def _show(self, turn: Turn) -> None:
        panes = turn.comparison.panes()
        self.panes.show(panes)
        self.panes.status = summary(panes)
        self.charts.show(panes)

    def _end(self, turn: Turn) -> None:
        self._show(turn)
        self._settle(turn)
        if trouble := self._log_trouble():
            self.panes.status += f" · {trouble}"
        self.bar.show(running=False, answered=bool(turn.comparison.results))

    def _settle(self, turn: Turn) -> None:
        """The turn is over: its answers are compared, and can be voted on."""
        self.charts.settle(turn.comparison.panes())
        self.votes.offer(turn)
        self.panes.voting = self.votes.offered
        if turn.draft.blind and not self.votes.offered:
            self._voted()  # nothing to vote on: nothing to hide
        self.panes.settle()
        self.keep()

    def _voted(self) -> None:
        self.panes.chosen = list(self.votes.chosen)
        self.panes.reveal()
        self.charts.reveal()
        self.keep()

    def _open(self, asked: Asked, turns: Sequence[Turn]) -> None:
        """Show a conversation of the log, to look at or to go on with."""
        draft = turns[-1].draft
        self.player.take(turns, f"{asked.session}/{asked.turn}" if asked.session else "")
        self.composer.write(draft)
        self.picker.choose(draft.models)
        self.form.write(draft)
        self.bar.blind.value = False
        self.votes.votes.clear()
        self._wear(turns[-1])
        self._end(turns[-1])


def playground(
    client: Chats | None = None,
    models: Sequence[str] = (),
    prompt: str = "",
    *,
    choices: Sequence[str] = (),
    system: str | None = None,
    **params: Any,
) -> Playground:
    """Put a prompt to several models at once and read the answers side by side as they stream.

    Args:
        client: The workbench's client, or any object with its `chat` and `bind`; one for the project's log
            where not given.
        models: `provider/model` names that are chosen at first, at most 8. Without any, and without
            `choices`, what can be reached is looked up, which takes a second or two.
        prompt: What stands in the prompt's box at first; `{name}` makes a field of its own.
        choices: Further names to pick from; any other may be typed in.
        system: The system prompt at first; `None` is none.
        params: Parameters of `Client.chat` at first: `temperature=0`, `tags={"project": "summaries"}`.

    Raises:
        ConfigError: A setting cannot be read, or there are too many models.
    """
    client = Client() if client is None else client
    if isinstance(client, Client) and not models and not choices:
        found = run(find_models(client))
        models, choices = found.models, found.choices
    return Playground(client, models, prompt, choices=choices, system=system or "", params=params)
