"""Why a notebook did not run to its end."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "notebook", "parameter", "cell", "kernel died", "out of memory", "timeout", "interrupted", "disk"
]
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why a notebook did not run to its end; as text, one sentence.

    Attributes:
        kind: `notebook` and `parameter`: nothing ran, as the file is none that can be run, or what was set
            does not fit it. `cell`: one raised an error. `kernel died`, `out of memory`, `timeout` and
            `interrupted`: it was ended. `disk`: the report could not be written.
        message: What happened; of an error, its class and its words.
        cell: Which code cell it was, from 1, as in `In [1]`; `None` where it was none.
        heading: The heading that this cell stands under, or its first line.
        traceback: What Python said of it, plain text; may be empty.
        signal: The signal that interrupted it, such as `SIGTERM`; `None` where none did.
    """

    kind: Kind
    message: str
    cell: int | None = None
    heading: str = ""
    traceback: str = ""
    signal: signal.Signals | None = None

    def __str__(self) -> str:
        if self.cell is None:
            return self.message
        under = f" ({self.heading})" if self.heading else ""
        return f"cell {self.cell}{under}: {self.message}"


class NotRunnableError(Exception):
    """Nothing can run, and the failure says why."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(kind=kind, message=message)


def without_colours(text: str) -> str:
    """Text without what colours it on a terminal."""
    return _COLOURS.sub("", text)
