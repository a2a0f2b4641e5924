"""What the log has answered already, looked up for many calls at once and off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from workbench.calls import Call, Completion, Secret, cache_key
from workbench.log.journal import tell
from workbench.loops import PerLoop

if TYPE_CHECKING:
    from workbench.log.latest import Answer

FORESIGHT_S = 300.0
TOGETHER = 1024  # of those that are foreseen, as many as do not wait until the first of them is asked for


class Lookup:
    """Finds the latest logged answer to the request of a call; safe to use from any loop.

    A query takes some hundredths of a second whether it looks for one call or for a thousand: those that are
    asked for while one is running are answered together by the next one.

    Where the log cannot be read nothing is found, which is said once.
    """

    def __init__(self, home: Path, shared: Secret | None = None) -> None:
        self._home = home
        self._shared = shared
        self._desks: PerLoop[_Desk] = PerLoop()
        self._in_trouble = False

    async def __call__(self, call: Call) -> Completion | None:
        """The completion of the latest call that asked the same, at or after the call's `cache_since`."""
        key = cache_key(call)
        if key is None or call.cache_since is None:
            return None
        answer = await self._desk().find(key)
        return None if answer is None or answer.asked_at < call.cache_since else answer.completion

    def foresee(self, call: Call) -> None:
        """Look this call up together with the next ones, since it will be asked for within minutes.

        That is done when the first of them is asked for, or as soon as there are a thousand.
        """
        key = cache_key(call)
        if key is not None:
            self._desk().foresee(key)

    def _desk(self) -> _Desk:
        return self._desks.get() or self._desks.put(_Desk(self._answers))

    def _answers(self, keys: list[UUID]) -> dict[UUID, Answer]:
        from workbench.log.latest import latest_answers  # duckdb loads when it is first needed
        from workbench.log.shared import store_of

        try:
            found = latest_answers(store_of(self._home, self._shared), keys)
        except Exception as exc:  # whatever it is, no call fails because of it
            if not self._in_trouble:
                tell(f"answers are not taken from the log, the calls are made: {exc}")
            self._in_trouble = True
            return {}
        self._in_trouble = False
        return found


class _Desk:
    """The look-ups of one event loop."""

    def __init__(self, answers: Callable[[list[UUID]], dict[UUID, Answer]]) -> None:
        self._answers = answers
        self._waiting: dict[UUID, asyncio.Future[Answer | None]] = {}
        self._foreseen: dict[UUID, asyncio.Future[Answer | None]] = {}
        self._asked = False
        self._work: asyncio.Task[None] | None = None

    def foresee(self, key: UUID) -> None:
        self._foreseen[key] = self._wanted(key)
        if len(self._waiting) >= TOGETHER:
            self._begin()

    async def find(self, key: UUID) -> Answer | None:
        answer = self._foreseen.pop(key, None) or self._wanted(key)
        if key in self._waiting:
            self._asked = True
            self._begin()
        # Others may wait for the same answer.
        return await asyncio.shield(answer)

    def _begin(self) -> None:
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._look_up())

    def _wanted(self, key: UUID) -> asyncio.Future[Answer | None]:
        if key not in self._waiting:
            self._waiting[key] = asyncio.get_running_loop().create_future()
        return self._waiting[key]

    async def _look_up(self) -> None:
        # What is foreseen alone can wait for more: each look-up costs as much as any other.
        while self._asked or len(self._waiting) >= TOGETHER:
            self._asked = False
            wanted, self._waiting = self._waiting, {}
            found: dict[UUID, Answer] = {}
            try:
                found = await asyncio.to_thread(self._answers, list(wanted))
            finally:
                # Who cancels all tasks of a loop must not leave those waiting that come after.
                for key, answer in wanted.items():
                    answer.set_result(found.get(key))
            asyncio.get_running_loop().call_later(FORESIGHT_S, self._forget, list(wanted))

    def _forget(self, keys: list[UUID]) -> None:
        """What was foreseen and not asked for grows old: by then there may be a newer answer."""
        for key in keys:
            self._foreseen.pop(key, None)
