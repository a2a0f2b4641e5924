"""From segments of the journal to rows: the lines that are rows, and what is said of those that are none."""
# ruff: noqa: S608 - names in the queries are ours

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from workbench.log import journal
from workbench.log.schema import TABLES, columns_of, empty, names_of, text


def rows_in(table: str, paths: Sequence[Path], *, lenient: bool) -> str:
    """A query for the rows in segments of one table; `lenient` passes over lines that are none."""
    # A picture in a body may make one line longer than DuckDB expects of a whole file.
    longest = max(16_777_216, *(path.stat().st_size for path in paths))
    files = ", ".join(text(path) for path in paths)
    return (
        f"SELECT {names_of(table)} FROM read_json([{files}], format = 'newline_delimited', "
        f"columns = {columns_of(table)}, maximum_object_size = {longest}, ignore_errors = {lenient}) "
        "WHERE id IS NOT NULL"
    )


def stage(db: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> dict[str, bool]:
    """Put the rows of segments into the temporary tables `staged_…`, one for each table of the log.

    Returns:
        The names of the segments, and whether each has lines that are no rows.
    """
    corrupt = {path.stem: False for path in paths}
    for table in TABLES:
        own = [path for path in paths if journal.table_of(path.stem) == table]
        try:
            _fill(db, table, [rows_in(table, own, lenient=False)] if own else [])
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            parts = []
            for path in own:
                if said := _complaint(db, table, path):
                    corrupt[path.stem] = True
                    _tell_corrupt(db, table, path, said)
                parts.append(rows_in(table, [path], lenient=bool(said)))
            _fill(db, table, parts)
    return corrupt


def _fill(db: duckdb.DuckDBPyConnection, table: str, parts: Sequence[str]) -> None:
    rows = " UNION ALL ".join(parts) if parts else empty(table)
    db.execute(f"CREATE OR REPLACE TEMP TABLE staged_{table} AS {rows}")


def _complaint(db: duckdb.DuckDBPyConnection, table: str, path: Path) -> str:
    """What DuckDB says of a segment that has lines that are no rows; empty where all are."""
    try:
        # Every column has to be looked at, or a value of another type is not noticed.
        _fill(db, table, [rows_in(table, [path], lenient=False)])
    except (duckdb.InvalidInputException, duckdb.ConversionException) as exc:
        return str(exc)
    return ""


def _tell_corrupt(db: duckdb.DuckDBPyConnection, table: str, path: Path, said: str) -> None:
    _fill(db, table, [rows_in(table, [path], lenient=True)])
    ((rows,),) = db.execute(f"SELECT count(*) FROM staged_{table}").fetchall()
    lines = path.read_bytes().count(b"\n")
    journal.tell(
        f"{lines - rows} of {lines} lines of {path.name!r} are no rows of {table!r}, the others are in "
        f"the log, the file was moved to {str(path.parent / 'corrupt')!r}: look at it, then delete it. "
        f"DuckDB says: {said[:300]}"
    )
