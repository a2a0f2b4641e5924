"""A selection of the log in one file, for a colleague, another tool or another log."""
# ruff: noqa: S608 - names in the queries are ours, the condition is the user's own

from __future__ import annotations

import contextlib
from pathlib import Path

import duckdb

from workbench.errors import ConfigError, DataError
from workbench.log.conditions import Conditions
from workbench.log.file import STORAGE, query
from workbench.log.schema import TABLES, failed_query, text
from workbench.log.store import Store

# In JSON a number is a binary fraction for most who read it: money is written as text, as the journal does.
_JSON = "* REPLACE (cost_usd::VARCHAR AS cost_usd)"
_CSV = "* REPLACE (to_json(tags) AS tags, to_json(gaps_s) AS gaps_s)"
_COPIES = {
    ".parquet": ("*", "FORMAT parquet, COMPRESSION zstd"),
    ".jsonl": (_JSON, "FORMAT json"),
    ".csv": (_CSV, "FORMAT csv, HEADER"),
}
FORMATS = (*_COPIES, ".duckdb")
_COMPRESSED = {"request", "response", "text"}


def export(store: Store, path: Path, conditions: Conditions, *, overwrite: bool = False) -> int:
    """Write the calls that meet the conditions to a file; see `Log.export`."""
    format_of(path)
    if path.exists() and not overwrite:
        raise ConfigError(
            f"{str(path)!r} exists: choose another name, or replace it by --overwrite (overwrite=True)"
        )
    if not path.parent.is_dir():
        raise DataError(f"{str(path)!r} could not be written: make the folder {str(path.parent)!r} first")
    draft = path.with_name(f"{path.name}.draft")
    try:
        with store.connect() as db:
            rows = _write(db, draft, path.suffix, conditions)
        draft.replace(path)
    # A commit that fails has not room enough: the user's own SQL is no transaction.
    except (OSError, duckdb.IOException, duckdb.TransactionException) as exc:
        raise DataError(
            f"{str(path)!r} could not be written, nothing is there now that was not: {exc}"
        ) from exc
    except duckdb.Error as exc:
        raise failed_query(exc) from exc
    finally:
        for left in (draft, draft.with_name(f"{draft.name}.wal")):
            with contextlib.suppress(OSError):
                left.unlink()
    return rows


def format_of(path: Path) -> str:
    """The suffix by which a file's format is known.

    Raises:
        ConfigError: There is no such format.
    """
    if path.suffix not in FORMATS:
        raise ConfigError(
            f"no format has the suffix of {path.name!r}: name the file with {', '.join(FORMATS)}"
        )
    return path.suffix


def _write(db: duckdb.DuckDBPyConnection, draft: Path, suffix: str, conditions: Conditions) -> int:
    draft.unlink(missing_ok=True)
    if suffix == ".duckdb":
        return _write_database(db, draft, conditions)
    columns, options = _COPIES[suffix]
    ((rows,),) = query(
        db,
        f"COPY (SELECT {columns} FROM calls {conditions}) TO {text(draft)} ({options})",
        *conditions.values,
    )
    return int(rows)


def _write_database(db: duckdb.DuckDBPyConnection, draft: Path, conditions: Conditions) -> int:
    """Tables as the views have them: whole requests, a comment on each column, and no table of our own."""
    db.execute(f"ATTACH {text(draft)} AS export (STORAGE_VERSION '{STORAGE}')")
    with contextlib.suppress(duckdb.TransactionException):  # who reads a DuckLake has begun one
        db.execute("BEGIN")
    for table, columns in TABLES.items():
        fields = [f'"{name}" {column.type}{_storage(name)}' for name, column in columns.items()]
        db.execute(f"CREATE TABLE export.{table} ({', '.join(fields)})")
        for name, column in columns.items():
            db.execute(f'COMMENT ON COLUMN export.{table}."{name}" IS {text(column.meaning)}')
    ((rows,),) = query(db, f"INSERT INTO export.calls SELECT * FROM calls {conditions}", *conditions.values)
    db.execute("INSERT INTO export.runs SELECT * FROM runs WHERE id IN (SELECT run FROM export.calls)")
    db.execute(
        "INSERT INTO export.scores SELECT * FROM scores WHERE call_id IN (SELECT id FROM export.calls)"
    )
    # All of the answers that a person had in sight, or the vote could not be read.
    db.execute(
        "INSERT INTO export.labels SELECT * FROM labels WHERE id NOT IN "
        "(SELECT id FROM (SELECT id, unnest(calls) AS call FROM labels) "
        "WHERE call NOT IN (SELECT id FROM export.calls))"
    )
    experiments = "SELECT experiment FROM export.runs"
    db.execute(f"INSERT INTO export.baselines SELECT * FROM baselines WHERE experiment IN ({experiments})")
    db.execute(
        "INSERT INTO export.reports SELECT * FROM reports WHERE id IN "
        f"(SELECT id FROM (SELECT id, unnest(experiments) AS one FROM reports) WHERE one IN ({experiments}))"
    )
    db.execute("COMMIT")
    db.execute("CHECKPOINT export")
    db.execute("DETACH export")
    return int(rows)


def _storage(column: str) -> str:
    return " USING COMPRESSION zstd" if column in _COMPRESSED else ""
