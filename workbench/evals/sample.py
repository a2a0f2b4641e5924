"""A sample: one item of a data set, and how it is put to a model where no prompt says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.evals.choices import HOW_TO_ANSWER, lettered


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One item of a data set.

    Attributes:
        id: Its name, unique in the data set.
        input: The prompt, as it is sent; of multiple choice the question alone.
        target: The wanted answer, as its scorer reads it; `None` where there is no right one.
        scorer: Name of the scorer, a key of `SCORERS`, where an evaluation does not choose others; `None`:
            it is not scored then.
        choices: What there is to choose from, 2 to 10 texts, which go by the letters A to J; empty: it is not
            multiple choice.
        category: What kind of item it is; `None`: not said.
        cluster: What it shares with others, such as the template that it was made from or the text that
            it asks about: answers in one cluster are not independent, and intervals allow for it. `None`: it
            stands alone.
        split: The part of the data set that it belongs to, such as "test"; `None`: not said.
        meta: The other columns of its row.
    """

    id: str
    input: str
    target: str | None
    scorer: str | None = "exact"
    choices: tuple[str, ...] = ()
    category: str | None = None
    cluster: str | None = None
    split: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def asked(self) -> str:
        """What is sent where no prompt says otherwise: the input, and what there is to choose from."""
        if not self.choices:
            return self.input
        return f"{self.input}\n{lettered(self.choices)}\n{HOW_TO_ANSWER}"
