"""The way into the log: a row is durable once the future that `append` gives is done.

A thread joins what has gathered into one write; it depends on no event loop, so that rows outlive the loop of
the cell that asked for them.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
import weakref
from concurrent.futures import Future
from pathlib import Path

from workbench.calls import Secret
from workbench.config import Sync
from workbench.log import ingester
from workbench.log.place import place_of
from workbench.log.redaction import Redaction
from workbench.log.writer import Writer
from workbench.log.writer_thread import Done, WriterThread

# What is in a shared store, others want to see; each ingest costs a connection.
_SHARED_SEGMENT_S = 5.0


class Recorder:
    """Appends rows to the journal of this process; safe to use from any thread, loop and forked child.

    Once the future of `append` is done, the row outlives the death of the process (`kill -9`); it outlives
    the loss of power a quarter of a second later or, with `sync="each"`, at once. Where the journal cannot be
    written, calls go on all the same: a `LogWarning` says so once, and rows wait in memory.

    No row gets past `redaction`: what that takes out reaches no disk.

    Args:
        home: The log's folder; made when first needed.
        shared: The shared store that the journal is taken into, in place of the folder's own file.
        sync: When the disk has to confirm.
        segment_bytes: Size at which a segment of the journal is sealed and ingested.
        segment_s: Age at which it is, seconds; at most 5 with a shared store.
        memory_bytes: How much is kept in memory while the journal cannot be written; what comes then is lost.

    Raises:
        ConfigError: `shared` cannot be read.
    """

    def __init__(
        self,
        home: Path,
        *,
        shared: Secret | None = None,
        sync: Sync = "quarter-second",
        segment_bytes: int = 8_000_000,
        segment_s: float = 300.0,
        memory_bytes: int = 64_000_000,
    ) -> None:
        self.redaction = Redaction()
        # A notebook may change its folder between two rows.
        self.home = Path(home).absolute()
        if shared is not None:
            place_of(shared)  # said now if it is none, not with the first rows
        self._shared = shared
        self._sync_each = sync == "each"
        self._segment_bytes = segment_bytes
        self._segment_s = segment_s if shared is None else min(segment_s, _SHARED_SEGMENT_S)
        self._memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._thread: WriterThread | None = None
        _recorders.add(self)

    @property
    def trouble(self) -> str:
        """Why rows wait in memory, and what to do; empty where none does.

        The warning that says so reaches nobody while what calls is a widget's button and no cell.
        """
        thread = self._thread
        return "" if thread is None else thread.writer.trouble

    def append(self, table: str, line: bytes) -> Future[None]:
        """Add a row to `table`.

        Args:
            table: One of the log's tables.
            line: The row as one line of JSON without its line end; columns that are left out are NULL.

        Returns:
            A future that is done when the row is written. It never fails and cannot be cancelled.

        Raises:
            ValueError: The line has a line end inside.
        """
        done: Future[None] = Future()
        # A cancelled call must not take its row with it.
        done.set_running_or_notify_cancel()
        self._put(table, self._clean(table, line), done)
        return done

    async def write(self, table: str, line: bytes) -> None:
        """Add a row to `table` as `append` does, and wait until it is written; cancelled, it is written too.

        Raises:
            ValueError: The line has a line end inside.
        """
        # A future of the loop's own: those of threads would wake the loop once for every row.
        done = asyncio.get_running_loop().create_future()
        self._put(table, self._clean(table, line), done)
        await done

    def flush(self) -> None:
        """Wait until the disk has everything that was appended so far."""
        if self._thread is not None:
            done: Future[None] = Future()
            self._put(None, b"", done)
            done.result()

    def close(self) -> None:
        """Write everything, seal the segments, and end the thread; a later `append` starts anew."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.stop()

    def _clean(self, table: str, line: bytes) -> bytes:
        if b"\n" in line:
            raise ValueError(f"a row is one line of JSON, without line ends: {line[:80]!r}…")
        return self.redaction(table, line)

    def _put(self, table: str | None, line: bytes, done: Done) -> None:
        with self._lock:
            if self._thread is None:
                ingesting = ingester.ingester_of(self.home, self._shared)
                self._thread = WriterThread(self, self._writer(), ingesting)
                self._thread.start()
            self._thread.items.put((table, line, done))

    def _writer(self) -> Writer:
        return Writer(
            self.home,
            sync_each=self._sync_each,
            segment_bytes=self._segment_bytes,
            segment_s=self._segment_s,
            memory_bytes=self._memory_bytes,
        )

    def _forget(self) -> None:
        """In a forked child, which has neither the thread nor a right to the segments."""
        self._lock = threading.Lock()
        if self._thread is not None:
            self._thread.writer.forget()
            self._thread = None


_recorders: weakref.WeakSet[Recorder] = weakref.WeakSet()


def seal(home: Path) -> None:
    """Close the recorders of this process for a log, so that its journal can be ingested whole."""
    for recorder in list(_recorders):
        if recorder.home == home:
            recorder.close()


def _at_exit() -> None:
    for recorder in list(_recorders):
        recorder.close()
    ingester.end()


def _after_fork() -> None:
    ingester.forget()
    for recorder in list(_recorders):
        recorder._forget()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
