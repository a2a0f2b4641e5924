"""The journal on disk: one segment per process and table, JSON lines, locked by whoever writes it.

`home/journal/calls.2-<uuid7>.open` has calls in the columns of schema 2 and is being written: its writer
holds an exclusive `flock` on it. A writer that stops renames it to `.jsonl`. An `.open` segment whose lock
can be had belongs to a writer that died.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import portalocker
from uuid6 import uuid7

from workbench.log.schema import SCHEMA_VERSION

# macOS has no fdatasync.
_sync = getattr(os, "fdatasync", os.fsync)
_LOCK = portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING


class LogWarning(RuntimeWarning):
    """The call log is in trouble; calls go on."""


def tell(message: str) -> None:
    """Warn the user, from whatever thread; where warnings are errors it is still only said."""
    try:
        warnings.warn(message, LogWarning, stacklevel=2)
    except LogWarning:
        # Raised in the thread that writes, it would end the log: that helps nobody.
        print(message, file=sys.stderr)  # noqa: T201


def prepare(home: Path) -> Path:
    """Make the log's folder where it is missing, private and kept out of git; give its journal folder."""
    _make_private(home)
    journal = home / "journal"
    journal.mkdir(exist_ok=True)
    ignore = home / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return journal


def _make_private(home: Path) -> None:
    """Make the folder for its owner, and for the group where the umask lets that write: it has prompts."""
    home.parent.mkdir(parents=True, exist_ok=True)
    try:
        home.mkdir(mode=0o770)
    except FileExistsError:
        return  # whoever made it chose who reads it
    if not home.stat().st_mode & stat.S_IWGRP:
        home.chmod(0o700)


def segments(home: Path) -> dict[str, Path]:
    """Every segment by its name (`calls.2-<uuid7>`), oldest first; empty where there is no journal."""
    found: dict[str, Path] = {}
    # A listing may miss a file that is renamed while it is made; the second one finds it under its new name.
    for _ in range(2):
        with contextlib.suppress(FileNotFoundError):
            found |= {
                path.stem: path for path in (home / "journal").iterdir() if path.suffix in {".open", ".jsonl"}
            }
    return dict(sorted(found.items(), key=lambda item: item[0].partition("-")[2]))


def table_of(segment: str) -> str:
    """The table that a segment's lines are rows of."""
    return segment.partition("-")[0].partition(".")[0]


def version_of(segment: str) -> int:
    """The schema that its lines are written in."""
    version = segment.partition("-")[0].partition(".")[2]
    # The names of schema 1 had no number.
    return int(version) if version.isdecimal() else 1


def whole_lines(path: Path) -> bytes:
    """What is in a segment up to its last line end: the rest is still being written, or never was.

    A segment may be sealed between its listing and its reading; it is found then under its new name.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        content = path.with_suffix(".jsonl").read_bytes()
    return content[: content.rfind(b"\n") + 1]


def seal_dead(home: Path) -> None:
    """Seal the segments whose writers died: cut the torn last line, and rename."""
    for path in segments(home).values():
        if path.suffix != ".open":
            continue
        with _opened(path) as descriptor:
            if descriptor is None:
                continue
            os.ftruncate(descriptor, len(whole_lines(path)))
            _sync(descriptor)
            _rename(path)


def _rename(path: Path) -> None:
    # Its writer unlocks a segment just before it renames it: another process may be first, which is as good.
    with contextlib.suppress(FileNotFoundError):
        path.rename(path.with_suffix(".jsonl"))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """The segment's descriptor, locked; `None` where its writer lives, or has just sealed it."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    try:
        portalocker.lock(descriptor, _LOCK)
        # Its writer may have renamed it since it was opened.
        yield descriptor if path.exists() else None
    except portalocker.AlreadyLocked:
        yield None
    finally:
        os.close(descriptor)


class Segment:
    """The segment that this process appends the rows of one table to.

    Attributes:
        seal_at: When to seal it, on the clock of whoever writes it.
        size: Bytes written, all of them whole lines.
        synced: How many of them the disk has confirmed.
        broken: Whether it ends in a torn line that could not be cut: nothing may follow that.
    """

    def __init__(self, home: Path, table: str, *, seal_at: float) -> None:
        journal = prepare(home)
        while True:
            self.path = journal / f"{table}.{SCHEMA_VERSION}-{uuid7()}.open"
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o666)
            if self._lock():
                break
        self.seal_at = seal_at
        self.size = 0
        self.synced = 0
        self.broken = False

    def _lock(self) -> bool:
        """Whether the lock was had before anyone took the new file for a dead writer's."""
        try:
            portalocker.lock(self._descriptor, _LOCK)
        except portalocker.AlreadyLocked:
            os.close(self._descriptor)
            return False
        except portalocker.LockException as exc:
            os.close(self._descriptor)
            self.path.unlink(missing_ok=True)
            raise OSError(errno.ENOLCK, "the file system has no locks", str(self.path)) from exc
        if self.path.exists():
            return True
        os.close(self._descriptor)
        return False

    @property
    def gone(self) -> bool:
        """Whether somebody deleted or moved the file, or its folder: nobody reads there what is written."""
        try:
            return not os.path.samestat(self.path.stat(), os.fstat(self._descriptor))
        except OSError:
            return True

    def write(self, lines: bytes) -> tuple[int, OSError | None]:
        """Append whole lines.

        Returns:
            How many bytes of whole lines are in the file now that were not before, and what stopped the rest.
        """
        written = 0
        try:
            while written < len(lines):
                written += os.write(self._descriptor, memoryview(lines)[written:])
        except OSError as exc:
            whole = lines.rfind(b"\n", 0, written) + 1
            try:
                os.ftruncate(self._descriptor, self.size + whole)
            except OSError:
                self.broken = True
            self.size += whole
            return whole, exc
        self.size += written
        return written, None

    def sync(self) -> None:
        """Wait until the disk has what was written."""
        if self.synced < self.size:
            _sync(self._descriptor)
            self.synced = self.size

    def seal(self) -> None:
        """Close the segment; what follows goes into another. A broken one is left to whoever ingests it."""
        os.close(self._descriptor)
        if not self.broken:
            # Where it cannot be renamed it is a dead writer's, like any that nobody holds.
            with contextlib.suppress(OSError):
                _rename(self.path)

    def forget(self) -> None:
        """Only close the descriptor: a forked child's, whose parent has the lock, or one that is gone."""
        os.close(self._descriptor)
