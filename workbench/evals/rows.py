"""Rows as they come from a file or a frame, each with the place that an error message can point to."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.errors import DataError


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row as it was read; `where` names file and line, `None` is an absent value."""

    where: str
    values: Mapping[str, Any]


def read_rows(path: Path) -> list[Row]:
    """The rows of a file, by the ending of its name.

    Raises:
        DataError: The ending is not known, or the file is not what it says; the message names the line.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: cannot read {path.suffix!r}: save it as one of {', '.join(_READERS)}")
    return list(reader(path))


def rows_of(items: Iterable[object], where: str = "row") -> Iterator[Row]:
    """Mappings as rows, numbered from 1 behind the word `where`."""
    for position, item in enumerate(items, start=1):
        yield Row(where=f"{where} {position}", values=_mapping(item, f"{where} {position}"))


def frame_rows(frame: pd.DataFrame, where: str = "row") -> Iterator[Row]:
    """The rows of a frame, numbered from 1; its index is not looked at.

    Raises:
        DataError: Two columns have the same name.
    """
    columns = _unique([str(column) for column in frame.columns], where)
    values = (frame.iloc[:, position].tolist() for position in range(len(columns)))
    for position, cells in enumerate(zip(*values, strict=True), start=1):
        yield Row(where=f"{where} {position}", values=_mapping(dict(zip(columns, cells, strict=True)), where))


def _plain(cell: Any) -> Any:
    if hasattr(cell, "tolist"):  # lists come out of Parquet as arrays
        return cell.tolist()
    return None if pd.api.types.is_scalar(cell) and pd.isna(cell) else cell


def _jsonl(path: Path) -> Iterator[Row]:
    # Not splitlines(): it also splits at U+2028, which may stand inside a JSON string.
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            value = json.loads(line)
        except ValueError as exc:
            raise DataError(f"{where}: not JSON ({exc}): write one whole object on each line") from exc
        yield Row(where=where, values=_mapping(value, where))


def _json(path: Path) -> Iterator[Row]:
    text = _text(path)
    if not text.strip():
        return
    try:
        items = json.loads(text)
    except json.JSONDecodeError as exc:
        raise DataError(
            f"{path}, line {exc.lineno}: not JSON ({exc.msg}): mend it, or name it .jsonl if it is JSON lines"
        ) from exc
    if not isinstance(items, list):
        raise DataError(f"{path}: holds {items!r:.60}, not a list: write objects in a list, [{{…}}, {{…}}]")
    yield from rows_of(items, f"{path}, item")


def _csv(path: Path) -> Iterator[Row]:
    lines = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    columns: list[str] | None = None
    started = 1
    try:
        for cells in lines:
            where = f"{path}, line {started}"
            started = lines.line_num + 1
            if not cells:
                continue
            if columns is None:
                columns = _unique(cells, where)
            elif len(cells) != len(columns):
                raise DataError(
                    f"{where}: has {len(cells)} values where the header has {len(columns)} columns:"
                    ' put values that hold a comma or a line break in "double quotes"'
                )
            else:
                yield Row(where=where, values=dict(zip(columns, cells, strict=True)))
    except csv.Error as exc:
        raise DataError(
            f"{path}, line {started}: not CSV ({exc}): mend the quotes, or save the file as .jsonl"
        ) from exc


def _parquet(path: Path) -> Iterator[Row]:
    try:
        frame = pd.read_parquet(path)
    except ImportError as exc:
        raise DataError(f"{path}: reading Parquet needs pyarrow: pip install pyarrow") from exc
    except (ValueError, OSError) as exc:
        raise DataError(f"{path}: not a Parquet file ({exc}): write it again, or save it as .jsonl") from exc
    yield from frame_rows(frame, f"{path}, row")


_READERS: Mapping[str, Callable[[Path], Iterator[Row]]] = {
    ".jsonl": _jsonl,
    ".json": _json,
    ".csv": _csv,
    ".parquet": _parquet,
}


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")  # Excel puts a byte order mark in front
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        found = data[exc.start : exc.start + 1]
        raise DataError(
            f"{path}, line {line}: the byte {found!r} is not UTF-8 (perhaps Windows-1252 or UTF-16):"
            " save the file as UTF-8, in Excel as 'CSV UTF-8'"
        ) from exc


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise DataError(
            f'{where}: holds {value!r:.60}, not an object: write names and values, {{"input": …}}'
        )
    return {str(name): _plain(item) for name, item in value.items()}


def _unique(columns: Sequence[str], where: str) -> list[str]:
    twice = [column for column, times in Counter(columns).items() if times > 1]
    if twice:
        raise DataError(f"{where}: two columns are named {twice[0]!r}: rename one")
    return list(columns)
