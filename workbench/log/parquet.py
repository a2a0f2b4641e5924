"""A frame as a Parquet file that says what it is, for a repository: the same bytes for the same content."""
# ruff: noqa: S608 - names in the queries are ours

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pandas as pd

from workbench.errors import DataError
from workbench.log.file import database, query
from workbench.log.frame import quoted
from workbench.log.schema import text


def write_parquet(
    frame: pd.DataFrame, path: Path, *, types: Mapping[str, str], facts: Mapping[str, str]
) -> None:
    """Write a frame, its rows in their order; a file that is there is replaced once the new one is whole.

    Args:
        frame: The rows; what is not known is `None` or `nan`.
        path: Where to.
        types: DuckDB's type of each column that is written, in their order.
        facts: What else the file has to say, by name.

    Raises:
        DataError: It cannot be written.
    """
    columns = ", ".join(f"{quoted(name)}::{kind} AS {quoted(name)}" for name, kind in types.items())
    said = ", ".join(f"{quoted(name)}: {text(value)}" for name, value in facts.items())
    draft = path.with_name(f"{path.name}.draft")
    known = frame[list(types)].astype(object)
    try:
        with database(threads=1) as db:
            db.register("rows", known.where(known.notna(), None))
            db.execute(
                f"COPY (SELECT {columns} FROM rows) TO {text(draft)} "
                f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{said}}})"
            )
        draft.replace(path)
    except (OSError, duckdb.Error) as exc:
        raise DataError(f"{str(path)!r} could not be written: {exc}") from exc
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def parquet_facts(path: Path) -> dict[str, str]:
    """What a Parquet file says beside its rows, by name.

    Raises:
        DataError: There is no such file, or it is no Parquet file.
    """
    if not path.is_file():
        raise DataError(f"there is no file {str(path)!r}")
    with _in_words(path), database(threads=1) as db:
        rows = query(db, "SELECT key, value FROM parquet_kv_metadata(?)", str(path))
    return {
        bytes(key).decode("utf-8", "replace"): bytes(value).decode("utf-8", "replace") for key, value in rows
    }


def read_parquet(path: Path) -> pd.DataFrame:
    """The rows of a Parquet file, in their order.

    Raises:
        DataError: It is no Parquet file, or damaged.
    """
    with _in_words(path), database(threads=1) as db:
        frame: pd.DataFrame = db.sql("SELECT * FROM read_parquet(?)", params=[str(path)]).df()
    return frame


@contextlib.contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as exc:
        words = str(exc).partition("\n\n")[0][:300]
        raise DataError(f"{str(path)!r} cannot be read as a Parquet file: {words}") from exc
