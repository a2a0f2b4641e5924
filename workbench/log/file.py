"""The DuckDB file: made whole or not at all, opened for a moment, its troubles in words."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from workbench.errors import DataError
from workbench.log.lock import WAIT_S, to_read, to_write
from workbench.log.migrations import migrate
from workbench.log.schema import SCHEMA_VERSION, text

# The oldest storage that has zstd: a newer DuckDB's 'latest' would shut out kernels that have an older one.
STORAGE = "v1.2.0"
# Rows that DuckDB keeps together, the fewest that it can. It joins groups that are not full at every second,
# fourth, eighth … checkpoint: bodies are compressed anew while readers wait, and leave holes in the file. A
# group that an ingest fills is left alone. The file does not remember the number.
GROUP_ROWS = 2048
# Who is killed gives up our lock a moment before that of DuckDB.
_DYING_S = 1.0
_HELD = re.compile(r"lock is held in (.*?) ?\(PID (\d+)\)")
_SAFE = "calls that are being made are safe in the journal meanwhile"


def query(db: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a query as tuples."""
    return db.execute(sql, values or None).fetchall()


def database(**config: Any) -> duckdb.DuckDBPyConnection:
    """A database in memory, to which logs are attached."""
    db = duckdb.connect(config=config)
    # It is printed to the user's own output when a query takes longer than two seconds.
    db.execute("SET enable_progress_bar = false")
    return db


class OlderError(DataError):
    """The file has an older schema: whoever ingests brings it up to date."""


class LogFile:
    """The file `log.duckdb` in the folder `home`, held open only while one reads or changes it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "log.duckdb"

    @contextlib.contextmanager
    def reading(self, db: duckdb.DuckDBPyConnection, *, wait_s: float = WAIT_S) -> Iterator[bool]:
        """Attach the file to a connection as `log`, to read; gives whether there is one.

        Raises:
            BusyError: Somebody changes it for longer than `wait_s`.
            OlderError: It has to be migrated first.
            DataError: It is held by another program, is no log of ours, or is newer than this package.
        """
        with to_read(self.home, wait_s=wait_s):
            if not self.path.exists():
                yield False
                return
            version = _attach(db, self.path, read_only=True)
            if version < SCHEMA_VERSION:
                raise OlderError(f"{str(self.path)!r} has schema {version}, older than {SCHEMA_VERSION}")
            yield True

    @contextlib.contextmanager
    def writing(self, db: duckdb.DuckDBPyConnection, *, wait_s: float = WAIT_S) -> Iterator[None]:
        """Attach the file as `log`, made or migrated first, to change it under the lock of `to_ingest`.

        Raises:
            BusyError: Readers keep it for longer than `wait_s`.
            DataError: As with `reading`; or the folder cannot be written to.
        """
        with to_write(self.home, wait_s=wait_s):
            if not self.path.exists():
                new_file(self.path)
            version = _attach(db, self.path, read_only=False)
            if version < SCHEMA_VERSION:
                self._migrate(db, version)
            yield
            db.execute("CHECKPOINT log")
            db.execute("DETACH log")

    def _migrate(self, db: duckdb.DuckDBPyConnection, version: int) -> None:
        try:
            migrate(db, "log", version)
        except duckdb.Error as exc:
            raise DataError(
                f"{str(self.path)!r} could not be brought from schema {version} to {SCHEMA_VERSION} and is "
                f"as it was; {_SAFE}. DuckDB says: {exc}"
            ) from exc


def new_file(path: Path) -> None:
    """Make an empty log file; whoever is killed at it leaves none, not half of one."""
    # Of a file that somebody deleted: it would be taken for this one's, rows and all.
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    put_in_place(new_draft(path), path)


def new_draft(path: Path) -> Path:
    """Make an empty log beside the file `path`, in place of what somebody who was killed left there."""
    draft = path.with_suffix(".new")
    drop_draft(path)
    with database() as db:
        db.execute(f"ATTACH {text(draft)} AS log (STORAGE_VERSION '{STORAGE}', ROW_GROUP_SIZE {GROUP_ROWS})")
        migrate(db, "log", 0)
        db.execute("DETACH log")
    return draft


def drop_draft(path: Path) -> None:
    """Delete what lies beside the file `path` and is not finished."""
    for suffix in (".new", ".new.wal"):
        path.with_suffix(suffix).unlink(missing_ok=True)


def put_in_place(draft: Path, path: Path) -> None:
    """Give a finished file its name, for good."""
    draft.replace(path)
    # The segments that went into it are deleted soon: its name has to be on the disk before.
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _attach(db: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool) -> int:
    """Attach the log's file to a connection; gives the version of its schema."""
    how = "READ_ONLY" if read_only else f"ROW_GROUP_SIZE {GROUP_ROWS}"
    deadline = time.monotonic() + _DYING_S
    while True:
        try:
            db.execute(f"ATTACH {text(path)} AS log ({how})")
            break
        except duckdb.Error as exc:
            if not _HELD.search(str(exc)) or time.monotonic() >= deadline:
                raise DataError(_in_words(path, str(exc))) from exc
        time.sleep(_DYING_S / 20)
    try:
        ((version,),) = query(db, "SELECT schema_version FROM log.meta")
    except duckdb.CatalogException as exc:
        raise DataError(f"{str(path)!r} is a DuckDB file, but not a call log: move it away; {_SAFE}") from exc
    if version > SCHEMA_VERSION:
        ((writer,),) = query(db, "SELECT package_version FROM log.meta")
        raise DataError(
            f"{str(path)!r} has schema {version}, this package knows {SCHEMA_VERSION}: it was written by "
            f"llm-workbench {writer}, install that or a later one (`pip install -U llm-workbench`); {_SAFE}"
        )
    return int(version)


def _in_words(path: Path, words: str) -> str:
    if holder := _HELD.search(words):
        return (
            f"{str(path)!r} is held open by process {holder[2]} ({holder[1]}), no part of "
            f"the workbench: close it there; {_SAFE}"
        )
    if "already attached" in words or "different configuration" in words:
        return f"{str(path)!r} is held open by a DuckDB connection of this very process: close it; {_SAFE}"
    if "not a valid DuckDB" in words:
        return f"{str(path)!r} is not a DuckDB file: move it away, a new one is made; {_SAFE}"
    if "newer version" in words or "version number" in words:
        return f"{str(path)!r} needs a newer DuckDB (`pip install -U duckdb`); {_SAFE}. It says: {words}"
    return f"{str(path)!r} cannot be opened; {_SAFE}. DuckDB says: {words}"
