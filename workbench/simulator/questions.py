"""The questions that simulated models know: read from a file, and found again in a prompt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from workbench.errors import DataError


class Known(NamedTuple):
    """What there is to know about a question.

    Attributes:
        target: Its right answer.
        category: The kind of question that it is.
        cluster: The questions that a model gets right or wrong together with it; `None`: it stands alone.
    """

    target: str
    category: str
    cluster: str | None = None


def read_questions(path: Path) -> dict[str, Known]:
    """The questions of a JSON Lines file, or of all in a folder, by their text.

    Each line has `input`, `target` and `category`, and perhaps `cluster`; where the target is null, there is
    nothing to know.

    Raises:
        DataError: A file cannot be read, or a line of it is not such an object; the message names the line.
    """
    if path.is_dir():
        return {
            text: known
            for file in sorted(path.glob("*.jsonl"))
            for text, known in read_questions(file).items()
        }
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
            cluster = fields.get("cluster")
        except (ValueError, KeyError, TypeError) as exc:
            raise DataError(
                f"{path.name}, line {number}: write a JSON object with input, target and category ({exc!r})"
            ) from exc
        if target is None:
            continue
        if not all(isinstance(value, str) for value in (text, target, category, cluster or "")):
            raise DataError(
                f"{path.name}, line {number}: input, target, category and cluster have to be strings"
            )
        questions[text] = Known(target, category, cluster)
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

    def targets_beside(self, question: Known) -> tuple[str, ...]:
        """Every different target of its cluster but its own."""
        beside = (q.target for q in self._by_text.values() if q.cluster == question.cluster)
        return tuple(target for target in dict.fromkeys(beside) if target != question.target)

    def targets(self, category: str | None = None) -> tuple[str, ...]:
        """Every different target of questions that stand alone, of one category or of all, in their order."""
        alone = (q for q in self._by_text.values() if q.cluster is None)
        return tuple(dict.fromkeys(q.target for q in alone if category in {None, q.category}))


def _plain(text: str) -> str:
    return " ".join(text.split())
