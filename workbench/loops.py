"""What belongs to one event loop: connections and semaphores are of no use in another."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class PerLoop(Generic[T]):
    """A value for each event loop; safe to use from any thread.

    Closed loops are forgotten when a new one comes. Weak references would never let go of them, for a value
    that belongs to a loop holds on to it.
    """

    def __init__(self) -> None:
        self._values: dict[asyncio.AbstractEventLoop, T] = {}

    def get(self) -> T | None:
        """The running loop's value; `None` where it has none yet."""
        return self._values.get(asyncio.get_running_loop())

    def put(self, value: T) -> T:
        """Give the running loop its value."""
        for loop in list(self._values):
            if loop.is_closed():
                self._values.pop(loop, None)
        self._values[asyncio.get_running_loop()] = value
        return value

    def pop(self) -> T | None:
        """Take the running loop's value away from it."""
        return self._values.pop(asyncio.get_running_loop(), None)

    def __len__(self) -> int:
        return len(self._values)
