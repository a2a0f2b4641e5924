"""Multiple choice: the texts to choose from, their letters, and which of them the target means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LETTERS = "ABCDEFGHIJ"
"""The letters that choices go by, and that the scorer `choice` reads."""

HOW_TO_ANSWER = "Answer with only the letter."
_LETTER = re.compile(r"\(?([A-Ja-j])[).:]?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What there is to choose from.

    Attributes:
        texts: The choices, in their order.
        labels: What the data calls them, in the same order; empty where it has no names for them.
    """

    texts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @staticmethod
    def read(value: Any) -> Choices:
        """Read what a column holds: a list, one as JSON text, or `{"text": […], "label": […]}`; or nothing.

        Raises:
            ValueError: It is something else, or there are fewer than 2 or more than 10; says why.
        """
        if value is None or (isinstance(value, str) and not value.strip()):
            return Choices()
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise ValueError(f'holds {value!r:.60}, not a list: write ["…", "…"]') from None
        labels: Sequence[Any] = ()
        if isinstance(value, Mapping) and {"text", "label"} <= set(value):
            value, labels = value["text"], value["label"]
        if not isinstance(value, list | tuple) or any(isinstance(each, list | dict) for each in value):
            raise ValueError(f'holds {value!r:.60}, not a list of texts: write ["…", "…"]')
        return Choices(texts=_texts(value), labels=tuple(map(_text, labels)))

    def letter(self, target: Any) -> str:
        """The letter of the choice that a target means: a letter, a label, an index from 0, or its text.

        A number of type `int` is an index wherever it can be one.

        Raises:
            ValueError: It is none of the choices, or may be several; says why.
        """
        if isinstance(target, float) and target.is_integer():
            target = int(target)  # a column of a frame with gaps
        if type(target) is int and 0 <= target < len(self.texts):
            return LETTERS[target]
        text = _text(target).strip()
        places = {place for place, label in enumerate(self.labels) if label == text} or self._meant(text)
        lines = lettered(self.texts)
        if not places:
            raise ValueError(
                f"{text!r:.60} is none of the choices: write a letter, an index from 0, or a text, of\n"
                f"{lines}"
            )
        if len(places) > 1:
            raise ValueError(
                f"{text!r:.60} may mean several of the choices: write the letter of one of\n{lines}"
            )
        return LETTERS[places.pop()]

    def _meant(self, text: str) -> set[int]:
        folded = text.casefold()
        places = {place for place, each in enumerate(self.texts) if each.strip().casefold() == folded}
        if found := _LETTER.fullmatch(text):
            places.add(LETTERS.index(found[1].upper()))
        if text.isdecimal() and len(text) < 3:
            places.add(int(text))
        return {place for place in places if place < len(self.texts)}


def lettered(choices: Sequence[str]) -> str:
    """The choices as lines, "A) …" and so on."""
    return "\n".join(f"{letter}) {text}" for letter, text in zip(LETTERS, choices, strict=False))


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    texts = tuple(map(_text, values))
    if not 2 <= len(texts) <= len(LETTERS):
        raise ValueError(f"has {len(texts)} choices: write 2 to {len(LETTERS)}")
    if not all(text.strip() for text in texts):
        raise ValueError(f"has an empty choice among {list(texts)!r:.80}: write it, or delete the row")
    return texts


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
