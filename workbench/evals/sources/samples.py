"""Rows as samples, checked before they cost money."""

from __future__ import annotations

import json
from collections.abc import Hashable
from contextlib import closing

from workbench.errors import DataError
from workbench.evals.choices import Choices
from workbench.evals.sample import Sample
from workbench.evals.scorers import SCORERS
from workbench.evals.sources.fields import Columns, FieldReader, Fields, missing_column
from workbench.evals.sources.rows import Row, Source

CONTEXT = ("context", "passage", "article", "document", "story")
"""Columns whose text a question is about: the same question about another one is another question."""


def samples_of(
    source: Source, *, fields: Fields | None = None, split: str | None = None
) -> tuple[Sample, ...]:
    """The samples of a source, in its order.

    Raises:
        DataError: What `load_dataset` says of rows and splits.
    """
    reading = _Reading(FieldReader(fields))
    splits: dict[str, None] = {}
    row = None
    with closing(source.rows) as rows:
        for position, row in enumerate(rows, start=1):
            columns = reading.fields.columns(row)
            if split is not None:
                of = _text(row, columns.of.get("split"))
                splits[of] = None
                if of != split:
                    continue
            reading.add(row, columns, position)
    if row is None:
        raise DataError(f"{source.words} has no samples: write at least one row with 'input' and 'target'")
    reading.fields.check(row)
    if split is not None and split not in splits:
        known = ", ".join(repr(name) for name in splits if name)
        which = f"choose one of {known}" if known else "it has no column 'split' that says one"
        raise DataError(f"no split {split!r} in {source.words}: {which}")
    return tuple(reading.samples)


class _Reading:
    """Samples so far, and what of them must not come again."""

    def __init__(self, fields: FieldReader) -> None:
        self.fields = fields
        self.samples: list[Sample] = []
        self._numbers: list[int] = []
        self._ids: dict[str, int] = {}
        self._questions: dict[Hashable, int] = {}
        self._aimed: Row | None = None
        self._aimless: Row | None = None

    def add(self, row: Row, columns: Columns, position: int) -> None:
        """Add the sample of a row."""
        if "input" not in columns.of:
            raise missing_column(row, "input")
        self._check_target_column(row, columns)
        sample = _sample(row, columns, position)
        place = len(self.samples)
        if (first := self._ids.setdefault(sample.id, place)) != place:
            raise DataError(
                f"{row.where}: the id {sample.id!r} is that of {self._where(row, first)} too: give each "
                "its own"
            )
        if (first := self._questions.setdefault(_question(sample), place)) != place:
            self._asked_before(row, sample, first)
        self.samples.append(sample)
        self._numbers.append(row.number)

    def _where(self, row: Row, place: int) -> str:
        return f"{row.origin} {self._numbers[place]}"

    def _check_target_column(self, row: Row, columns: Columns) -> None:
        """A source is of open questions, or has a target in each row: one alone was forgotten."""
        if "target" in columns.of:
            self._aimed = self._aimed or row
        elif "scorer" not in columns.of:
            self._aimless = self._aimless or row
        if self._aimed is not None and self._aimless is not None:
            raise missing_column(self._aimless, "target")

    def _asked_before(self, row: Row, sample: Sample, first: int) -> None:
        then, there = self.samples[first], self._where(row, first)
        if then.target != sample.target:
            raise DataError(
                f"{row.where}: asks the same as {there}, but wants {sample.target!r:.60} where that wants "
                f"{then.target!r:.60}: at least one is wrong, so correct or delete it"
            )
        raise DataError(f"{row.where}: asks the same as {there}, and would count twice: delete one of them")


def _question(sample: Sample) -> Hashable:
    about = tuple(str(sample.meta[column]) for column in CONTEXT if column in sample.meta)
    return (sample.input, sample.choices, about) if sample.choices or about else sample.input


def _sample(row: Row, columns: Columns, position: int) -> Sample:
    of = columns.of
    question = _text(row, of["input"])
    if not question:
        raise DataError(f"{row.where}: {of['input']!r} is empty: write the input, or delete the row")
    choices = _choices(row, columns)
    scorer: str | None = _text(row, of.get("scorer"))
    target: str | None = _text(row, of.get("target"), nested=True)
    if target:
        scorer = scorer or ("choice" if choices.texts else "exact")
        if scorer == "choice" and choices.texts:
            target = _letter(row, of["target"], choices)
    elif "target" in of and "scorer" not in of:
        raise DataError(
            f"{row.where}: {of['target']!r} is empty: write the target, delete the row, or, where there is "
            "no right answer, leave its 'scorer' empty too"
        )
    sample = Sample(
        id=_text(row, of.get("id")) or str(position),
        input=question,
        target=target or None,
        scorer=scorer or None,
        choices=choices.texts,
        category=_text(row, of.get("category")) or None,
        cluster=_text(row, of.get("cluster")) or None,
        split=_text(row, of.get("split")) or None,
        meta={column: row.values[column] for column in columns.others},
    )
    _check_characters(sample, row)
    _check_scorer(sample, row)
    return sample


def _choices(row: Row, columns: Columns) -> Choices:
    column = columns.of.get("choices")
    if column is not None:
        given = row.values[column]
    else:
        column = " to ".join(dict.fromkeys(columns.choices[:1] + columns.choices[-1:]))
        given = [row.values[each] for each in columns.choices]
        while given and given[-1] in (None, ""):  # a question may have fewer choices than another
            given.pop()
    try:
        return Choices.read(given or None)
    except ValueError as exc:
        raise DataError(f"{row.where}: {column!r} {exc}") from exc


def _letter(row: Row, column: str, choices: Choices) -> str:
    try:
        return choices.letter(row.values[column])
    except ValueError as exc:
        raise DataError(f"{row.where}: {column!r} is {exc}") from exc


def _text(row: Row, column: str | None, *, nested: bool = False) -> str:
    """The text of a cell; empty where there is none."""
    value = None if column is None else row.values[column]
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.strip() else ""
    if isinstance(value, bool | int | float) or (nested and isinstance(value, list | dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, list | tuple | dict | set | bytes | bytearray):
        raise DataError(
            f"{row.where}: {column!r} holds a {type(value).__name__}, {value!r:.60}, not a text: write it as "
            "text, or name the column that has it"
        )
    return str(value)  # a date, a decimal


def _check_characters(sample: Sample, row: Row) -> None:
    texts = (sample.id, sample.asked, sample.target, sample.category, sample.cluster, sample.split)
    try:
        "".join(text for text in texts if text is not None).encode()
    except UnicodeEncodeError as exc:
        half = exc.object[exc.start : exc.end]
        raise DataError(
            f"{row.where}: {half!r} is half a character, which cannot be sent: write it whole, or delete it"
        ) from exc


def _check_scorer(sample: Sample, row: Row) -> None:
    if sample.scorer is None:
        return
    if sample.scorer not in SCORERS:
        raise DataError(f"{row.where}: no scorer {sample.scorer!r}: write one of {', '.join(SCORERS)}")
    try:
        SCORERS[sample.scorer].check(sample)
    except DataError as exc:
        raise DataError(f"{row.where}: {exc}") from exc
