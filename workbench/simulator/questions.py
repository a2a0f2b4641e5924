"""The questions that simulated models know: read from a file, and found again in a prompt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from workbench.errors import DataError


class Known(NamedTuple):
    """What there is to know about a question: its right answer, and the kind of question that it is."""

    target: str
    category: str


def read_questions(path: Path) -> dict[str, Known]:
    """The questions of a JSON Lines file by their text; each line has `input`, `target` and `category`.

    Raises:
        DataError: The file cannot be read, or a line of it is not such an object; the message names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise DataError(f"cannot read the questions in {str(path)!r}: {exc}") from exc
    questions: dict[str, Known] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            text, target, category = (fields[name] for name in ("input", "target", "category"))
        except (ValueError, KeyError, TypeError) as exc:
            raise DataError(
                f"{path.name}, line {number}: write a JSON object with input, target and category ({exc!r})"
            ) from exc
        if not all(isinstance(value, str) for value in (text, target, category)):
            raise DataError(f"{path.name}, line {number}: input, target and category have to be strings")
        questions[text] = Known(target, category)
    return questions


class Questions:
    """Known questions, to be found in prompts; spaces and line breaks do not matter.

    Args:
        known: What is known, by the question's text.
    """

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._by_text = {_plain(text): question for text, question in known.items() if _plain(text)}
        # Longest first: "What is 2 + 2?" is also a part of "Quickly: What is 2 + 2? And 3 more?"
        self._longest_first = sorted(self._by_text, key=len, reverse=True)

    def find(self, prompt: str) -> Known | None:
        """The question that the prompt is, else the longest that it contains; `None` where it has none."""
        text = _plain(prompt)
        if text in self._by_text:
            return self._by_text[text]
        return next((self._by_text[known] for known in self._longest_first if known in text), None)

    def targets(self, category: str | None = None) -> tuple[str, ...]:
        """Every different target, of one category or of all, in the order of the questions."""
        questions = self._by_text.values()
        return tuple(dict.fromkeys(q.target for q in questions if category in {None, q.category}))


def _plain(text: str) -> str:
    return " ".join(text.split())
