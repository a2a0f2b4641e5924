"""Data sets in files: JSON Lines, JSON, CSV and Parquet, read line by line where the format has lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.errors import DataError
from workbench.evals.sources.rows import Row, Source, frame_rows, mapping, rows_of, unique

_UTF8 = "utf-8-sig"  # Excel puts a byte order mark in front


def _constant(name: str) -> float | None:
    return None if name == "NaN" else float(name)


_JSON = json.JSONDecoder(parse_constant=_constant)


def file_source(path: Path) -> Source:
    """A file as a source, by the ending of its name; lines are read when they are asked for.

    Raises:
        DataError: The ending is not known, or the file is not what it says, which may be found out only while
            it is read; the message names the line.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: cannot read {path.suffix!r}: save it as one of {', '.join(_READERS)}")
    rows, version = reader(path)
    return Source(words=str(path), rows=rows, name=path.stem, version=version)


_Read = tuple[Generator[Row], str | None]


def _jsonl(path: Path) -> _Read:
    return _json_lines(path), None


def _json_lines(path: Path) -> Generator[Row]:
    origin = f"{path}, line"
    try:
        # Only a line feed ends a line: U+2028 may stand inside a JSON string.
        with path.open(encoding=_UTF8, newline="\n") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    value = _JSON.decode(line)
                except (ValueError, RecursionError) as exc:
                    raise DataError(
                        f"{origin} {number}: not JSON ({exc}): write one whole object on each line"
                    ) from exc
                yield Row(origin=origin, number=number, values=mapping(value, f"{origin} {number}"))
    except UnicodeDecodeError as exc:
        raise _not_utf8(path) from exc


def _json(path: Path) -> _Read:
    try:
        text = path.read_text(encoding=_UTF8)
    except UnicodeDecodeError as exc:
        raise _not_utf8(path) from exc
    if not text.strip():
        return rows_of(()), None
    try:
        items = _JSON.decode(text)
    except json.JSONDecodeError as exc:
        raise DataError(
            f"{path}, line {exc.lineno}: not JSON ({exc.msg}): mend it, or name it .jsonl if it is JSON lines"
        ) from exc
    except RecursionError as exc:
        raise DataError(f"{path}: not JSON ({exc}): write a list of flat objects") from exc
    version = None
    if isinstance(items, Mapping) and isinstance(items.get("samples"), list):
        version, items = items.get("version"), items["samples"]
    if not isinstance(items, list):
        raise DataError(
            f"{path}: holds {items!r:.60}, not a list: write objects in a list, [{{…}}, {{…}}], or "
            '{"version": …, "samples": […]}'
        )
    return rows_of(items, f"{path}, item"), None if version is None else str(version)


def _csv(path: Path) -> _Read:
    return _csv_lines(path), None


def _csv_lines(path: Path) -> Generator[Row]:
    origin = f"{path}, line"
    columns: list[str] | None = None
    started = 1
    try:
        with path.open(encoding=_UTF8, newline="") as text:
            lines = csv.reader(text, delimiter=_separator(path), strict=True)
            for cells in lines:
                number, started = started, lines.line_num + 1
                if not cells:
                    continue
                if columns is None:
                    columns = unique(cells, f"{origin} {number}")
                elif len(cells) != len(columns):
                    raise DataError(
                        f"{origin} {number}: has {len(cells)} values where the header has {len(columns)} "
                        'columns: put values that hold a comma or a line break in "double quotes"'
                    )
                else:
                    values = dict(zip(columns, cells, strict=True))
                    yield Row(origin=origin, number=number, values=values)
    except UnicodeDecodeError as exc:
        raise _not_utf8(path) from exc
    except csv.Error as exc:
        raise DataError(
            f"{origin} {started}: not CSV ({exc}): mend the quotes, or save the file as .jsonl"
        ) from exc


def _separator(path: Path) -> str:
    """What parts columns: commas; else semicolons, which Excel writes where numbers have commas, or tabs."""
    with path.open(encoding=_UTF8) as text:
        header = next((line for line in text if line.strip()), "")
    signs = "\t,;" if path.suffix.lower() == ".tsv" else ",;\t"
    return next((sign for sign in signs if sign in header), ",")


def _parquet(path: Path) -> _Read:
    try:
        frame = pd.read_parquet(path)
    except ImportError as exc:
        raise DataError(f"{path}: reading Parquet needs pyarrow: pip install pyarrow") from exc
    except (ValueError, OSError) as exc:
        raise DataError(f"{path}: not a Parquet file ({exc}): write it again, or save it as .jsonl") from exc
    return frame_rows(frame, f"{path}, row"), None


_READERS: Mapping[str, Callable[[Path], Any]] = {
    ".jsonl": _jsonl,
    ".json": _json,
    ".csv": _csv,
    ".tsv": _csv,
    ".parquet": _parquet,
}


def _not_utf8(path: Path) -> DataError:
    """Which byte, and on which line: the error of a file that is read in pieces does not know."""
    data = path.read_bytes()
    try:
        data.decode(_UTF8)
    except UnicodeDecodeError as exc:
        line, found = data.count(b"\n", 0, exc.start) + 1, data[exc.start : exc.start + 1]
    else:  # it was written anew meanwhile
        line, found = 1, b""
    return DataError(
        f"{path}, line {line}: the byte {found!r} is not UTF-8 (perhaps Windows-1252 or UTF-16):"
        " save the file as UTF-8, in Excel as 'CSV UTF-8'"
    )
