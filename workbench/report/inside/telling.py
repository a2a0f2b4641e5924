"""How something that a notebook says is shown: at once, and once."""

from __future__ import annotations

import html
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.analysis.regression.telling.reported import REPORT_TYPE

TOLD = "WORKBENCH_REPORT_TOLD"
"""Setting of a report's kernel: a file that gets a line of what is said, whatever becomes of the output."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Told:
    """Something that was said to the report.

    Attributes:
        payload: What reaches report.json.
        said: The same in one sentence.
    """

    payload: Mapping[str, Any] = field(repr=False)
    said: str
    _cell: list[int] = field(default_factory=list, repr=False)

    def tell(self) -> None:
        """Display it, with its payload, in the cell that is running; in a plain script print the sentence."""
        number = _running_cell()
        if number is None:
            print(self.said)  # noqa: T201
            return
        from IPython.display import display  # loads only where there is a kernel

        self._cell.append(number)
        payload = _whole(self.payload)
        display({**self._shown(), REPORT_TYPE: payload}, raw=True)
        # `clear_output`, `%%capture` and output widgets take displays away, and with them a gate that failed.
        if path := os.environ.get(TOLD):
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(payload)}\n")

    def __str__(self) -> str:
        return self.said

    def _ipython_display_(self) -> None:
        # As the last thing in its own cell it stands there already; elsewhere it is shown, but counts once.
        if _running_cell() not in self._cell:
            from IPython.display import display

            display(self._shown(), raw=True)

    def _shown(self) -> dict[str, str]:
        return _whole({"text/plain": self.said, "text/html": f"<p>{html.escape(self.said)}</p>"})


def _whole(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same without halves of characters: a model may write one, and a kernel cannot send it."""
    whole: dict[str, Any] = json.loads(json.dumps(dict(told), ensure_ascii=False).encode("utf-8", "replace"))
    return whole


def _running_cell() -> int | None:
    """The number of the cell that is running; `None` outside of IPython."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    shell = get_ipython()
    return None if shell is None else int(shell.execution_count)
