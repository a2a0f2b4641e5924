"""What models are asked: samples, in a data set that has a name and a hash, read from files and frames."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.bundled import bundled
from workbench.errors import DataError
from workbench.evals.rows import Row, frame_rows, read_rows, rows_of
from workbench.evals.scorers import SCORERS

INPUT = ("input", "prompt", "question")
TARGET = ("target", "answer", "expected")
CLUSTER = ("cluster", "group")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One item of a data set.

    Attributes:
        id: Its name, unique in the data set.
        input: The prompt, as it is sent.
        target: The wanted answer, as its scorer reads it; `None` where there is no right one.
        scorer: Name of the scorer, a key of `SCORERS`, where an evaluation does not choose others; `None`:
            it is not scored then.
        category: What kind of item it is; `None`: not said.
        cluster: What it shares with others, such as the template that it was made from or the text that
            it asks about: answers in one cluster are not independent, and intervals allow for it. `None`: it
            stands alone.
        meta: The other columns of its row.
    """

    id: str
    input: str
    target: str | None
    scorer: str | None = "exact"
    category: str | None = None
    cluster: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """An ordered set of samples with a name."""

    name: str
    samples: tuple[Sample, ...]

    @cached_property
    def hash(self) -> str:
        """What the samples are, in 12 hex digits: equal for equal samples in equal order, whatever the name.

        The start of the SHA-256 of their JSON with sorted keys and no spaces, without fields that say
        nothing; meta values that JSON does not have enter as `str`.
        """
        samples = [
            {name: value for name, value in asdict(sample).items() if value not in (None, {})}
            for sample in self.samples
        ]
        text = json.dumps(samples, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}, {len(self)} samples, hash {self.hash})"

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.samples)

    def take(self, n: int) -> Dataset:
        """The first `n` samples, all of them where there are fewer.

        Raises:
            ValueError: `n` is negative.
        """
        if n < 0:
            raise ValueError(f"cannot take {n!r} samples: give 0 or more")
        return replace(self, samples=self.samples[:n])


def load_dataset(
    source: str | Path | pd.DataFrame | Sequence[Mapping[str, Any]], *, name: str | None = None
) -> Dataset:
    """Read a data set, and check it before it costs money.

    Columns, of which the first that is there counts: `input`, `prompt` or `question`; `target`, `answer` or
    `expected`; optional `id` (else the row's position from 1), `category`, `cluster` or `group`, `scorer`
    (else `exact`). Other columns go into `meta`. What is not text becomes its JSON: `42` is "42", `true` is
    "true".

    Args:
        source: The name of a bundled data set; the path of a file in UTF-8: `.jsonl`, `.csv`, `.json` (a list
            of objects), or of a `.parquet` file (needs pyarrow); a frame; or mappings.
        name: The data set's name; else the file's, without its ending, or "unnamed".

    Raises:
        DataError: No such file or bundled name; the file is broken or has no rows; a row has no input or
            target or an empty one, an id that another row has, a scorer that is not known, or a target that
            its scorer cannot read. The message names the place and what to do.
    """
    if isinstance(source, pd.DataFrame):
        origin, rows = "the frame", list(frame_rows(source))
    elif isinstance(source, str | Path):
        path = _find(source)
        origin, rows = str(path), read_rows(path)
        name = name or path.stem
    else:
        origin, rows = "the sequence", list(rows_of(source))
    if not rows:
        raise DataError(
            f"{origin} has no samples: write at least one row with {INPUT[0]!r} and {TARGET[0]!r}"
        )
    return Dataset(name=name or "unnamed", samples=tuple(_samples(rows)))


def _find(source: str | Path) -> Path:
    folder = bundled("data")
    known = sorted(path.stem for path in folder.glob("*.jsonl"))
    if isinstance(source, str) and source in known:
        return folder / f"{source}.jsonl"
    path = Path(source)
    if path.is_file():
        return path
    beside = sorted(p.name for p in path.parent.iterdir() if p.is_file()) if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, [*known, *beside])
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    raise DataError(
        f"no data set {str(source)!r}: {hint}Give the path of a file, or a bundled name: {', '.join(known)}"
    )


def _samples(rows: Sequence[Row]) -> Iterator[Sample]:
    seen: dict[str, str] = {}
    for position, row in enumerate(rows, start=1):
        sample = _sample(row, position)
        if sample.id in seen:
            first = seen[sample.id]
            raise DataError(f"{row.where}: the id {sample.id!r} is that of {first} too: give each its own")
        seen[sample.id] = row.where
        yield sample


def _sample(row: Row, position: int) -> Sample:
    used = {what: _column(row, names) for what, names in (("input", INPUT), ("target", TARGET))}
    optional = (
        *(("category", ("category",)), ("cluster", CLUSTER)),
        *(("id", ("id",)), ("scorer", ("scorer",))),
    )
    used |= {what: next((n for n in names if n in row.values), "") for what, names in optional}
    texts = {what: _text(row.values.get(column)) for what, column in used.items()}
    for what in ("input", "target"):
        if not texts[what]:
            raise DataError(f"{row.where}: {used[what]!r} is empty: write the {what}, or delete the row")
    sample = Sample(
        id=texts["id"] or str(position),
        input=texts["input"],
        target=texts["target"],
        scorer=texts["scorer"] or "exact",
        category=texts["category"] or None,
        cluster=texts["cluster"] or None,
        meta={column: value for column, value in row.values.items() if column not in used.values()},
    )
    _check_scorer(sample, row.where)
    return sample


def _column(row: Row, names: Sequence[str]) -> str:
    column = next((name for name in names if name in row.values), None)
    if column is None:
        found = ", ".join(map(repr, row.values)) or "none"
        wanted = " or ".join(map(repr, names))
        raise DataError(f"{row.where}: no column for the {names[0]} (found: {found}): name one {wanted}")
    return column


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.strip() else ""
    return json.dumps(value, ensure_ascii=False, default=str)


def _check_scorer(sample: Sample, where: str) -> None:
    if sample.scorer is None:
        return
    if sample.scorer not in SCORERS:
        raise DataError(f"{where}: no scorer {sample.scorer!r}: write one of {', '.join(SCORERS)}")
    try:
        SCORERS[sample.scorer].check(sample)
    except DataError as exc:
        raise DataError(f"{where}: {exc}") from exc
