"""The log's file and the journals beside it: bulk ingest on one side, one view of both on the other."""
# ruff: noqa: S608 - names in the queries are ours

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from workbench.errors import DataError
from workbench.log import journal
from workbench.log.file import attach, new_file, query
from workbench.log.lock import WAIT_S, to_ingest, to_read
from workbench.log.schema import TABLES, columns_of, empty, text

# Segments in one transaction: few enough to fit into memory, enough to be fast.
_AT_ONCE = 32


class Store:
    """The call log in the folder `home`: `log.duckdb`, and the journals that are not in it yet.

    The file is never held open: other kernels, reports and the command line get their turn.
    """

    def __init__(self, home: Path) -> None:
        self.home = Path(home).absolute()
        self.path = self.home / "log.duckdb"

    def ingest(self, *, wait_s: float = WAIT_S) -> int:
        """Take sealed segments, and those of dead writers, into the file; delete them once they are there.

        It may be killed at any moment and is repeated then: rows and the names of their segments are
        committed together.

        Returns:
            The number of rows that are new in the file.

        Raises:
            BusyError: Others have the lock for longer than `wait_s`.
            DataError: The folder is read-only; the file is newer, held by another program, or not the log's.
        """
        if not (self.home / "journal").exists():
            return 0
        with to_ingest(self.home, wait_s=wait_s):
            journal.seal_dead(self.home)
            sealed = {
                name: path
                for name, path in journal.segments(self.home).items()
                if path.suffix == ".jsonl" and journal.table_of(name) in TABLES
            }
            if not sealed:
                return 0
            if not self.path.exists():
                new_file(self.path)
            # One thread: the other cores are for those who make the calls.
            with duckdb.connect(config={"threads": 1}) as db:
                attach(db, self.path, "log", read_only=False)
                try:
                    rows = _ingest(db, sealed)
                    db.execute("CHECKPOINT log")
                except duckdb.Error as exc:
                    raise DataError(
                        f"the journal in {str(self.home)!r} could not be ingested and stays as it is, "
                        f"its rows are safe: {exc}"
                    ) from exc
                corrupt = {name for (name,) in query(db, "SELECT segment FROM log.ingested WHERE corrupt")}
            for name, path in sealed.items():
                _put_away(path, corrupt=name in corrupt)
            return rows

    @contextlib.contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection whose views `calls`, `runs` and `scores` have every row, ingested or not.

        It sees the moment at which it was made. Nothing is ingested while it is open: close it soon.

        Raises:
            BusyError: An ingest takes too long.
            DataError: The file is newer, held by another program, or not the log's.
        """
        with contextlib.ExitStack() as stack:
            stack.enter_context(to_read(self.home))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="workbench-")))
            db = stack.enter_context(duckdb.connect(config={"temp_directory": str(folder)}))
            db.execute("SET TimeZone = 'UTC'")
            stored = self.path.exists()
            if stored:
                attach(db, self.path, "log", read_only=True)
            done = {name for (name,) in query(db, "SELECT segment FROM log.ingested")} if stored else set()
            fresh = {name: path for name, path in journal.segments(self.home).items() if name not in done}
            for table in TABLES:
                paths = [
                    _readable(path, folder) for name, path in fresh.items() if journal.table_of(name) == table
                ]
                parts = [f"SELECT * FROM log.{table}"] if stored else [empty(table)]
                if paths:
                    # A line that is no row is passed over; ingest sets its segment aside and says so.
                    parts.append(f"SELECT * FROM {_rows(table, paths, lenient=True)} WHERE id IS NOT NULL")
                db.execute(f"CREATE VIEW {table} AS {' UNION ALL BY NAME '.join(parts)}")
            yield db


def _ingest(db: duckdb.DuckDBPyConnection, sealed: dict[str, Path]) -> int:
    done = {name for (name,) in query(db, "SELECT segment FROM log.ingested")}
    rows = 0
    for table in TABLES:
        fresh = [
            path for name, path in sealed.items() if journal.table_of(name) == table and name not in done
        ]
        for start in range(0, len(fresh), _AT_ONCE):
            batch = fresh[start : start + _AT_ONCE]
            try:
                rows += _insert(db, table, batch)
            except duckdb.Error:
                rows += sum(_insert_alone(db, table, path) for path in batch)
    return rows


def _insert_alone(db: duckdb.DuckDBPyConnection, table: str, path: Path) -> int:
    try:
        return _insert(db, table, [path])
    except (duckdb.InvalidInputException, duckdb.ConversionException) as exc:
        rows = _insert(db, table, [path], corrupt=True)
        lines = path.read_bytes().count(b"\n")
        journal.tell(
            f"{lines - rows} of {lines} lines of {path.name!r} are no rows of {table!r}, the others are in "
            f"the log, the file was moved to {str(path.parent / 'corrupt')!r}: look at it, then delete it. "
            f"DuckDB says: {str(exc)[:300]}"
        )
        return rows


def _insert(
    db: duckdb.DuckDBPyConnection, table: str, paths: Sequence[Path], *, corrupt: bool = False
) -> int:
    """Rows and segment names in one transaction: what keeps an ingest from being half done, or done twice."""
    db.execute("BEGIN")
    try:
        source = _rows(table, paths, lenient=corrupt)
        ((rows,),) = query(db, f"INSERT INTO log.{table} BY NAME SELECT * FROM {source} WHERE id IS NOT NULL")
        db.executemany(
            "INSERT INTO log.ingested VALUES (?, ?, ?)", [[path.stem, rows, corrupt] for path in paths]
        )
        db.execute("COMMIT")
    except duckdb.Error:
        with contextlib.suppress(duckdb.Error):
            db.execute("ROLLBACK")
        raise
    return int(rows)


def _rows(table: str, paths: Sequence[Path], *, lenient: bool) -> str:
    """The lines of segments as a table function."""
    # A picture in a body may make one line longer than DuckDB expects of a whole file.
    longest = max(16_777_216, *(path.stat().st_size for path in paths))
    files = ", ".join(text(path) for path in paths)
    return (
        f"read_json([{files}], format = 'newline_delimited', columns = {columns_of(table)}, "
        f"maximum_object_size = {longest}, ignore_errors = {lenient})"
    )


def _readable(path: Path, folder: Path) -> Path:
    """A file of whole lines: the segment itself where it is sealed, a copy while it is being written."""
    if path.suffix == ".jsonl":
        return path
    copy = folder / path.name
    copy.write_bytes(journal.whole_lines(path))
    return copy


def _put_away(path: Path, *, corrupt: bool) -> None:
    if corrupt:
        aside = path.parent / "corrupt"
        aside.mkdir(exist_ok=True)
        path.replace(aside / path.name)
    else:
        path.unlink()
