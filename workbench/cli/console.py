"""What the commands say, and their exit codes."""

from __future__ import annotations

import os
import re
import sys

from rich.console import Console
from rich.markup import escape

# Control characters, above all the escape that begins a terminal's commands, and changes of direction.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# What the job's runner would obey: `::` where a line begins, and an older form anywhere in it.
_COMMAND = re.compile(r"^\s*:(?=:)|##(?=\[)", re.MULTILINE)
FINE, WORSE, COULD_NOT_RUN, INTERRUPTED = 0, 1, 2, 130


class _Console(Console):
    def on_broken_pipe(self) -> None:
        # Rich would exit with 1, which is our word for a model that got worse.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(COULD_NOT_RUN)


WIDTH = None if sys.stdout.isatty() else 120  # a pipe has no width of its own
out = _Console(highlight=False, emoji=False, soft_wrap=True, width=WIDTH)
err = _Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)


def tell(problem: object) -> None:
    """One line on standard error, and one for each note of an exception."""
    words = "\n".join([str(problem), *getattr(problem, "__notes__", ())])
    err.print(f"[bold red]workbench:[/] {plain(words)}")


def plain(text: str) -> str:
    """Text for a console, shown as it is: what others wrote neither marks it up nor steers the terminal."""
    return escape(harmless(text))


def harmless(text: str) -> str:
    """Text that steers neither a terminal nor GitHub Actions, for where nothing is taken as markup."""
    lines = text.replace("\r\n", "\n")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        lines = _COMMAND.sub(r"\g<0> ", lines)
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), lines)
