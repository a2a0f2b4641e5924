"""What a template makes: a prompt whose answer is known, because it was computed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

EASY, MEDIUM, HARD = range(3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A prompt, the answer that it wants, and the scorer that compares it."""

    input: str
    target: str
    scorer: str


Template = Callable[[random.Random, int], Item]
"""Makes an item from chance and a level: 0 is easy, 1 medium, 2 hard."""


def number(question: str, answer: object) -> Item:
    """A question whose answer is a number."""
    return Item(input=f"{question} Answer with only the number.", target=str(answer), scorer="number")


def text(question: str, form: str, answer: str) -> Item:
    """A question whose answer is a text in a form."""
    return Item(input=f"{question} Answer with only {form}.", target=answer, scorer="exact")


def listed(question: str, what: str, answer: list[str]) -> Item:
    """A question whose answer is a list in one line."""
    return text(question, f"{what}, separated by a comma and one space", ", ".join(answer))
