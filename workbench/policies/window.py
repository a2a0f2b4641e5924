"""No more than so much within a minute."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

MINUTE_S = 60.0


@dataclass(slots=True)
class Entry:
    """What was used at a moment; the amount may be mended when it is known better."""

    at: float
    amount: float


class Window:
    """What was used within the last minute, so that no minute has more than allowed.

    A window that slides keeps within the rules of every provider: of those who fill a bucket evenly as well
    as of those who count by the clock's minute.

    Args:
        most: How much a minute allows; `None` is without bounds.
    """

    def __init__(self, most: float | None) -> None:
        self._most = math.inf if most is None else most
        self._entries: deque[Entry] = deque()

    def wait_s(self, amount: float, now: float) -> float:
        """Seconds until so much may be used; what is more than a minute allows has to have it for itself."""
        if self._most == math.inf:
            return 0.0
        while self._entries and self._entries[0].at + MINUTE_S <= now:
            self._entries.popleft()
        over = sum(entry.amount for entry in self._entries) + min(amount, self._most) - self._most
        until = now
        for entry in self._entries:
            if over <= 0:
                break
            over -= entry.amount
            until = entry.at + MINUTE_S
        return until - now

    def use(self, amount: float, now: float) -> Entry:
        """Use so much, which was waited for."""
        entry = Entry(now, amount)
        if self._most < math.inf:
            self._entries.append(entry)
        return entry
