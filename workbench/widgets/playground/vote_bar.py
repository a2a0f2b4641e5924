"""Which of the answers beside each other is the best: buttons below the panes, and votes in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from uuid import UUID

import ipywidgets

from workbench.bridge import submit
from workbench.client import Client
from workbench.log import Recorder
from workbench.widgets.hints import hint
from workbench.widgets.playground.ballot import Ballot
from workbench.widgets.playground.session import Chats, Turn


class VoteBar:
    """One vote on each turn with two answers or more; nothing to vote on hides it.

    Args:
        client: Whose log keeps the votes; one that is not the workbench's has none, and nothing is offered.
        on_vote: Called when the log has a vote, or has taken one back.

    Attributes:
        tie_button: Says that all are as good.
        none_button: Says that all are bad.
        undo_button: Takes the vote back.
        votes: The votes of the conversation in words, the latest last.
        view: All of it.
    """

    def __init__(self, client: Chats, on_vote: Callable[[], None]) -> None:
        own = client if isinstance(client, Client) and client.recording is None else None
        self._client, self._on_vote = own, on_vote
        self._ballot: Ballot | None = None
        self._one_by_one = asyncio.Lock()
        self._places: tuple[int, ...] = ()
        self._names: tuple[str, ...] = ()
        self.votes: list[str] = []
        self.tie_button = _button("All equal", "equals", "No answer is better than the others")
        self.none_button = _button("None is good", "ban", "All answers are bad")
        self.undo_button = _button("Undo vote", "undo", "Take the vote back")
        self._words = ipywidgets.HTML()
        self.tie_button.on_click(lambda _: self.choose(self._places))
        self.none_button.on_click(lambda _: self.choose(()))
        self.undo_button.on_click(lambda _: self.undo())
        self.view = ipywidgets.HBox(
            [self._words, self.tie_button, self.none_button, self.undo_button],
            layout=ipywidgets.Layout(flex_flow="row wrap", align_items="center", display="none"),
        )

    @property
    def offered(self) -> bool:
        """Whether there is something to vote on."""
        return self._ballot is not None

    @property
    def cast(self) -> bool:
        """Whether a vote on this turn stands."""
        return self._ballot is not None and self._ballot.standing is not None

    @property
    def chosen(self) -> tuple[int, ...]:
        """The panes that the vote on this turn is for; none while there is no vote."""
        if self._ballot is None or self._ballot.standing is None:
            return ()
        best = self._ballot.standing.chosen or ()
        places = zip(self._places, self._ballot.calls, strict=True)
        return tuple(place for place, call in places if call in best)

    def offer(self, turn: Turn | None) -> None:
        """Have the first answers of a turn voted on, where at least two models gave one."""
        self._ballot = None if turn is None else self._ballot_of(turn)
        self._say()

    def choose(self, panes: Iterable[int]) -> Future[None] | None:
        """Vote for the answers in these panes: several tie, none says that all are bad.

        The future is done when the log has the vote; without one to be had, or of a pane without an answer,
        nothing happens.
        """
        panes = tuple(panes)
        if self._ballot is None or self._client is None or not set(panes) <= set(self._places):
            return None
        chosen = [self._places.index(pane) for pane in panes]
        return submit(self._keep(self._ballot, self._client.recorder, chosen))

    def undo(self) -> Future[None] | None:
        """Take the vote on this turn back; the future is done when the log knows."""
        if self._ballot is None or self._client is None or not self.cast:
            return None
        return submit(self._take_back(self._ballot, self._client.recorder))

    def _ballot_of(self, turn: Turn) -> Ballot | None:
        if self._client is None:
            return None
        calls: list[UUID] = []
        places: list[int] = []
        for place, model in enumerate(turn.draft.models):
            answer = turn.comparison.results.get((model, 0))
            if answer is not None and answer.call_id is not None:
                calls.append(answer.call_id)
                places.append(place)
        if len(calls) < 2:
            return None
        self._places, self._names = tuple(places), turn.draft.models
        return Ballot(calls, labeller=self._client.settings.labeller, blind=turn.draft.blind)

    async def _keep(self, ballot: Ballot, recorder: Recorder, chosen: list[int]) -> None:
        best = " and ".join(self._names[self._places[place]] for place in chosen)
        async with self._one_by_one:
            again = ballot.standing is not None  # who votes again changes their mind
            await ballot.cast(recorder, chosen)
            if ballot is self._ballot:  # a turn that began meanwhile keeps its names hidden
                self.votes[-1 if again else len(self.votes) :] = [f"best: {best}" if best else "none is good"]
                self._say()
                self._on_vote()

    async def _take_back(self, ballot: Ballot, recorder: Recorder) -> None:
        async with self._one_by_one:
            stood = ballot.standing is not None
            await ballot.take_back(recorder)
            if stood and ballot is self._ballot:
                self.votes.pop()
                self._say()
                self._on_vote()

    def _say(self) -> None:
        self.view.layout.display = None if self.offered else "none"
        self.undo_button.disabled = not self.cast
        said = f"Voted, {self.votes[-1]}." if self.cast else "Which is best? Press Best in its pane, or"
        if self.cast and self._client is not None and self._client.recorder.trouble:
            said += f" Not saved yet: {self._client.recorder.trouble}."
        self._words.value = f'<span role="status">{hint(said)}</span>'


def _button(description: str, icon: str, tooltip: str) -> ipywidgets.Button:
    return ipywidgets.Button(
        description=description, icon=icon, tooltip=tooltip, layout=ipywidgets.Layout(width="auto")
    )
