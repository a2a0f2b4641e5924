"""The DuckDB file: made whole or not at all, opened for a moment, its troubles in words."""
# ruff: noqa: S608 - names in the queries are ours

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import duckdb

from workbench.errors import DataError
from workbench.log.schema import SCHEMA_VERSION, ddl, text

# The oldest storage that has zstd: a newer DuckDB's 'latest' would shut out kernels that have an older one.
_STORAGE = "v1.2.0"
_SAFE = "calls that are being made are safe in the journal meanwhile"


def query(db: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query as tuples."""
    return db.execute(sql).fetchall()


def new_file(path: Path) -> None:
    """Make an empty log file; whoever is killed at it leaves none, not half of one."""
    draft = path.with_suffix(".new")
    for old in (draft, draft.with_suffix(".new.wal")):
        old.unlink(missing_ok=True)
    with duckdb.connect() as db:
        db.execute(f"ATTACH {text(draft)} AS log (STORAGE_VERSION '{_STORAGE}')")
        db.execute("BEGIN")
        db.execute(ddl())
        db.execute("COMMIT")
        db.execute("DETACH log")
    draft.replace(path)
    # The segments that go into it are deleted soon: its name has to be on the disk before.
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def attach(db: duckdb.DuckDBPyConnection, path: Path, name: str, *, read_only: bool) -> None:
    """Attach the log's file to a connection.

    Raises:
        DataError: It is held by another program, no DuckDB file, not the log's, or newer than this package.
    """
    try:
        db.execute(f"ATTACH {text(path)} AS {name}{' (READ_ONLY)' if read_only else ''}")
    except duckdb.Error as exc:
        raise DataError(_in_words(path, str(exc))) from exc
    try:
        ((version,),) = query(db, f"SELECT schema_version FROM {name}.meta")
    except duckdb.CatalogException as exc:
        raise DataError(f"{str(path)!r} is a DuckDB file, but not a call log: move it away; {_SAFE}") from exc
    if version > SCHEMA_VERSION:
        raise DataError(
            f"{str(path)!r} has schema version {version}, this package knows {SCHEMA_VERSION}: upgrade it "
            f"(`pip install -U llm-workbench`); {_SAFE}"
        )


def _in_words(path: Path, words: str) -> str:
    if holder := re.search(r"lock is held in (.*?) ?\(PID (\d+)\)", words):
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
