"""The thread of a recorder: takes what has gathered, has it written, and tells those who wait."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING

from workbench.log.ingester import Ingester
from workbench.log.journal import tell
from workbench.log.writer import Writer

if TYPE_CHECKING:
    from workbench.log.recorder import Recorder

Done = Future[None] | asyncio.Future[None]
_Item = tuple[str | None, bytes, Done]  # without a table: flush
_EXIT_S = 10.0


class WriterThread(threading.Thread):
    """Owns the writer; holds on to its recorder, so that it is closed at exit even if nobody else has it.

    Attributes:
        items: What is to be written: table, line, and the future of whoever waits; `None` ends the thread.
    """

    def __init__(self, recorder: Recorder, writer: Writer, ingesting: Ingester) -> None:
        super().__init__(name="workbench-log", daemon=True)
        self.recorder = recorder
        self.writer = writer
        self.ingesting = ingesting
        self.items: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()

    def run(self) -> None:
        """Write until `stop`."""
        running = True
        while running:
            batch, running = self._gather()
            with self._going_on():
                self._write(batch)
            # Nobody waits for what is due besides: a sync, a rename.
            _resolve(done for _, _, done in batch)
            with self._going_on():
                if self.writer.tend():
                    self.ingesting.soon()
        self.writer.close()

    def _write(self, batch: list[_Item]) -> None:
        self.writer.write((table, line) for table, line, _ in batch if table is not None)
        if any(table is None for table, _, _ in batch):
            self.writer.sync()

    @contextlib.contextmanager
    def _going_on(self) -> Iterator[None]:
        """A bug in here must not let every call wait for ever."""
        try:
            yield
        except Exception as exc:
            tell(f"the call log in {str(self.recorder.home)!r} may miss rows, please report it: {exc!r}")

    def _gather(self) -> tuple[list[_Item], bool]:
        """All that waits, once there is something or something is due; and whether more may come."""
        batch: list[_Item] = []
        try:
            item = self.items.get(timeout=self.writer.wait_s())
            while item is not None:
                batch.append(item)
                item = self.items.get_nowait()
        except queue.Empty:
            return batch, True
        return batch, False

    def stop(self) -> None:
        """Have the rest written and the segments sealed, and wait for that."""
        self.items.put(None)
        # A disk that hangs must not keep the process from ending.
        self.join(_EXIT_S)


def _resolve(waiting: Iterable[Done]) -> None:
    """Let those go on who wait; each loop is woken once."""
    of_loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for done in waiting:
        if isinstance(done, Future):
            done.set_result(None)
        else:
            of_loops.setdefault(done.get_loop(), []).append(done)
    for loop, futures in of_loops.items():
        # On a loop that is closed nobody waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve_here, futures)


def _resolve_here(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():  # it is, where who waited was cancelled
            future.set_result(None)
