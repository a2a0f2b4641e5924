"""Rows as they come from a file, a frame or a list, each with the place that a message can point to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.errors import DataError

_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row as it was read.

    Attributes:
        origin: What is counted, and in what: "answers.csv, line".
        number: Where it begins, from 1.
        values: By column; `None` is an absent value.
    """

    origin: str
    number: int
    values: Mapping[str, Any]

    @property
    def where(self) -> str:
        """Its place in words."""
        return f"{self.origin} {self.number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What a data set is read from.

    Attributes:
        words: What a message calls it.
        rows: Its rows, which can be read once; to be closed, for they may come from an open file.
        name: The name that it has by itself; `None` where it has none.
        version: The version that it gives itself; likewise `None`.
    """

    words: str
    rows: Generator[Row]
    name: str | None = None
    version: str | None = None


def rows_of(items: Iterable[object], origin: str = "row") -> Generator[Row]:
    """Mappings as rows.

    Raises:
        DataError: One of them is something else.
    """
    for number, item in enumerate(items, start=1):
        values = {name: plain(cell) for name, cell in mapping(item, f"{origin} {number}").items()}
        yield Row(origin=origin, number=number, values=values)


def frame_rows(frame: pd.DataFrame, origin: str = "row") -> Generator[Row]:
    """The rows of a frame; its index is not looked at.

    Raises:
        DataError: Two columns have the same name.
    """
    columns = unique([str(column) for column in frame.columns], origin)
    cells_of = (frame.iloc[:, place].tolist() for place in range(len(columns)))
    for number, cells in enumerate(zip(*cells_of, strict=True), start=1):
        values = {column: plain(cell) for column, cell in zip(columns, cells, strict=True)}
        yield Row(origin=origin, number=number, values=values)


def plain(cell: Any) -> Any:
    """A cell without arrays, and with `None` for all that means nothing: NaN, NaT, NA."""
    if type(cell) in _AS_THEY_ARE:
        return cell
    if hasattr(cell, "tolist"):  # lists come out of Parquet as arrays
        cell = cell.tolist()
    if isinstance(cell, Mapping):
        return {str(name): plain(item) for name, item in cell.items()}
    if isinstance(cell, list | tuple):
        return [plain(item) for item in cell]
    return None if pd.api.types.is_scalar(cell) and pd.isna(cell) else cell


def mapping(value: object, where: str) -> Mapping[str, Any]:
    """The value, if it is names with values.

    Raises:
        DataError: It is not.
    """
    if not isinstance(value, Mapping):
        raise DataError(
            f'{where}: holds {value!r:.60}, not an object: write names and values, {{"input": …}}'
        )
    return {str(name): item for name, item in value.items()}


def unique(columns: Sequence[str], where: str) -> list[str]:
    """The names of columns, if no two are the same.

    Raises:
        DataError: Two are.
    """
    twice = [column for column, times in Counter(columns).items() if times > 1]
    if twice:
        raise DataError(f"{where}: two columns are named {twice[0]!r}: rename one")
    return list(columns)
