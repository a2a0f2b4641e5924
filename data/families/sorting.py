"""Lists to be put in order."""

from __future__ import annotations

import random
from decimal import Decimal

from families.dates import MONTHS, some_day
from families.item import EASY, HARD, Item, Template, listed, text
from families.words import WORDS

_LENGTHS = (5, 8, 12)
_PLACES = ("first", "second", "third", "fourth", "fifth")


def words(rng: random.Random, level: int) -> Item:
    """Words from A to Z."""
    given = _words(rng, level)
    return listed(f"Sort these words from A to Z: {', '.join(given)}.", "the sorted words", sorted(given))


def numbers(rng: random.Random, level: int) -> Item:
    """Numbers from the largest to the smallest; with signs, and then with decimals too."""
    spread, decimals = ((10, 99), (-99, 99), (-999, 999))[level], (0, 0, 3)[level]
    made = {
        Decimal(rng.randint(*spread)).scaleb(-rng.randint(0, decimals)) for _ in range(2 * _LENGTHS[level])
    }
    given = rng.sample(sorted(made), min(len(made), _LENGTHS[level]))
    return listed(
        f"Sort these numbers from the largest to the smallest: {', '.join(f'{n:f}' for n in given)}.",
        "the sorted numbers, written as they are here",
        [f"{n:f}" for n in sorted(given, reverse=True)],
    )


def days(rng: random.Random, level: int) -> Item:
    """Dates from the earliest to the latest; in words, and then in words and digits."""
    first = 2000 + rng.randint(0, 40)
    days_ = [some_day(rng, first, first + (20, 3, 0)[level]) for _ in range(_LENGTHS[level] - 1)]
    shown = {
        day: str(day)
        if level == EASY or (level == HARD and rng.random() < 0.5)
        else f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        for day in days_
    }
    return listed(
        f"Sort these dates from the earliest to the latest: {', '.join(shown.values())}.",
        "the sorted dates, written as they are here",
        [shown[day] for day in sorted(shown)],
    )


def lengths(rng: random.Random, level: int) -> Item:
    """Words from the shortest to the longest; no two are of the same length."""
    by_length = {len(word): word for word in rng.sample(WORDS, len(WORDS))}
    given = rng.sample(sorted(by_length.values()), (4, 5, 6)[level])
    return listed(
        f"Sort these words from the shortest to the longest: {', '.join(given)}.",
        "the sorted words",
        sorted(given, key=len),
    )


def place(rng: random.Random, level: int) -> Item:
    """The word that comes third when others are sorted backwards."""
    given = _words(rng, level)
    which = rng.randrange(len(_PLACES))
    return text(
        f"Which word comes {_PLACES[which]} when these words are sorted from Z to A: {', '.join(given)}?",
        "that word",
        sorted(given, reverse=True)[which],
    )


def _words(rng: random.Random, level: int) -> list[str]:
    """Words in any order, which begin alike on the hard level."""
    count = _LENGTHS[level]
    if level < HARD:
        return rng.sample(WORDS, count)
    start = rng.randrange(len(WORDS) - 2 * count)
    return rng.sample(WORDS[start : start + 2 * count], count)


TEMPLATES: tuple[Template, ...] = (words, numbers, days, lengths, place)
