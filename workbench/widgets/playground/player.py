"""The turns of a session as work in the background: begun, shown while it goes on, stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from workbench.bridge import background_loop, ended, submit
from workbench.errors import ConfigError
from workbench.widgets.playground.session import Chats, Session, Turn
from workbench.widgets.question.draft import Draft

# Measured with 8 panes: 25 messages a second keep up with 3,000 tokens a second, one a token does not.
FLUSH_S = 0.04


class Player:
    """Plays turns on the workbench's background loop, so that cells and widgets do not wait for each other.

    Args:
        client: Who asks.
        on_news: Told of the turn under way, 25 times a second and when it was stopped; must be quick.
        on_end: Told of it once more when it has ended.

    Attributes:
        session: The conversation; replaced where a new one begins.
    """

    def __init__(
        self, client: Chats, on_news: Callable[[Turn], None], on_end: Callable[[Turn], None]
    ) -> None:
        self._client, self._on_news, self._on_end = client, on_news, on_end
        self._work: Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self.session = Session(client)

    @property
    def last(self) -> Turn | None:
        """The latest turn, which may be under way."""
        return self.session.turns[-1] if self.session.turns else None

    @property
    def running(self) -> bool:
        """Whether a turn is under way."""
        return self._work is not None and not self._work.done()

    def begin(self, draft: Draft, *, reply: bool = False) -> Turn:
        """Take a turn, of a new conversation or as the reply to the last one; `play` then asks it.

        Raises:
            ConfigError: The draft lacks something, or a turn is under way.
        """
        self._see_that_none_is_under_way()
        draft.check()
        if not reply:
            self.session = Session(self._client)
        return self.session.begin(draft)

    def play(self, turn: Turn) -> None:
        """Ask a turn that was begun."""
        self._work = submit(self._play(turn))

    def start(self, draft: Draft) -> Turn:
        """Begin a turn of a new conversation, and ask it.

        Raises:
            ConfigError: As `begin`.
        """
        turn = self.begin(draft)
        self.play(turn)
        return turn

    def take(self, turns: Sequence[Turn], continues: str = "") -> None:
        """Go on from a conversation that was had before; `continues` is as of `Session`.

        Raises:
            ConfigError: A turn is under way.
        """
        self._see_that_none_is_under_way()
        self.session = Session(self._client, turns, continues)

    def _see_that_none_is_under_way(self) -> None:
        if self.running:
            raise ConfigError("A run is under way: wait for its end, or press Stop.")

    async def ended(self) -> None:
        """Wait until the turn that is under way, if any, has ended; from any loop."""
        if self._work is not None:
            await ended(self._work)

    def stop(self) -> None:
        """End the turn at once, from any thread; without one it does nothing."""
        background_loop().call_soon_threadsafe(self._halt)

    async def _play(self, turn: Turn) -> None:
        self._task = asyncio.current_task()
        painter = asyncio.create_task(self._keep_telling(turn))
        try:
            await self.session.ask(turn)
        except asyncio.CancelledError:
            pass  # somebody pressed Stop: a way to end like others, and the panes say so
        finally:
            painter.cancel()
            self._on_end(turn)

    async def _keep_telling(self, turn: Turn) -> None:
        while True:
            self._on_news(turn)
            await asyncio.sleep(FLUSH_S)

    def _halt(self) -> None:
        # "Stopped" is shown now; what the client still has to put away does not keep the reader waiting.
        if self.running and self.last is not None:
            self.last.comparison.stop()
            self._on_news(self.last)
            if self._task is not None:
                self._task.cancel()
