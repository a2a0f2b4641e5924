"""The locks of the log: many may read its file at once, one may change it, one at a time ingests.

They are files of our own, locked by `flock`. The lock that DuckDB takes on its file is a POSIX one, which a
process loses as soon as it closes any descriptor of that file, and which shuts readers out.

Whoever ingests, migrates or prunes holds `ingest.lock` from beginning to end, and `log.lock` only for the
moments in which the file changes. Who waits for such a moment holds `turn.lock`: readers queue behind it, so
that one reader after the other cannot keep an ingest out for ever.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import portalocker
from portalocker import LockFlags

from workbench.errors import DataError

WAIT_S = 10.0
# Whoever prunes or imports asked for it by hand, and a long journal takes its time.
PATIENCE_S = 60.0
_CHECK_S = 0.02
# How long readers are kept waiting for somebody who waits for a reader.
_TURN_S = 0.25


class BusyError(DataError):
    """The log is locked by somebody else for longer than one waits; later it will do."""


@contextlib.contextmanager
def to_read(home: Path, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Keep the file as it is while reading; a folder that cannot be written to needs no lock.

    Raises:
        BusyError: Somebody changes the file for longer than `wait_s`.
    """
    for mode in ("a", "r"):
        lock = _lock(home, "log.lock", mode, LockFlags.SHARED, wait_s)
        try:
            with _lock(home, "turn.lock", mode, LockFlags.SHARED, wait_s):
                pass
            lock.acquire()
        except portalocker.AlreadyLocked as exc:
            raise _busy(home, wait_s, _ingester(home)) from exc
        except (OSError, portalocker.LockException):
            continue
        try:
            yield
        finally:
            lock.release()
        return
    yield


@contextlib.contextmanager
def to_ingest(home: Path, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Keep out others who ingest, migrate or prune; readers go on.

    Raises:
        BusyError: Another does so for longer than `wait_s`.
        DataError: The folder cannot be written to.
    """
    lock = _lock(home, "ingest.lock", "a", LockFlags.EXCLUSIVE, wait_s)
    try:
        file = lock.acquire()
    except portalocker.AlreadyLocked as exc:
        raise _busy(home, wait_s, _ingester(home)) from exc
    except (OSError, portalocker.LockException) as exc:
        raise _unwritable(home, exc) from exc
    try:
        file.truncate(0)
        with contextlib.suppress(OSError):  # on a full disk nobody is named, that is all
            os.write(file.fileno(), f"process {os.getpid()} on {socket.gethostname()} is ingesting".encode())
        yield
        file.truncate(0)
    finally:
        lock.release()


@contextlib.contextmanager
def to_write(home: Path, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Keep readers out while the file changes; for whoever has the lock of `to_ingest`.

    Raises:
        BusyError: Readers have it for longer than `wait_s`.
        DataError: The folder cannot be written to.
    """
    deadline = time.monotonic() + wait_s
    while True:
        turn_s = max(0.0, min(_TURN_S, deadline - time.monotonic()))
        lock = _lock(home, "log.lock", "a", LockFlags.EXCLUSIVE, turn_s)
        try:
            with _lock(home, "turn.lock", "a", LockFlags.EXCLUSIVE, turn_s):
                lock.acquire()
            break
        except portalocker.AlreadyLocked as exc:
            if time.monotonic() >= deadline:
                raise _busy(home, wait_s, "somebody reads it") from exc
        except (OSError, portalocker.LockException) as exc:
            raise _unwritable(home, exc) from exc
        time.sleep(_CHECK_S)  # let those in who queued
    try:
        yield
    finally:
        lock.release()


def _lock(home: Path, name: str, mode: Literal["a", "r"], kind: LockFlags, wait_s: float) -> portalocker.Lock:
    lock = portalocker.Lock(
        home / name, mode, timeout=wait_s, check_interval=_CHECK_S, flags=kind | LockFlags.NON_BLOCKING
    )
    _locks.add(lock)
    return lock


def _forget() -> None:
    """In a forked child, which would hold the locks of its parent for as long as it lives."""
    for lock in list(_locks):
        if lock.fh is not None:
            lock.fh.close()
            lock.fh = None


_locks: weakref.WeakSet[portalocker.Lock] = weakref.WeakSet()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _ingester(home: Path) -> str:
    with contextlib.suppress(OSError):
        return (home / "ingest.lock").read_text(encoding="utf-8")
    return ""


def _busy(home: Path, wait_s: float, holder: str) -> BusyError:
    return BusyError(
        f"the call log in {str(home)!r} stayed locked for {wait_s:g} s: {holder or 'somebody ingests'}. "
        "Wait for it, or end a query that was left open, and try again; "
        "what is being logged meanwhile is safe in the journal"
    )


def _unwritable(home: Path, exc: Exception) -> DataError:
    return DataError(f"the call log in {str(home)!r} cannot be locked ({exc}): make the folder writable")
