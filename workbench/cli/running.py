"""How far a notebook is: one line that changes on a terminal, a line every few seconds in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workbench.cli.console import err, plain

if TYPE_CHECKING:
    from workbench.report.running.cells import Progress

EVERY_S = 5.0
"""In a pipe, such as the log of a CI job, not every cell is worth a line."""


@contextmanager
def shown_progress(name: str) -> Iterator[Callable[[Progress], None]]:
    """A function that shows the progress of a notebook of that name."""
    if err.is_terminal:
        with err.status(f"Running {plain(name)}…") as status:
            yield lambda progress: status.update(plain(_line(name, progress)))
        return
    last = -EVERY_S

    def tell(progress: Progress) -> None:
        nonlocal last
        if progress.seconds - last >= EVERY_S:
            last = progress.seconds
            err.print(plain(_line(name, progress)))

    yield tell


def _line(name: str, progress: Progress) -> str:
    heading = f": {progress.heading}" if progress.heading else ""
    return f"{name}, cell {progress.cell} of {progress.cells}, {progress.seconds:.0f} s{heading}"
