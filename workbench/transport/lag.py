"""How late the event loop is while calls are under way: what they take longer for the client's sake."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from workbench.loops import PerLoop

BEAT_S = 0.010
LONGEST_BEAT_S = 0.040


class Mark(NamedTuple):
    """How a loop stood: the seconds that its beats took, and their lateness, each times its own seconds."""

    beaten_s: float
    late_s2: float


class Lag:
    """The lag of each event loop that makes calls.

    A timer is due again and again as long as there is a call to tell: how late it fires is how late whatever
    else is due then comes to its turn. Beats are ten milliseconds apart when calls begin and forty
    later on, since waking a loop that has nothing else to do is what costs.
    """

    def __init__(self) -> None:
        self._hearts: PerLoop[_Heart] = PerLoop()

    def listen(self) -> Listener:
        """A call begins on the running loop."""
        return Listener(self._hearts.get() or self._hearts.put(_Heart(asyncio.get_running_loop())))


class Listener:
    """Who listens during one call; has to be ended."""

    def __init__(self, heart: _Heart) -> None:
        self._heart = heart
        self._since = heart.begin()

    def end(self) -> float | None:
        """The call ends, in its loop or with it.

        Returns:
            How late the loop was since it began, seconds: mean over the beats, each counted for as long as it
            had to be waited for. `None` where no beat was due.
        """
        return self._heart.end(self._since)


class _Heart:
    """Beats for one loop, as long as anybody listens."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._listening = 0
        self._counted = Mark(0.0, 0.0)
        self._due = 0.0
        self._beat_s = BEAT_S
        self._begun = False
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> Mark:
        self._listening += 1
        self._begun = True
        if self._timer is None:
            self._wind(BEAT_S)
        elif self._due - self._loop.time() > BEAT_S:
            self._timer.cancel()
            self._wind(BEAT_S)
        return self._now()

    def end(self, since: Mark) -> float | None:
        now = self._now()
        self._listening -= 1
        if not self._listening and self._timer is not None:
            self._timer.cancel()
            self._timer = None
        beaten_s = now.beaten_s - since.beaten_s
        return (now.late_s2 - since.late_s2) / beaten_s if beaten_s > 0 else None

    def _now(self) -> Mark:
        """With a beat that is overdue: after a pause, calls may come before the timer."""
        late_s = self._loop.time() - self._due
        return self._with(late_s) if late_s > 0 else self._counted

    def _with(self, late_s: float) -> Mark:
        beat_s = self._beat_s + late_s
        return Mark(self._counted.beaten_s + beat_s, self._counted.late_s2 + beat_s * late_s)

    def _beat(self) -> None:
        # Loops fire what is due within the resolution of their clock, a moment early.
        self._counted = self._with(max(self._loop.time() - self._due, 0.0))
        self._wind(BEAT_S if self._begun else min(2 * self._beat_s, LONGEST_BEAT_S))
        self._begun = False

    def _wind(self, beat_s: float) -> None:
        self._beat_s = beat_s
        self._due = self._loop.time() + beat_s
        self._timer = self._loop.call_at(self._due, self._beat)
