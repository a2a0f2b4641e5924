"""Things to be counted in a text or a list."""

from __future__ import annotations

import random

from families.item import Item, Template, number
from families.words import WORDS

_LENGTHS = (8, 14, 24)


def letters(rng: random.Random, level: int) -> Item:
    """A letter in a row of words."""
    row = " ".join(rng.sample(WORDS, (4, 8, 16)[level]))
    letter = rng.choice("aeinort")
    return number(f"How many times does the letter {letter} occur in “{row}”?", row.count(letter))


def long_words(rng: random.Random, level: int) -> Item:
    """Words with so many letters."""
    given = rng.sample(WORDS, _LENGTHS[level])
    length = rng.randint(4, 7)
    return number(
        f"How many words of this list have exactly {length} letters: {', '.join(given)}?",
        sum(len(word) == length for word in given),
    )


def numbers(rng: random.Random, level: int) -> Item:
    """Even numbers, large ones, and those that are both."""
    given = [rng.randint(1, 99) for _ in range(_LENGTHS[level])]
    bound = rng.randint(30, 70)
    what, holds = (
        ("even", lambda n: n % 2 == 0),
        (f"greater than {bound}", lambda n: n > bound),
        (f"even and greater than {bound}", lambda n: n % 2 == 0 and n > bound),
    )[level]
    return number(
        f"How many of these numbers are {what}: {', '.join(map(str, given))}?", sum(map(holds, given))
    )


def repeats(rng: random.Random, level: int) -> Item:
    """One word among a few that come again and again."""
    given = [rng.choice(("red", "green", "blue", "grey")) for _ in range(_LENGTHS[level])]
    word = rng.choice(given)
    return number(
        f"How many times does the word “{word}” occur in this list: {', '.join(given)}?", given.count(word)
    )


def different(rng: random.Random, level: int) -> Item:
    """Different words among some that come again."""
    pool = rng.sample(WORDS, _LENGTHS[level] // 2)
    given = [rng.choice(pool) for _ in range(_LENGTHS[level])]
    return number(f"How many different words are in this list: {', '.join(given)}?", len(set(given)))


TEMPLATES: tuple[Template, ...] = (letters, long_words, numbers, repeats, different)
