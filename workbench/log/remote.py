"""The two kinds of shared store, each attached as `log`: how to reach it, and what a transaction is there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import duckdb

from workbench.errors import DataError
from workbench.log.extensions import load
from workbench.log.file import query
from workbench.log.place import DuckLakePlace, Place, QuackPlace
from workbench.log.schema import text

# A server that stopped to answer must not hold an ingest for the quarter of an hour that TCP would.
_PATIENCE = {"connect_timeout": "5", "keepalives_idle": "20", "tcp_user_timeout": "30000"}
_OTHERS = """
SELECT count(*) FILTER (WHERE NOT pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
WHERE application_name LIKE '{home}%' AND application_name <> '{me}'
"""
_MANY_FILES = 100
_SMALL_FILES = (
    "SELECT count(*) FROM ducklake_list_files('log', 'calls') WHERE data_file_size_bytes < 10_000_000"
)
# Readers may be at a snapshot from before for a while.
_TIDYING = (
    "CALL ducklake_flush_inlined_data('log')",
    "CALL ducklake_merge_adjacent_files('log')",
    "CALL ducklake_expire_snapshots('log', older_than => now() - INTERVAL 1 HOUR)",
    "CALL ducklake_cleanup_old_files('log', older_than => now() - INTERVAL 1 HOUR)",
)


class Remote(Protocol):
    """A shared store.

    Attributes:
        ddl_prefix: What stands before the names of tables in statements for `execute`.
        unique: The constraint on names of ingested segments, where the store has constraints.
        options: Statements that set up a new store.
    """

    ddl_prefix: str
    unique: str
    options: tuple[str, ...]

    def attach(self, db: duckdb.DuckDBPyConnection) -> bool:
        """Attach it as `log`, to read; gives whether there is anything."""

    def attach_to_write(self, db: duckdb.DuckDBPyConnection, home: Path) -> None:
        """Attach it as `log`, to write the journal of `home`; nobody else writes that from here on."""

    def execute(self, db: duckdb.DuckDBPyConnection, statement: str) -> None:
        """Run a statement there."""

    def tidy(self, db: duckdb.DuckDBPyConnection) -> None:
        """Keep it fast to read, where its server does not; fails where others do the same at the time."""


class DuckLake:
    """PostgreSQL keeps the catalog, and with it every transaction; rows are Parquet files."""

    ddl_prefix = "log."
    unique = ""
    options: tuple[str, ...] = ("CALL log.set_option('parquet_compression', 'zstd')",)

    def __init__(self, place: DuckLakePlace) -> None:
        self._place = place

    def attach(self, db: duckdb.DuckDBPyConnection) -> bool:
        """Attach the catalog as `log`, to read; gives whether there is one."""
        try:
            self._attach(db, "workbench", "READ_ONLY")
        except duckdb.InvalidInputException as exc:
            if "creating a new DuckLake is explicitly disabled" in str(exc):
                return False
            raise
        return True

    def attach_to_write(self, db: duckdb.DuckDBPyConnection, home: Path) -> None:
        """Attach the catalog as `log`, made where there is none, and keep out an ingest that was killed."""
        own = f"workbench {_id_of(home).hex}"
        me = f"{own} {uuid4().hex[:8]}"
        options = [] if self._place.data is None else [f"DATA_PATH {text(self._place.data)}"]
        self._attach(db, me, *options)
        # A killed ingester's last commit may still be on its way: then rows would be there twice.
        fence = _OTHERS.format(home=own, me=me)
        ((left,),) = query(db, f"FROM postgres_query('__ducklake_metadata_log', {text(fence)})")
        if left:
            raise DataError("an ingest that was killed is still being committed: it is tried again later")

    def _attach(self, db: duckdb.DuckDBPyConnection, name: str, *options: str) -> None:
        load(db, "postgres_scanner", "ducklake")
        if "://" in (self._place.data or ""):
            _load_object_store(db)
        if self._place.password is not None:
            # Where the connection string has it, DuckDB quotes it in errors.
            password = text(self._place.password.reveal())
            db.execute(f"CREATE OR REPLACE SECRET log_password (TYPE postgres, PASSWORD {password})")
            options = (*options, "META_SECRET 'log_password'")
        words = {**_PATIENCE, **self._place.postgres, "application_name": name}
        address = " ".join(f"{key}={_libpq_value(value)}" for key, value in words.items())
        listed = f" ({', '.join(options)})" if options else ""
        db.execute(f"ATTACH {text(f'ducklake:postgres:{address}')} AS log{listed}")

    def execute(self, db: duckdb.DuckDBPyConnection, statement: str) -> None:
        """Run a statement there."""
        db.execute(statement)

    def tidy(self, db: duckdb.DuckDBPyConnection, *, many: int = _MANY_FILES) -> None:
        """Join small files once there are `many`: each ingest leaves one, and readers open them all."""
        ((small,),) = query(db, _SMALL_FILES)
        if small >= many:
            for step in _TIDYING:
                db.execute(step).fetchall()


class Quack:
    """A DuckDB server. It takes no part in transactions of its clients, so they are begun and ended there."""

    ddl_prefix = ""
    unique = " PRIMARY KEY"
    options: tuple[str, ...] = ()

    def __init__(self, place: QuackPlace) -> None:
        self._place = place

    def attach(self, db: duckdb.DuckDBPyConnection) -> bool:
        """Attach the server as `log`, to read."""
        self._attach(db, "READ_ONLY")
        return True

    def attach_to_write(self, db: duckdb.DuckDBPyConnection, home: Path) -> None:  # noqa: ARG002
        """Attach the server as `log`."""
        # The primary key of `ingested` keeps an ingester out that was killed with a commit on its way.
        self._attach(db)

    def _attach(self, db: duckdb.DuckDBPyConnection, *options: str) -> None:
        load(db, "httpfs", "quack")
        token = text(self._place.token.reveal())
        db.execute(f"CREATE OR REPLACE SECRET log_token (TYPE quack, TOKEN {token})")
        if self._place.disable_ssl:
            options = (*options, "DISABLE_SSL true")
        listed = ", ".join(("TYPE quack", *options))
        db.execute(f"ATTACH {text(self._place.uri)} AS log ({listed})")

    def execute(self, db: duckdb.DuckDBPyConnection, statement: str) -> None:
        """Run a statement there."""
        db.execute(f"FROM log.query({text(statement)})").fetchall()

    def tidy(self, db: duckdb.DuckDBPyConnection) -> None:
        """The server does so itself."""


def remote_of(place: Place) -> Remote:
    """The store at a place."""
    return DuckLake(place) if isinstance(place, DuckLakePlace) else Quack(place)


@contextlib.contextmanager
def undone_if_it_fails(remote: Remote, db: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Rolls a transaction back there that did not get to its commit."""
    try:
        yield
    except duckdb.Error:
        with contextlib.suppress(duckdb.Error):
            remote.execute(db, "ROLLBACK")
        raise


def _id_of(home: Path) -> UUID:
    """What tells this folder's journal from all others; kept in it by whoever has the lock of `to_ingest`."""
    path = home / "journal.id"
    with contextlib.suppress(FileNotFoundError, ValueError):
        return UUID(path.read_text(encoding="ascii"))
    made = uuid4()
    path.write_text(str(made), encoding="ascii")
    return made


def _libpq_value(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _load_object_store(db: duckdb.DuckDBPyConnection) -> None:
    """With the credentials of the environment, of `~/.aws`, or of the machine."""
    load(db, "httpfs", "aws")
    options = ["TYPE s3", "PROVIDER credential_chain"]
    # DuckDB does not read this variable, by which other clients find a store that is not Amazon's.
    if named := os.environ.get("AWS_ENDPOINT_URL"):
        url = urlsplit(named)
        options += [f"ENDPOINT {text(url.netloc)}", "URL_STYLE 'path'", f"USE_SSL {url.scheme == 'https'}"]
    db.execute(f"CREATE OR REPLACE SECRET log_objects ({', '.join(options)})")
