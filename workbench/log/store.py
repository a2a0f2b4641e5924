"""The log's file and the journals beside it: bulk ingest on one side, one view of both on the other."""
# ruff: noqa: S608 - names in the queries are ours

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from workbench.calls import Secret
from workbench.errors import DataError
from workbench.log import journal
from workbench.log.file import LogFile, OlderError, database, query
from workbench.log.lock import WAIT_S, to_ingest
from workbench.log.pieces import INSERT_CALLS, INSERT_PIECES, SPLIT, WHOLE_CALLS
from workbench.log.schema import SCHEMA_VERSION, TABLES, empty, names_of
from workbench.log.staging import rows_in, stage

# Of the journal in one transaction: readers wait for it, and it has to fit into memory.
_AT_ONCE_BYTES = 16_000_000
_AT_ONCE_SEGMENTS = 500


class Store:
    """The call log in the folder `home`: `log.duckdb`, and the journals that are not in it yet.

    The file is never held open: other kernels, reports and the command line get their turn.

    Attributes:
        shared: The shared store that has the tables in place of the file, as it was set.
    """

    shared: Secret | None = None

    def __init__(self, home: Path) -> None:
        self.home = Path(home).absolute()
        self.file = LogFile(self.home)

    def ingest(self, *, wait_s: float = WAIT_S) -> int:
        """Take sealed segments, and those of dead writers, into the file; delete them once they are there.

        It may be killed at any moment and is repeated then: rows and the names of their segments are
        committed together.

        Args:
            wait_s: How long to wait for others who ingest, and for readers.

        Returns:
            The number of rows that are new in the file.

        Raises:
            BusyError: Others have a lock for longer than `wait_s`.
            DataError: The folder is read-only; the file is newer, held by another program, or not the log's.
        """
        if not (self.home / "journal").exists():
            return 0
        with to_ingest(self.home, wait_s=wait_s):
            journal.seal_dead(self.home)
            sealed = [path for path in self._segments().values() if path.suffix == ".jsonl"]
            return sum(self._ingest(batch, wait_s) for batch in _batches(sealed))

    def _ingest(self, paths: Sequence[Path], wait_s: float) -> int:
        # One thread: the other cores are for those who make the calls.
        with database(threads=1) as db:
            done = self._done(db, wait_s)
            rows = 0
            try:
                corrupt = stage(db, [path for path in paths if path.stem not in done])
                if corrupt:
                    db.execute(SPLIT)
                    present = sorted(path.stem for path in self._segments().values())
                    with self.file.writing(db, wait_s=wait_s):
                        rows = _insert(db, corrupt, present)
            except duckdb.Error as exc:
                raise DataError(
                    f"the journal in {str(self.home)!r} could not be ingested and stays as it is, "
                    f"its rows are safe: {exc}"
                ) from exc
        for path in paths:
            put_away(path, corrupt=(done | corrupt)[path.stem])
        return rows

    def _done(self, db: duckdb.DuckDBPyConnection, wait_s: float) -> dict[str, bool]:
        """Segments that the file has, and whether they were corrupt; migrates an older file."""
        try:
            with self.file.reading(db, wait_s=wait_s) as stored:
                done = dict(query(db, "SELECT segment, corrupt FROM log.ingested")) if stored else {}
        except OlderError:
            db.execute("DETACH log")
            with self.file.writing(db, wait_s=wait_s):
                return dict(query(db, "SELECT segment, corrupt FROM log.ingested"))
        if stored:
            db.execute("DETACH log")
        return done

    @contextlib.contextmanager
    def connect(self, *, requests: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection whose views, one for each table, have every row, ingested or not.

        It sees the moment at which it was made. Nothing is ingested while it is open: close it soon.

        Args:
            requests: Whether `calls` has the column `request`, which takes time where conversations are long.

        Raises:
            BusyError: Somebody changes the file for too long.
            DataError: The file is newer, held by another program, or not the log's; or it is older and cannot
                be migrated.
        """
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="workbench-")))
            db = stack.enter_context(database(temp_directory=str(folder)))
            db.execute("SET TimeZone = 'UTC'")
            stored, fresh = self._open(db, stack)
            for table in TABLES:
                paths = [_readable(path, folder) for path in fresh if journal.table_of(path.stem) == table]
                parts = [self._stored(table, requests) if stored else empty(table)]
                if paths:
                    # A line that is no row is passed over; ingest sets its segment aside and says so.
                    parts.append(rows_in(table, paths, lenient=True))
                names = "*" if requests or table != "calls" else "* EXCLUDE (request)"
                db.execute(f"CREATE VIEW {table} AS SELECT {names} FROM ({' UNION ALL '.join(parts)})")
            yield db

    def _open(self, db: duckdb.DuckDBPyConnection, stack: contextlib.ExitStack) -> tuple[bool, list[Path]]:
        """Attach what is stored as `log`; gives whether there is anything, and the segments beside it."""
        try:
            stored = stack.enter_context(self.file.reading(db))
        except OlderError:
            db.execute("DETACH log")
            with to_ingest(self.home), self.file.writing(db):
                pass
            stored = stack.enter_context(self.file.reading(db))
        # Before the lock is given up: whoever writes then finds the file free.
        stack.callback(db.close)
        try:
            done = {name for (name,) in query(db, "SELECT segment FROM log.ingested")} if stored else set()
        except duckdb.Error as exc:  # it is cut off, or a checksum does not match
            raise DataError(
                f"{str(self.file.path)!r} is damaged: put a copy in its place, or move it away, a new one is "
                f"made; calls that are being made are safe in the journal meanwhile. DuckDB says: {exc}"
            ) from exc
        return stored, [path for name, path in self._segments().items() if name not in done]

    def _stored(self, table: str, requests: bool) -> str:
        """A query for the rows of a table in what is stored."""
        # DuckDB before 2.0 puts requests together even where nobody selects them.
        source = f"({WHOLE_CALLS})" if table == "calls" and requests else f"log.{table}"
        return f"SELECT {names_of(table)} FROM {source}"

    def _segments(self) -> dict[str, Path]:
        """The segments that this package can read, by name."""
        try:
            found = journal.segments(self.home)
        except OSError as exc:  # not that there is none, which is no error
            raise DataError(
                f"the call log in {str(self.home)!r} cannot be read ({exc}): WORKBENCH_HOME has to be "
                "a folder that you may read"
            ) from exc
        newer = [name for name in found if journal.version_of(name) > SCHEMA_VERSION]
        if newer:
            journal.tell(
                f"{len(newer)} segments of the journal in {str(self.home)!r} were written by a newer "
                "llm-workbench and are left alone: upgrade this one (`pip install -U llm-workbench`) to see "
                "their calls"
            )
        return {
            name: path
            for name, path in found.items()
            if name not in newer and journal.table_of(name) in TABLES
        }


def _batches(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """The segments in slices of about as much as goes into one transaction."""
    batch: list[Path] = []
    size = 0
    for path in paths:
        batch.append(path)
        size += path.stat().st_size
        if size >= _AT_ONCE_BYTES or len(batch) == _AT_ONCE_SEGMENTS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _insert(db: duckdb.DuckDBPyConnection, segments: dict[str, bool], present: Sequence[str]) -> int:
    """Rows and segment names in one transaction: what keeps an ingest from being half done, or done twice."""
    db.execute("BEGIN")
    try:
        db.execute(INSERT_PIECES)
        ((rows,),) = query(db, INSERT_CALLS)
        for table in TABLES.keys() - {"calls"}:
            ((more,),) = query(db, f"INSERT INTO log.{table} BY NAME SELECT * FROM staged_{table}")
            rows += more
        # The names of segments that were deleted are of no more use.
        db.execute("DELETE FROM log.ingested WHERE segment NOT IN (SELECT unnest(?))", [present])
        db.execute(
            "INSERT INTO log.ingested (segment, corrupt) SELECT unnest(?), unnest(?)",
            [list(segments), list(segments.values())],
        )
        db.execute("COMMIT")
    except duckdb.Error:
        with contextlib.suppress(duckdb.Error):
            db.execute("ROLLBACK")
        raise
    return int(rows)


def _readable(path: Path, folder: Path) -> Path:
    """A file of whole lines: the segment itself where it is sealed, a copy while it is being written."""
    if path.suffix == ".jsonl":
        return path
    copy = folder / path.name
    copy.write_bytes(journal.whole_lines(path))
    return copy


def put_away(path: Path, *, corrupt: bool) -> None:
    """Delete a segment whose rows are stored, or set it aside where lines of it are no rows."""
    if corrupt:
        aside = path.parent / "corrupt"
        aside.mkdir(exist_ok=True)
        path.replace(aside / path.name)
    else:
        path.unlink()
