"""How a verdict is put: the label of what was read, and the words for right and wrong."""

from __future__ import annotations

import hashlib

from workbench.evals.scorers.score import Score

NO_ANSWER = "no answer could be read"
LONGEST_LABEL = 200
LONGEST_QUOTE = 80


def label_of(text: str) -> str:
    """A text as a label: whole up to 200 characters; a longer one is cut and told apart by its SHA-256."""
    text = clean(text)
    if len(text) <= LONGEST_LABEL:
        return text
    return f"{text[: LONGEST_LABEL - 20]} … {hashlib.sha256(text.encode()).hexdigest()[:12]}"


def clean(text: str) -> str:
    """The text without halves of characters, which no file in UTF-8 can hold."""
    return text.encode(errors="replace").decode()


def shown(text: str) -> str:
    """A text in quotes for an explanation, cut at 80 characters."""
    return repr(text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…")


def unreadable(reason: str = "") -> Score:
    """The score of an answer that has not the form that was asked for."""
    return Score(value=0.0, label=None, explanation=f"{NO_ANSWER}: {reason}" if reason else NO_ANSWER)


def verdict(read: str | None, wanted: str, *, right: bool) -> Score:
    """1 or 0 for what was read; 0 where nothing was."""
    if read is None:
        return unreadable()
    said = f"read {shown(read)}, as wanted" if right else f"read {shown(read)}, wanted {shown(wanted)}"
    return Score(value=float(right), label=label_of(read), explanation=said)
