"""What DuckDB answers as pandas frames and as Python values, times in UTC."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import duckdb
import pandas as pd


def frame_of(relation: duckdb.DuckDBPyRelation | None) -> pd.DataFrame:
    """A relation as a frame; that of a statement without a result is empty."""
    if relation is None:
        return pd.DataFrame()
    times = _times(relation)
    frame: pd.DataFrame = _without_zone(relation, times).df()
    for name in times:
        frame[name] = frame[name].dt.tz_localize("UTC")
    return frame


def rows_of(relation: duckdb.DuckDBPyRelation) -> list[dict[str, Any]]:
    """A relation as rows: money as `Decimal`, `None` for what is not known."""
    times = _times(relation)
    rows = [
        dict(zip(relation.columns, values, strict=True))
        for values in _without_zone(relation, times).fetchall()
    ]
    for row in rows:
        row |= {name: row[name] and row[name].replace(tzinfo=UTC) for name in times}
    return rows


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _times(relation: duckdb.DuckDBPyRelation) -> list[str]:
    return [
        name
        for name, kind in zip(relation.columns, relation.types, strict=True)
        if str(kind) == "TIMESTAMP WITH TIME ZONE"
    ]


def _without_zone(relation: duckdb.DuckDBPyRelation, times: list[str]) -> duckdb.DuckDBPyRelation:
    # DuckDB's own conversion of such columns warns with pandas 3.1 (it drops columns in place), and as Python
    # values they need a library for zones that nothing else here needs.
    if not times:
        return relation
    return relation.project(
        f"* REPLACE ({', '.join(f'{quoted(name)} AT TIME ZONE $$UTC$$ AS {quoted(name)}' for name in times)})"
    )
