"""An export comes back: its rows go through the journal, as those of calls do."""
# ruff: noqa: S608 - names in the queries are ours

from __future__ import annotations

import contextlib
import csv
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import orjson
from uuid6 import uuid7

from workbench.errors import DataError
from workbench.log import journal
from workbench.log.exporting import format_of
from workbench.log.file import query
from workbench.log.lock import PATIENCE_S, BusyError, to_ingest
from workbench.log.schema import SCHEMA_VERSION, TABLES, columns_of, text
from workbench.log.store import Store

_ALWAYS = frozenset({"id", "started_at", "status", "provider", "model"})
# Of JSON in one segment: readers wait less than a second while one is ingested.
_SEGMENT = "8MB"
# Of a message of DuckDB: it goes on to the settings of its reader, and quotes whole rows.
_WORDS, _WORDS_END = 600, "\n\n"


def load(store: Store, path: Path) -> int:
    """Add the rows of an export that the log does not have; see `Log.load`."""
    suffix = format_of(path)
    if not path.is_file():
        raise DataError(f"there is no file {str(path)!r} to import")
    with store.connect():
        pass  # brings an older log up to date
    folder = journal.prepare(store.home)
    with to_ingest(store.home, wait_s=PATIENCE_S), _drafts(folder / "import") as drafts:
        try:
            with store.connect() as db:
                sources = _sources(db, path, suffix)
                rows = sum(_draft(db, table, source, drafts) for table, source in sources.items())
        except (duckdb.Error, ValueError, csv.Error) as exc:
            words = str(exc).partition(_WORDS_END)[0][:_WORDS]
            raise DataError(f"{str(path)!r} could not be imported, nothing of it was: {words}") from exc
        for draft in sorted(drafts.glob("*/*.json")):
            _put_in_journal(draft, folder)
    # They are in the log already; somebody who ingests now does it for us.
    with contextlib.suppress(BusyError):
        store.ingest()
    return rows


@contextlib.contextmanager
def _drafts(folder: Path) -> Iterator[Path]:
    """A new folder, gone afterwards; that of an import that was killed gives way."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _draft(db: duckdb.DuckDBPyConnection, table: str, source: str, drafts: Path) -> int:
    """Write the rows that the log does not have as JSON lines; gives their number."""
    twice = query(db, f"SELECT id FROM ({source}) GROUP BY id HAVING count(*) > 1 OR id IS NULL LIMIT 1")
    if twice:
        raise ValueError(f"among its {table}, the id {str(twice[0][0])!r} is no row's alone")
    money = " REPLACE (cost_usd::VARCHAR AS cost_usd)" if table == "calls" else ""
    ((rows,),) = query(
        db,
        f"COPY (SELECT *{money} FROM ({source}) WHERE id NOT IN (SELECT id FROM {table})) "
        f"TO {text(drafts / table)} (FORMAT json, FILE_SIZE_BYTES '{_SEGMENT}')",
    )
    return int(rows)


def _put_in_journal(draft: Path, folder: Path) -> None:
    """Make a sealed segment of it: from here on its rows are in the log."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.rename(folder / f"{draft.parent.name}.{SCHEMA_VERSION}-{uuid7()}.jsonl")


def _sources(db: duckdb.DuckDBPyConnection, path: Path, suffix: str) -> dict[str, str]:
    """Queries for the rows in a file, by table, in the types of the log."""
    match suffix:
        case ".parquet":
            source = f"read_parquet({text(path)})"
            return {"calls": _rows("calls", source, _columns(db, source))}
        case ".jsonl":
            return {"calls": _of_json(path)}
        case ".csv":
            return {"calls": _of_csv(path)}
    db.execute(f"ATTACH {text(path)} AS source (READ_ONLY)")
    found = {
        name for (name,) in query(db, "SELECT table_name FROM duckdb_tables() WHERE database_name = 'source'")
    }
    if "pieces" in found:
        raise ValueError("it is a whole log: export it from its folder, and import that")
    if "calls" not in found:
        raise ValueError("it is no export of calls, for it has no table of them")
    sources = {table: f"source.{table}" for table in TABLES if table in found}
    return {table: _rows(table, source, _columns(db, source)) for table, source in sources.items()}


def _columns(db: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    return [row[0] for row in query(db, f"DESCRIBE SELECT * FROM {source}")]


def _rows(table: str, source: str, columns: list[str]) -> str:
    """The columns of a table out of a source, NULL where it has none."""
    if table == "calls" and not _ALWAYS.issubset(columns):
        lacking = ", ".join(sorted(_ALWAYS.difference(columns)))
        raise ValueError(f"it is no export of calls, for it has no {lacking}")
    if unknown := [name for name in columns if name not in TABLES[table]]:
        raise ValueError(
            f"its {table} have columns that this package does not know, {', '.join(unknown)}: if a newer "
            "llm-workbench wrote them, upgrade this one (`pip install -U llm-workbench`)"
        )
    values = {name: f'"{name}"' if name in columns else "NULL" for name in TABLES[table]}
    fields = [f'{value}::{TABLES[table][name].type} AS "{name}"' for name, value in values.items()]
    return f"SELECT {', '.join(fields)} FROM {source}"


def _of_json(path: Path) -> str:
    longest = 0
    with path.open("rb") as file:
        first = orjson.loads(file.readline() or b"{}")
        file.seek(0)
        for line in file:
            longest = max(longest, len(line))
    source = (
        f"read_json({text(path)}, format = 'newline_delimited', columns = {columns_of('calls')}, "
        f"maximum_object_size = {longest})"
    )
    return _rows("calls", source, list(first))


def _of_csv(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file), [])
        # DuckDB passes over a last row that was cut off within quotes, where it reads with one thread.
        if sum(line.count('"') for line in file) % 2:
            raise ValueError("it was cut off: its last quote is not closed")
    calls = TABLES["calls"]
    # Lists and mappings are JSON there. What is no time DuckDB 1.5 would take for NULL: it is read as text.
    nested = {name: calls[name].type for name in ("tags", "gaps_s") if name in columns}
    as_text = {*nested, *(name for name, column in calls.items() if column.type == "TIMESTAMPTZ")}
    types = {
        name: calls[name].type if name in calls and name not in as_text else "VARCHAR" for name in columns
    }
    source = (
        f"read_csv({text(path)}, header = true, auto_detect = false, delim = ',', "
        "quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, parallel = false, "
        f"columns = {{{', '.join(f'{text(name)}: {text(kind)}' for name, kind in types.items())}}}, "
        f"max_line_size = {max(path.stat().st_size, 1)})"
    )
    values = [f"from_json_strict({name}, '\"{kind}\"') AS {name}" for name, kind in nested.items()]
    if values:
        source = f"(SELECT * REPLACE ({', '.join(values)}) FROM {source})"
    return _rows("calls", source, columns)
