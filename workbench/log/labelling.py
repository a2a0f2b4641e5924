"""What a person says of answers, as a row of the log."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import orjson
from uuid6 import uuid7

from workbench.errors import ConfigError
from workbench.log.process import process_facts
from workbench.log.recorder import Recorder

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["vote", "label"]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """One judgement of one person, or of a model that stands in for one.

    Attributes:
        kind: Whether it says which of several answers is best, or gives one answer a label.
        labeller: Who judged.
        question: What the person was asked.
        calls: The calls whose answers were shown, in the order in which they were; at least one.
        chosen: Of a vote, the best: several tie, none says that all are bad. `None` takes a vote back.
        label: Of a label, the label; `None` takes it back.
        value: Where the label is a number, the number.
        note: What the person wrote beside it.
        blind: Whether the names of the models were hidden until then.
        experiment: The experiment that the answers are from.
        sample: The item of the data set that they answer.
        duration_s: From when the answers were shown to the judgement, seconds.
        judge: The model that judged, as `provider/model`; `None`: a person did.
        id: UUIDv7 of the row.
        labelled_at: When it was made, UTC.

    Raises:
        ConfigError: There is nothing to judge, or an answer is chosen that was not shown.
    """

    kind: Kind
    labeller: str
    question: str
    calls: tuple[UUID, ...]
    chosen: tuple[UUID, ...] | None = None
    label: str | None = None
    value: float | None = None
    note: str | None = None
    blind: bool = False
    experiment: str | None = None
    sample: str | None = None
    duration_s: float | None = None
    judge: str | None = None
    id: UUID = field(default_factory=uuid7)
    labelled_at: datetime = field(default_factory=_now)

    def __post_init__(self) -> None:
        if not self.calls:
            raise ConfigError("a judgement is about at least one answer: give the ids of their calls")
        if strange := set(self.chosen or ()) - set(self.calls):
            raise ConfigError(f"{str(min(strange))!r} was chosen, but not shown: choose among `calls`")

    @property
    def stands(self) -> bool:
        """Whether it says something, and does not only take back what was said."""
        return (self.label if self.kind == "label" else self.chosen) is not None

    def taken_back(self) -> Judgement:
        """The row that says that this judgement no longer stands."""
        said = replace(self, chosen=None, label=None, value=None, note=None, duration_s=None)
        return replace(said, id=uuid7(), labelled_at=_now())

    def line(self) -> bytes:
        """The row as one line of JSON."""
        facts = process_facts()
        row = asdict(self) | {"session": facts["session"], "package_version": facts["package_version"]}
        for name, value in row.items():
            # Half of a surrogate pair, as a field of the page may give it, is no text that a file could hold.
            if isinstance(value, str):
                row[name] = value.encode("utf-8", "replace").decode()
        return orjson.dumps(row, default=str)  # ids of version 7 are a class of their own


def value_of(label: str) -> float | None:
    """The number that a label is, such as a step of a scale; `None` where it is a word."""
    try:
        number = float(label)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


async def keep(recorder: Recorder, judgement: Judgement) -> None:
    """Write a judgement to the log; it outlives the process once this returns."""
    await recorder.write("labels", judgement.line())


def judgements_in(frame: pd.DataFrame) -> list[Judgement]:
    """The rows of `Log.labels` as judgements, in their order."""
    known = frame[[each.name for each in fields(Judgement)]]
    rows = known.astype(object).where(known.notna(), None).to_dict("records")
    return [Judgement(**{str(name): _single(value) for name, value in row.items()}) for row in rows]


def _single(value: Any) -> Any:
    """The value of a cell; of an array of ids their tuple."""
    return tuple(value) if hasattr(value, "__len__") and not isinstance(value, str) else value
