"""Data sets of Hugging Face's library `datasets`, known by what they have: nothing of it is imported."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from workbench.errors import DataError
from workbench.evals.sources.rows import Row, Source, rows_of

_NO_VERSION = "0.0.0"  # what the library writes where nobody has given one


def is_hugging_face(source: object) -> bool:
    """Whether it is a `Dataset` or an `IterableDataset` of the library."""
    return all(hasattr(source, name) for name in ("features", "info", "with_format"))


def has_parts(source: Mapping[str, Any]) -> bool:
    """Whether it is a `DatasetDict`: several of them by the names of their splits."""
    return bool(source) and all(map(is_hugging_face, source.values()))


def part_of(source: Mapping[str, Any], split: str | None) -> Any:
    """The part that has this name; without a name the only one.

    Raises:
        DataError: There is none such, or several and no name; the message names them.
    """
    names = ", ".join(map(repr, source))
    if split is None and len(source) > 1:
        raise DataError(f"the data set has the splits {names}: choose one, as split={next(iter(source))!r}")
    name = next(iter(source)) if split is None else split
    if name not in source:
        raise DataError(f"no split {name!r} in the data set: choose one of {names}")
    return source[name]


def hugging_face_source(source: Any) -> Source:
    """One of them as a source; numbers of a `ClassLabel` become its names, -1 no value."""
    info = source.info
    version = None if info.version is None else str(info.version)
    return Source(
        words="the data set",
        rows=_rows(source),
        name=getattr(info, "dataset_name", None),
        version=None if version == _NO_VERSION else version,
    )


def _rows(source: Any) -> Generator[Row]:
    labels = {
        column: feature.names
        for column, feature in (source.features or {}).items()
        if hasattr(feature, "names") and hasattr(feature, "int2str")
    }
    # Without the format, for it may be set to give tensors.
    for row in rows_of(source.with_format(None)):
        named = {column: _name(names, row.values.get(column)) for column, names in labels.items()}
        yield Row(origin=row.origin, number=row.number, values={**row.values, **named})


def _name(names: list[str], value: Any) -> Any:
    if not isinstance(value, int):
        return value
    return names[value] if 0 <= value < len(names) else None
