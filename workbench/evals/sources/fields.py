"""Which column of a row is what: by the names that columns usually have, or those that a user gives."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from workbench.errors import DataError
from workbench.evals.choices import LETTERS
from workbench.evals.sources.rows import Row

Fields = Mapping[str, str | Sequence[str]]
"""Our names, and the columns that hold them; of `choices` it may be one column for each."""

_USUAL: Mapping[str, Sequence[str]] = {
    "input": ("input", "prompt", "question"),
    "target": ("target", "answer", "expected"),
    "id": ("id",),
    "scorer": ("scorer",),
    "choices": ("choices", "options"),
    "category": ("category",),
    "cluster": ("cluster", "group"),
    "split": ("split",),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """What the columns of a row are.

    Attributes:
        of: The column of each of our names that the row has.
        choices: Columns that hold one choice each; empty where one holds them all, or there are none.
        others: The columns that are nothing of ours.
    """

    of: Mapping[str, str]
    choices: tuple[str, ...]
    others: tuple[str, ...]


class FieldReader:
    """Finds the columns of rows, whose columns may differ.

    Args:
        given: The columns that a user has named.

    Raises:
        DataError: One of the names that they stand for is none of ours, or they are no mapping.
    """

    def __init__(self, given: Fields | None) -> None:
        if given is not None and not isinstance(given, Mapping):
            raise DataError(f"fields is {given!r:.60}: give a mapping, like {{'input': 'text'}}")
        self._given = dict(given or {})
        for name, columns in self._given.items():
            if name not in _USUAL:
                raise DataError(
                    f"fields has {name!r}, which no sample has{_nearest(name, _USUAL)}: name one of "
                    f"{_listed(_USUAL)}"
                )
            if not isinstance(columns, str) and name != "choices":
                raise DataError(f"fields has {columns!r} for the {name}: name one column")
        self._columns_of = {
            name: (columns,) if isinstance(columns, str) else tuple(columns)
            for name, columns in self._given.items()
        }
        self._unseen = {(name, each) for name, columns in self._columns_of.items() for each in columns}
        self._found: dict[tuple[str, ...], Columns] = {}

    def columns(self, row: Row) -> Columns:
        """The columns of a row.

        Raises:
            DataError: It has some of the columns of choices that a user has named, and not all.
        """
        names = tuple(row.values)
        if names not in self._found:
            choices = self._columns_of.get("choices", ())
            missing = [column for column in choices if column not in names]
            if missing and len(missing) < len(choices):
                raise _no_column(row, missing[0], "choices")
            self._found[names] = self._look(names)
        return self._found[names]

    def check(self, row: Row) -> None:
        """Call it with the last row.

        Raises:
            DataError: A column that a user has named was in no row; the message names those of this one.
        """
        for name, column in sorted(self._unseen):
            raise _no_column(row, column, name)

    def _look(self, names: tuple[str, ...]) -> Columns:
        self._unseen -= {
            (name, each) for name, columns in self._columns_of.items() for each in columns if each in names
        }
        alike = {_folded(column): column for column in reversed(names)}
        present = {
            name: [column for column in self._columns_of[name] if column in names]
            if name in self._columns_of
            # " Target" forgotten would make of all questions open ones, which are paid and not scored.
            else [column if column in names else alike[column] for column in usual if column in alike]
            for name, usual in _USUAL.items()
        }
        choices: tuple[str, ...] = ()
        if "choices" not in self._given and not present["choices"]:
            letters = tuple(takewhile(names.__contains__, LETTERS))
            choices = letters if len(letters) > 1 else ()
        elif not isinstance(self._given.get("choices", ""), str):
            choices = tuple(present.pop("choices"))
        of = {name: columns[0] for name, columns in present.items() if columns}
        used = {*of.values(), *choices}
        return Columns(of=of, choices=choices, others=tuple(name for name in names if name not in used))


def _folded(column: str) -> str:
    return column.strip().casefold()


def _no_column(row: Row, column: str, name: str) -> DataError:
    return DataError(
        f"{row.where}: no column {column!r} for the {name}{_nearest(column, row.values)}: the columns are "
        f"{_listed(row.values)}"
    )


def missing_column(row: Row, name: str) -> DataError:
    """The error of a row that has no column for one of our names."""
    found = _listed(row.values) or "none"
    wanted = " or ".join(map(repr, _USUAL[name]))
    return DataError(
        f"{row.where}: no column for the {name} (found: {found}): name one {wanted}, or say which it is, as "
        f"fields={{{name!r}: …}}"
    )


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(map(repr, names))


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""
