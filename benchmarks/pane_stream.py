"""What streams into the panes: Markdown that differs from pane to pane, with numbers to see how far it got.

The words are those of Python's documentation, the code is that of its library.
"""

from __future__ import annotations

import asyncio
import heapq
import inspect
import random
import re
import statistics
import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from traffic import prose

MARKS_PER_S = 20
# A chunk of a network brings what has come since the one before.
TICK_S = 0.005
# Who is later than this lets the other panes have their turn after each token.
LATE_S = 0.05
PATIENCE_S = 2.0
_TOKEN = re.compile(r"\s*(?:\w{1,5}|[^\w\s]{1,3})|\s+")
_MARK = re.compile(r"@(\d+)@")
_NO_LETTERS = re.compile(r"[^A-Za-z ]+")


@dataclass(frozen=True, kw_only=True)
class Load:
    """Tokens that come at a steady rate, the panes taking turns.

    Attributes:
        panes: How many, at least 1.
        rate: Tokens per second in all of them together.
        seconds: For how long.
    """

    panes: int
    rate: int
    seconds: float

    @property
    def tokens(self) -> int:
        """Of one pane."""
        return max(1, round(self.rate * self.seconds / self.panes))

    def due_s(self, pane: int, index: int) -> float:
        """When a token of a pane is due, counted from the start."""
        return (index * self.panes + pane) / self.rate

    def stream(self, pane: int) -> list[str]:
        """The tokens of a pane; some words end in their index, as `@12@`, about `MARKS_PER_S` a second."""
        every = max(3, round(self.rate / self.panes / MARKS_PER_S))
        marked, next_at = [], 0
        for index, token in enumerate(tokens_of(pane, self.tokens)):
            # Between words of a line: a mark must not change what the Markdown means.
            if index >= next_at and token[0] == " " and token[1:].isalnum():
                token, next_at = f"{token}@{index}@", index + every  # noqa: PLW2901
            marked.append(token)
        return marked

    def marks(self, pane: int) -> list[int]:
        """The indexes that `stream` has in it, in order."""
        return [int(found) for found in _MARK.findall("".join(self.stream(pane)))]


def lags_s(load: Load, start_s: float, seen: Sequence[tuple[float, int, int]]) -> list[float]:
    """How long after it was due each mark was in the page; infinite where it never was.

    Args:
        load: What was streamed.
        start_s: When it began, in seconds since 1970.
        seen: Time, pane and newest mark, each time that there was a newer one.
    """
    lags = []
    for pane in range(load.panes):
        times = [(mark, time_s) for time_s, own, mark in seen if own == pane]
        for mark in load.marks(pane):
            found_s = next((time_s for newest, time_s in times if newest >= mark), float("inf"))
            lags.append(found_s - start_s - load.due_s(pane, mark))
    return lags


async def feed(load: Load, pane: int, start_s: float, put: Callable[[str], object]) -> None:
    """Put every token of a pane when it is due, or as soon as can be; gives up `PATIENCE_S` after the end."""
    for index, token in enumerate(load.stream(pane)):
        late_s = time.time() - start_s - load.due_s(pane, index)
        if late_s < 0:
            await asyncio.sleep(max(-late_s, TICK_S))
        elif late_s > LATE_S:
            await asyncio.sleep(0)
        if time.time() > start_s + load.seconds + PATIENCE_S:
            return
        put(token)


@cache
def tokens_of(pane: int, count: int) -> tuple[str, ...]:
    """So many tokens of Markdown, four characters each on average; every pane has a text of its own."""
    rng = random.Random(pane)
    tokens: list[str] = []
    while len(tokens) < count:
        tokens += _TOKEN.findall(_section(rng))
    return tuple(tokens[:count])


def _section(rng: random.Random) -> str:
    parts = [f"## {_words(rng, 30)}", f"{_words(rng, 300)}, **{_words(rng, 20)}** and `{_words(rng, 10)}`."]
    parts.append("\n".join(f"{number}. {_words(rng, 60)}" for number in range(1, 5)))
    parts.append(f"```python\n{_code(rng)}\n```")
    parts.append(_words(rng, 200) + ".")
    rows = [["model", "right", "seconds"], ["---", "--:", "--:"]]
    rows += [[_words(rng, 12), str(rng.randint(1, 99)), f"{rng.random():.2f}"] for _ in range(5)]
    parts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
    return "\n\n".join(parts) + "\n\n"


def _words(rng: random.Random, characters: int) -> str:
    return " ".join(_NO_LETTERS.sub("", prose(rng, characters)).split())


def _code(rng: random.Random) -> str:
    lines = _source()
    begin = rng.randrange(len(lines) - 15)
    return textwrap.dedent("\n".join(lines[begin : begin + 15])).strip("\n")


@cache
def _source() -> list[str]:
    return "\n".join(map(inspect.getsource, (heapq, statistics, textwrap))).split("\n")
