"""How a run is told to stop."""

from __future__ import annotations

import concurrent.futures
import signal


class Stops:
    """What a run is told from another thread: to stop, and to be quick about it."""

    def __init__(self) -> None:
        self.first: concurrent.futures.Future[signal.Signals] = concurrent.futures.Future()
        self.second: concurrent.futures.Future[signal.Signals] = concurrent.futures.Future()

    def __call__(self, number: int, _frame: object = None) -> None:
        """Take a signal."""
        for future in (self.first, self.second):
            if not future.done():
                return future.set_result(signal.Signals(number))
        return None
