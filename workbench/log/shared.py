"""The log in a shared store: the same journal in every home, one store for all of them."""
# ruff: noqa: S608 - names in the queries are ours

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from workbench.calls import Secret
from workbench.errors import DataError
from workbench.log.file import database, query
from workbench.log.lock import BusyError, to_ingest, to_read, to_write
from workbench.log.place import place_of
from workbench.log.process import process_facts
from workbench.log.remote import Remote, remote_of, undone_if_it_fails
from workbench.log.schema import SCHEMA_VERSION, TABLES, names_of, text
from workbench.log.staging import stage
from workbench.log.store import Store, put_away

# How often to look again where others made the tables at the same time.
_TRIES = 5
# What DuckDB says before what PostgreSQL says: the whole address, twice.
_ADDRESS = re.compile(r'Failed to attach DuckLake.*Unable to connect to Postgres at "[^"]*": ', re.DOTALL)


class AwayError(DataError):
    """The shared store cannot be reached, or does not do what it should; later it may."""


def store_of(home: Path, shared: Secret | None = None) -> Store:
    """The log of a folder: its own file, or the shared store that `shared` (`WORKBENCH_LOG`) names.

    Raises:
        ConfigError: `shared` cannot be read.
    """
    return Store(home) if shared is None else SharedStore(home, shared)


class SharedStore(Store):
    """A store that many machines write: the journal stays in the folder `home`, the tables are elsewhere.

    While it is away, rows wait in the journal. Requests are stored whole: the store compresses them, and
    machines that add pieces of conversations at the same time would add them twice.
    """

    def __init__(self, home: Path, shared: Secret) -> None:
        super().__init__(home)
        self.shared = shared
        self.place = place_of(shared)
        self._remote = remote_of(self.place)

    def _ingest(self, paths: Sequence[Path], wait_s: float) -> int:
        rows = 0
        with database(threads=1) as db:
            with self._reached():
                self._attach_to_write(db)
                done = self._done_of(db, [path.stem for path in paths])
            corrupt = stage(db, [path for path in paths if path.stem not in done])
            if corrupt:
                with self._reached():
                    rows = self._insert(db, corrupt)
                with contextlib.suppress(duckdb.Error):  # the rows are there, and others may be at it
                    self._remote.tidy(db)
        # A reader of this home may have a segment open; it is deleted by the next ingest then.
        with contextlib.suppress(BusyError), to_write(self.home, wait_s=wait_s):
            for path in paths:
                put_away(path, corrupt=(done | corrupt)[path.stem])
        return rows

    def _insert(self, db: duckdb.DuckDBPyConnection, segments: dict[str, bool]) -> int:
        """Rows and the names of their segments in one transaction, as in the file."""
        rows = 0
        with undone_if_it_fails(self._remote, db):
            self._remote.execute(db, "BEGIN")
            for table in TABLES:
                ((more,),) = query(db, f"INSERT INTO log.{table} BY NAME SELECT * FROM staged_{table}")
                rows += more
            names = ", ".join(f"({text(name)}, {corrupt})" for name, corrupt in segments.items())
            # Together with the commit, so that who is killed here leaves no name that bars the next ingest.
            self._remote.execute(db, f"INSERT INTO {self._remote.ddl_prefix}ingested VALUES {names}; COMMIT")
        return rows

    def _open(self, db: duckdb.DuckDBPyConnection, stack: contextlib.ExitStack) -> tuple[bool, list[Path]]:
        # Whoever ingests deletes no segment meanwhile.
        stack.enter_context(to_read(self.home))
        segments = self._segments()
        with self._reached():
            if not self._attach(db):
                return False, list(segments.values())
            self._remote.execute(db, "BEGIN")
            stack.callback(_end, self._remote, db)
            done = self._done_of(db, list(segments))
        return True, [path for name, path in segments.items() if name not in done]

    def _stored(self, table: str, requests: bool) -> str:  # noqa: ARG002 - of the base class
        return f"SELECT {names_of(table)} FROM log.{table}"

    def _attach(self, db: duckdb.DuckDBPyConnection) -> bool:
        """Attach the store to read; gives whether it has tables."""
        if not self._remote.attach(db):
            return False
        version = self._version(db)
        if 0 < version < SCHEMA_VERSION:
            db.execute("DETACH log")
            with to_ingest(self.home), database() as writing:
                self._attach_to_write(writing)
            self._remote.attach(db)
        return version > 0

    def _attach_to_write(self, db: duckdb.DuckDBPyConnection) -> None:
        """Attach the store to write, its tables made or brought up to date."""
        for left in reversed(range(_TRIES)):
            try:
                self._remote.attach_to_write(db, self.home)
                version = self._version(db)
                if version == SCHEMA_VERSION:
                    return
                self._bring_up_to_date(db, version)
            except duckdb.Error:
                # Somebody else made the same at the same time; if not, it fails again.
                if not left:
                    raise
            db.execute("DETACH DATABASE IF EXISTS log")

    def _version(self, db: duckdb.DuckDBPyConnection) -> int:
        """The schema of the store; 0 where it has no tables yet."""
        try:
            ((version, writer),) = query(db, "SELECT schema_version, package_version FROM log.meta")
        except duckdb.CatalogException:
            return 0
        if version > SCHEMA_VERSION:
            raise DataError(
                f"the shared log {self.place} has schema {version}, this package knows {SCHEMA_VERSION}: "
                f"it was set up by llm-workbench {writer}, install that or a later one (`pip install -U "
                "llm-workbench`); calls that are being made are safe in the journal meanwhile"
            )
        return int(version)

    def _bring_up_to_date(self, db: duckdb.DuckDBPyConnection, version: int) -> None:
        # All at once: of a client that was killed half way, a DuckDB server keeps the transaction open, and
        # nobody else could make the tables.
        with undone_if_it_fails(self._remote, db):
            self._remote.execute(db, "; ".join(("BEGIN", *_ddl(self._remote, version), "COMMIT")))

    def _done_of(self, db: duckdb.DuckDBPyConnection, segments: Sequence[str]) -> dict[str, bool]:
        """Which of the segments are in the store, and whether they were corrupt."""
        names = ", ".join(map(text, segments)) or "NULL"
        return dict(query(db, f"SELECT segment, corrupt FROM log.ingested WHERE segment IN ({names})"))

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        """Says in our words that the store is away."""
        try:
            yield
        except duckdb.Error as exc:
            raise AwayError(
                f"the shared log {self.place} is away: see that its server runs and that you may use it. "
                f"Calls go on, their rows are safe in the journal in {str(self.home)!r} until it is back. "
                f"DuckDB says: {_ADDRESS.sub('', str(exc)).strip()}"
            ) from exc


def _end(remote: Remote, db: duckdb.DuckDBPyConnection) -> None:
    with contextlib.suppress(duckdb.Error):  # nothing was changed, and the server may be gone
        remote.execute(db, "ROLLBACK")


def _ddl(remote: Remote, version: int) -> Iterator[str]:
    """What makes the tables, or adds what an older store lacks; the version comes last."""
    at = remote.ddl_prefix
    if version == 0:
        yield from remote.options
        yield f"CREATE TABLE {at}ingested (segment VARCHAR{remote.unique}, corrupt BOOLEAN)"
        yield f"CREATE TABLE {at}meta (schema_version INTEGER, package_version VARCHAR)"
        yield f"INSERT INTO {at}meta VALUES (0, NULL)"
    for table, columns in TABLES.items():
        fields = ", ".join(f'"{name}" {column.type}' for name, column in columns.items())
        yield f"CREATE TABLE IF NOT EXISTS {at}{table} ({fields})"
        for name, column in columns.items():
            yield f'ALTER TABLE {at}{table} ADD COLUMN IF NOT EXISTS "{name}" {column.type}'
            yield f'COMMENT ON COLUMN {at}{table}."{name}" IS {text(column.meaning)}'
    writer = text(process_facts()["package_version"])
    yield f"UPDATE {at}meta SET schema_version = {SCHEMA_VERSION}, package_version = {writer}"
