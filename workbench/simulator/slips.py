"""Wrong answers that look like answers to the question: the next day, two words in each other's place."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

LETTERS = ("A", "B", "C", "D")
NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_CODE_POINT = re.compile(r"U\+([0-9A-F]{4})")
_SEPARATORS = (("; ", 2), (";", 2), (", ", 2), ("-", 3), ("/", 3), ("|", 3), (".", 3))


def slip(target: str, beside: Sequence[str], rng: random.Random) -> str:
    """A wrong answer of the same kind: never the target, whatever the case of its letters.

    Args:
        target: The right answer.
        beside: Right answers to other questions of the kind.
        rng: Which slip it is.
    """
    for slipped in (_other_letter, _other_time, _other_order, _other_number):
        if wrong := slipped(target, rng):
            return wrong
    others = [other for other in beside if other.casefold() != target.casefold()]
    return rng.choice(others) if others else f"not {target}"


def _other_letter(target: str, rng: random.Random) -> str | None:
    return rng.choice([each for each in LETTERS if each != target]) if target in LETTERS else None


def _other_time(target: str, rng: random.Random) -> str | None:
    if _DATE.fullmatch(target):
        return str(date.fromisoformat(target) + timedelta(days=rng.choice((-7, -1, 1, 2, 7))))
    if clock := _CLOCK.fullmatch(target):
        minutes = (int(clock[1]) * 60 + int(clock[2]) + rng.choice((-60, -10, 10, 60))) % (24 * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return None


def _other_order(target: str, rng: random.Random) -> str | None:
    """Two neighbours of a list, or of a date in another form, in each other's place."""
    for separator, fewest in _SEPARATORS:
        parts = target.split(separator)
        places = [n for n in range(len(parts) - 1) if parts[n].casefold() != parts[n + 1].casefold()]
        if len(parts) >= fewest and all(parts) and places:
            place = rng.choice(places)
            parts[place : place + 2] = reversed(parts[place : place + 2])
            return separator.join(parts)
    return None


def _other_number(target: str, rng: random.Random) -> str | None:
    if point := _CODE_POINT.fullmatch(target):
        return f"U+{int(point[1], 16) ^ rng.choice((1, 2, 16)):04X}"
    sign, digits = target[: target.startswith("-")], target.removeprefix("-")
    return sign + perturbed(digits, rng) if NUMBER.fullmatch(digits) else None


def perturbed(number: str, rng: random.Random) -> str:
    """Another number near this one, above 0, with as many decimals and the same use of commas."""
    decimals = len(number.partition(".")[2])
    value = Decimal(number.replace(",", ""))
    step = Decimal(rng.choice((1, 2, 10))).scaleb(-decimals)
    wrong = value - step if value > step and rng.random() < 0.5 else value + step
    return f"{wrong:{',' if ',' in number else ''}.{decimals}f}"
