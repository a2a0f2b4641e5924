"""The calls of a log in SQLite: the same columns and rows, as one would keep them there."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from workbench.log import Store

# SQLite has neither: moments, ids, lists and maps are text there.
_NUMBERS = {"BIGINT", "INTEGER", "DOUBLE", "BOOLEAN"}
_ROWS = 20_000


def copy_to_sqlite(home: Path, path: Path) -> None:
    """Write every call of the log in `home` to a new file, its columns those of the log, its key `id`."""
    with Store(home).connect() as db, sqlite3.connect(path) as other:
        columns = db.execute("SELECT column_name, column_type FROM (DESCRIBE calls)").fetchall()
        kinds = {name: _kind(kind) for name, kind in columns}
        other.execute("PRAGMA journal_mode = WAL")
        names = [f'"{name}" {kind}{" PRIMARY KEY" if name == "id" else ""}' for name, kind in kinds.items()]
        other.execute(f"CREATE TABLE calls ({', '.join(names)})")
        casts = [
            f'"{name}"::{"DOUBLE" if kind == "REAL" else "BIGINT" if kind == "INTEGER" else "VARCHAR"}'
            for name, kind in kinds.items()
        ]
        rows = db.execute(f"SELECT {', '.join(casts)} FROM calls")
        while some := rows.fetchmany(_ROWS):
            other.executemany(f"INSERT INTO calls VALUES ({', '.join('?' * len(kinds))})", some)
    other.close()


def _kind(kind: str) -> str:
    if kind == "DOUBLE" or kind.startswith("DECIMAL"):
        return "REAL"
    return "INTEGER" if kind in _NUMBERS else "TEXT"


def size_of(path: Path) -> int:
    """Bytes of a file, with what a database keeps beside it under the same name."""
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*"))
