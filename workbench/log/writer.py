"""What the recorder's thread does: lines into segments, synced and sealed; into memory while that fails."""

from __future__ import annotations

import errno
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from workbench.errors import DataError
from workbench.log.journal import Segment, prepare, tell

SYNC_S = 0.25
RETRY_S = 1.0
_ROOM_BYTES = 2**20

_REMEDIES = {
    errno.ENOSPC: "free some disk space",
    errno.EDQUOT: "free some disk space",
    errno.EFBIG: "raise the limit on file sizes (`ulimit -f`)",
    errno.EACCES: "make the folder writable or choose another home",
    errno.EPERM: "make the folder writable or choose another home",
    errno.EROFS: "make the folder writable or choose another home",
}


def check_writable(home: Path) -> None:
    """See that the log takes rows, and has room for the next thousand: better before money is spent.

    Args:
        home: The log's folder; made where it is not there.

    Raises:
        DataError: It cannot be written, or its disk is full.
    """
    try:
        with tempfile.TemporaryFile(dir=prepare(home)) as file:
            file.write(bytes(_ROOM_BYTES))
    except OSError as exc:
        raise DataError(
            f"the call log in {str(home)!r} cannot be written ({exc.strerror}): {_remedy(exc)}"
        ) from exc


def _remedy(trouble: OSError) -> str:
    return _REMEDIES.get(trouble.errno or 0, "see that it is a folder on a disk that works")


class Writer:
    """The segments that one process writes, one per table; used by one thread.

    Args:
        home: The log's folder.
        sync_each: Whether the disk has to confirm each batch; if not, four times a second is enough.
        segment_bytes: Size at which a segment is sealed.
        segment_s: Age at which a segment is sealed, seconds.
        memory_bytes: How much is kept in memory while the disk cannot be written; what comes then is lost.
        clock: Seconds that only go forward.

    Attributes:
        trouble: Why rows wait in memory, and what to do; empty where none does.
    """

    def __init__(
        self,
        home: Path,
        *,
        sync_each: bool,
        segment_bytes: int,
        segment_s: float,
        memory_bytes: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home = home
        self._sync_each = sync_each
        self._segment_bytes = segment_bytes
        self._segment_s = segment_s
        self._memory_bytes = memory_bytes
        self._clock = clock
        self._segments: dict[str, Segment] = {}
        self._sync_at: float | None = None
        self._pending: dict[str, bytearray] = {}
        self.trouble = ""
        self._retry_at = 0.0
        self._lost = 0

    def write(self, lines: Iterable[tuple[str, bytes]]) -> None:
        """Write a batch of rows, table and line each, with one `write` per table."""
        for table, line in lines:
            if self.trouble and sum(map(len, self._pending.values())) + len(line) > self._memory_bytes:
                self._lost += 1
            else:
                pending = self._pending.setdefault(table, bytearray())
                pending += line
                pending += b"\n"
        if self._pending and (not self.trouble or self._clock() >= self._retry_at):
            self.drain()
        if self._sync_each:
            self.sync()

    def drain(self) -> None:
        """Write what is kept in memory, as far as that goes."""
        trouble: OSError | None = None
        for table, pending in list(self._pending.items()):
            try:
                written, error = self._segment(table).write(bytes(pending))
            except OSError as exc:
                written, error = 0, exc
            trouble = trouble or error
            if written and self._sync_at is None:
                self._sync_at = self._clock() + SYNC_S
            del pending[:written]
            if not pending:
                del self._pending[table]
        self._note(trouble)

    def _segment(self, table: str) -> Segment:
        segment = self._segments.get(table)
        if segment is not None and (segment.broken or segment.gone):
            self._segments.pop(table).forget()
            segment = None
        if segment is None:
            seal_at = self._clock() + self._segment_s
            segment = self._segments[table] = Segment(self._home, table, seal_at=seal_at)
        return segment

    def _note(self, trouble: OSError | None) -> None:
        if trouble is None:
            if self.trouble and self._lost:
                tell(f"the call log in {str(self._home)!r} can be written again; {self._lost} rows are lost")
            self.trouble, self._lost = "", 0
            return
        self._retry_at = self._clock() + RETRY_S
        told = bool(self.trouble)
        self.trouble = (
            f"the call log in {str(self._home)!r} cannot be written ({trouble}): {_remedy(trouble)}. "
            f"Calls go on; up to {self._memory_bytes / 1e6:g} MB of rows wait in memory until it works again"
        )
        if not told:
            tell(self.trouble)

    def sync(self) -> None:
        """Wait until the disk has all that was written."""
        self._sync_at = None
        try:
            for segment in self._segments.values():
                segment.sync()
        except OSError as exc:
            self._note(exc)

    def wait_s(self) -> float | None:
        """How long until there is something to do though no row comes; `None` is for ever."""
        moments = [segment.seal_at for segment in self._segments.values()]
        if self._sync_at is not None:
            moments.append(self._sync_at)
        if self.trouble:
            moments.append(self._retry_at)
        return max(0.0, min(moments) - self._clock()) if moments else None

    def tend(self) -> bool:
        """Do what is due: retry, sync, seal. Returns whether a segment was sealed."""
        now = self._clock()
        if self.trouble and now >= self._retry_at:
            self.drain()
        if self._sync_at is not None and now >= self._sync_at:
            self.sync()
        due = [
            table
            for table, segment in self._segments.items()
            if segment.size >= self._segment_bytes or now >= segment.seal_at
        ]
        for table in due:
            self._seal(table)
        return bool(due)

    def _seal(self, table: str) -> None:
        segment = self._segments.pop(table)
        try:
            segment.sync()
        except OSError as exc:
            self._note(exc)
        segment.seal()

    def close(self) -> None:
        """Write what can be written, seal every segment, and say what is lost."""
        self.drain()
        for table in list(self._segments):
            self._seal(table)
        lost = self._lost + sum(pending.count(b"\n") for pending in self._pending.values())
        if lost:
            tell(f"the call log in {str(self._home)!r} could not be written: {lost} of its rows are lost")

    def forget(self) -> None:
        """In a forked child: leave the segments to the parent."""
        for segment in list(self._segments.values()):
            segment.forget()
