"""The lock of the log's file: many may read at once, one may ingest.

It is a file of our own, locked by `flock`. The lock that DuckDB takes on its file is a POSIX one, which a
process loses as soon as it closes any descriptor of that file, and which shuts readers out.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import portalocker
from portalocker import LockFlags

from workbench.errors import DataError

WAIT_S = 10.0
_CHECK_S = 0.02


class BusyError(DataError):
    """The log is locked by somebody else for longer than one waits; later it will do."""


@contextlib.contextmanager
def to_read(home: Path, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Keep ingesters out while reading; a folder that cannot be written to needs no lock.

    Raises:
        BusyError: An ingest takes longer than `wait_s`.
    """
    for mode in ("a", "r"):
        lock = _lock(home, mode, LockFlags.SHARED, wait_s)
        try:
            lock.acquire()
        except portalocker.AlreadyLocked as exc:
            raise _busy(home, wait_s) from exc
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
    """Keep readers and other ingesters out.

    Raises:
        BusyError: Others have the lock for longer than `wait_s`.
        DataError: The folder cannot be written to.
    """
    lock = _lock(home, "a", LockFlags.EXCLUSIVE, wait_s)
    try:
        file = lock.acquire()
    except portalocker.AlreadyLocked as exc:
        raise _busy(home, wait_s) from exc
    except (OSError, portalocker.LockException) as exc:
        raise DataError(
            f"the call log in {str(home)!r} cannot be locked ({exc}): make the folder writable"
        ) from exc
    try:
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()} is ingesting")
        file.flush()
        yield
        file.truncate(0)
    finally:
        lock.release()


def _lock(home: Path, mode: Literal["a", "r"], kind: LockFlags, wait_s: float) -> portalocker.Lock:
    return portalocker.Lock(
        home / "log.lock", mode, timeout=wait_s, check_interval=_CHECK_S, flags=kind | LockFlags.NON_BLOCKING
    )


def _busy(home: Path, wait_s: float) -> BusyError:
    holder = ""
    with contextlib.suppress(OSError):
        holder = (home / "log.lock").read_text(encoding="utf-8")
    return BusyError(
        f"the call log in {str(home)!r} stayed locked for {wait_s:g} s: "
        f"{holder or 'somebody reads it'}. Wait for it, or end a query that was left open, and try again; "
        "what is being logged meanwhile is safe in the journal"
    )
