"""What the commands say, and their exit codes."""

from __future__ import annotations

import sys

from rich.console import Console

WIDTH = None if sys.stdout.isatty() else 120  # a pipe has no width of its own
out = Console(highlight=False, soft_wrap=True, width=WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)

FINE, WORSE, COULD_NOT_RUN, INTERRUPTED = 0, 1, 2, 130


def tell(problem: object) -> None:
    """One line on standard error."""
    err.print(f"[bold red]workbench:[/] {plain(str(problem))}")


def plain(text: str) -> str:
    """Text for a console, shown as it is: square brackets in names and messages are not ours to mark up."""
    return text.replace("[", "\\[")
