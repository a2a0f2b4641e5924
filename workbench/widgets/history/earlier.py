"""What was asked before, as a list to look through: the state of the history, without any widget."""

from __future__ import annotations

import html
from collections.abc import Sequence

from workbench.analysis.prompts import Asked
from workbench.widgets.panes.facts import UNKNOWN
from workbench.widgets.panes.words import money

WORDS = 70
GONE = "(the log no longer has this prompt)"
_CELL = "text-align:left;vertical-align:top;padding:.2em 1em .2em 0"
_TEXT = "white-space:pre-wrap;overflow-wrap:anywhere"


class Earlier:
    """The entries that were found last, and what is to be said about them.

    Reading takes a while: an answer to an older search than the last one is not taken.

    Attributes:
        entries: What was found, newest first.
        search: The words that were looked for last.
        problem: Why the log could not be read, or an entry not be opened; empty where nothing is wrong.
    """

    def __init__(self) -> None:
        self.entries: tuple[Asked, ...] = ()
        self.search = ""
        self.problem = ""
        self._begun = self._read = 0

    def begin(self, search: str) -> int:
        """The log is being searched; gives the number of this search."""
        self.search, self.problem = search.strip(), ""
        self._begun += 1
        return self._begun

    def found(self, number: int, entries: Sequence[Asked]) -> None:
        """A search has come to its end."""
        if number == self._begun:
            self._read, self.entries = number, tuple(entries)

    def fail(self, number: int, problem: str) -> None:
        """A search could not be made."""
        if number == self._begun:
            self._read, self.entries, self.problem = number, (), problem

    @property
    def reading(self) -> bool:
        """Whether a search is under way."""
        return self._read < self._begun

    @property
    def line(self) -> str:
        """How things stand, in a line."""
        if self.reading:
            return "Reading the log …"
        if self.problem:
            return self.problem
        if self.entries:
            return f"{len(self.entries)} prompt{'s' * (len(self.entries) != 1)}, newest first"
        if not self._read:
            return ""
        if self.search:
            return f"Nothing has all of these words: {self.search}"
        return "Nothing was asked yet: what you run here is kept, and can be opened again."


def label_of(asked: Asked) -> str:
    """An entry in a line of plain text: when, the first words, whom, what it cost."""
    whom = asked.models[0] if len(asked.models) == 1 else f"{len(asked.models)} models"
    failed = [f"{asked.errors} failed"] if asked.errors else []
    return " · ".join([time_of(asked), words_of(asked), whom, *failed, cost_of(asked)])


def time_of(asked: Asked) -> str:
    """When it was asked, on the clock of this machine."""
    return f"{asked.asked_at.astimezone():%Y-%m-%d %H:%M}"


def words_of(asked: Asked, most: int = WORDS) -> str:
    """The first words of the prompt, on one line, without what cannot be seen."""
    if asked.prompt is None:
        return GONE
    # The first ones are enough: a prompt may be a whole book.
    words = " ".join(asked.prompt[: 10 * most].split())
    seen = "".join(sign for sign in words if sign.isprintable())
    if not seen:
        return f"({asked.images} pictures)" if asked.images else "(empty)"
    return seen if len(seen) <= most else f"{seen[: most - 1].rstrip()}…"


def cost_of(asked: Asked) -> str:
    """What all its calls cost together."""
    known = money(asked.cost_usd)
    return f"at least {known}" if asked.unknown_cost and asked.cost_usd is not None else known


def facts_of(asked: Asked) -> list[tuple[str, str]]:
    """All that is shown of an entry beside its texts, each with its name."""
    stopped = len(asked.calls) - asked.answers - asked.errors
    counts = [(asked.answers, "answered"), (asked.errors, "failed"), (stopped, "stopped")]
    votes = sorted(asked.votes.items(), key=lambda vote: -vote[1])
    return [
        ("asked", time_of(asked)),
        ("models", ", ".join(asked.models)),
        ("calls", ", ".join(f"{count} {word}" for count, word in counts if count) or UNKNOWN),
        ("cost", cost_of(asked)),
        *([("turn", str(asked.turn))] if asked.turn > 1 else []),
        *([("pictures", str(asked.images))] if asked.images else []),
        *([("votes", ", ".join(f"{model} {count}" for model, count in votes))] if votes else []),
    ]


def preview(asked: Asked) -> str:
    """One entry as HTML, everything in it escaped."""
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL}">{name}</th><td style="{_CELL}">{html.escape(fact)}</td></tr>'
        for name, fact in facts_of(asked)
    )
    texts = [("System prompt", asked.system)] if asked.system else []
    texts.append(("Prompt", GONE if asked.prompt is None else asked.prompt))
    paragraphs = "".join(
        f'<p style="{_TEXT};margin:.4em 0"><b>{name}</b> {html.escape(text)}</p>' for name, text in texts
    )
    return f'{paragraphs}<table style="border-collapse:collapse">{rows}</table>'


def listing(earlier: Earlier) -> str:
    """All entries as an HTML table, everything in it escaped."""
    heads = "".join(
        f'<th style="{_CELL}">{head}</th>' for head in ("asked", "prompt", "models", "calls", "cost", "votes")
    )
    rows = "".join(f"<tr>{_cells(asked)}</tr>" for asked in earlier.entries)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    return f"<div><p>{html.escape(earlier.line)}</p>{table}</div>"


def _cells(asked: Asked) -> str:
    facts = dict(facts_of(asked))
    told = [facts["asked"], words_of(asked), facts["models"], facts["calls"], facts["cost"]]
    told.append(facts.get("votes", UNKNOWN))
    return "".join(f'<td style="{_CELL}">{html.escape(fact)}</td>' for fact in told)
