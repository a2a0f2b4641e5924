"""What keeps Python's garbage collector from standing in the way of calls that are timed."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager


class _Heap:
    """Frozen as long as any evaluation of the process holds it; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0

    @contextmanager
    def frozen(self) -> Iterator[None]:
        with self._lock:
            others = not self._holders and gc.get_freeze_count() > 0
            if not others:
                self._holders += 1
                if self._holders == 1:
                    gc.freeze()
        try:
            yield
        finally:
            with self._lock:
                if not others:
                    self._holders -= 1
                    if not self._holders:
                        gc.unfreeze()


_HEAP = _Heap()


def heap_frozen() -> AbstractContextManager[None]:
    """Leave what exists by now out of garbage collection, until the last one ends who asked for that.

    A full collection goes through every object of the process and stops the event loop for that long, a tenth
    of a second beside the usual libraries: all calls under way would seem to take longer. What is made
    meanwhile is collected as ever. A process that has frozen its heap itself is left as it is.
    """
    return _HEAP.frozen()
