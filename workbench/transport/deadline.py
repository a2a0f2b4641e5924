"""How long an answer may take: to its first piece, from piece to piece, and all in all."""

from __future__ import annotations

import asyncio
from types import TracebackType

from workbench.calls import Timeouts


class Deadline:
    """One timer for all phases of an answer; an asynchronous context manager that raises `TimeoutError`.

    Attributes:
        answered: Whether the status and the headers have arrived; whoever receives them says so.
    """

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._loop = asyncio.get_running_loop()
        now = self._loop.time()
        self._end = None if timeouts.total_s is None else now + timeouts.total_s
        self._silent = True
        self._at = self._sooner(now, timeouts.first_byte_s)
        self._timer = asyncio.timeout_at(self._at)
        self.answered = False

    async def __aenter__(self) -> Deadline:
        await self._timer.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._timer.__aexit__(kind, error, trace)

    def heard(self) -> None:
        """A piece of the body has arrived: wait for the next one from now on."""
        self._silent = False
        self._at = self._sooner(self._loop.time(), self._timeouts.between_chunks_s)
        if not self._timer.expired():
            self._timer.reschedule(self._at)

    @property
    def missed(self) -> bool:
        """Whether a `TimeoutError` is this deadline's, and not one of whoever looks at the chunks."""
        return self._timer.expired()

    def what_was_missed(self) -> str:
        """What did not come in time, in words."""
        if self._at is not None and self._at == self._end:
            return f"not complete within {self._timeouts.total_s:g} s: allow more with Timeouts(total_s=…)"
        if self._silent:
            waited_s = self._timeouts.first_byte_s
            return f"no answer within {waited_s:g} s: allow more with Timeouts(first_byte_s=…)"
        return (
            f"the answer stopped half way: nothing came for {self._timeouts.between_chunks_s:g} s "
            "(Timeouts.between_chunks_s)"
        )

    def _sooner(self, now: float, wait_s: float | None) -> float | None:
        if wait_s is None:
            return self._end
        return now + wait_s if self._end is None else min(now + wait_s, self._end)
