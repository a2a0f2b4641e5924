"""What the commands say, and their exit codes."""

from __future__ import annotations

import os
import sys

from rich.console import Console
from rich.markup import escape

FINE, WORSE, COULD_NOT_RUN, INTERRUPTED = 0, 1, 2, 130


class _Console(Console):
    def on_broken_pipe(self) -> None:
        # Rich would exit with 1, which is our word for a model that got worse.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(COULD_NOT_RUN)


WIDTH = None if sys.stdout.isatty() else 120  # a pipe has no width of its own
out = _Console(highlight=False, soft_wrap=True, width=WIDTH)
err = _Console(stderr=True, highlight=False, soft_wrap=True)


def tell(problem: object) -> None:
    """One line on standard error."""
    err.print(f"[bold red]workbench:[/] {plain(str(problem))}")


def plain(text: str) -> str:
    """Text for a console, shown as it is: square brackets in names and messages are not ours to mark up."""
    return escape(text)
