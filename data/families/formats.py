"""Forms to be kept to: what is to be written is given, how it is written counts."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal

from families.dates import MONTHS, some_day
from families.item import HARD, Item, Template, text
from families.words import WORDS

_GIVEN = ("Anna", "Bela", "Carlo", "Dina", "Emil", "Fatma", "Gita", "Henrik", "Ida", "Jan", "Karim", "Lena")
_FAMILY = ("Okafor", "Lindqvist", "Moreau", "Tanaka", "Costa", "Novak", "Haddad", "Kowalski", "Iyer", "Byrne")
_FORMS = (
    (("DD.MM.YYYY", "{0.day:02}.{0.month:02}.{0.year}"), ("YYYY/MM/DD", "{0.year}/{0.month:02}/{0.day:02}")),
    (("MM/DD/YYYY", "{0.month:02}/{0.day:02}/{0.year}"), ("DD-MM-YYYY", "{0.day:02}-{0.month:02}-{0.year}")),
    (("YYYYMMDD", "{0.year}{0.month:02}{0.day:02}"), ("MM|YYYY|DD", "{0.month:02}|{0.year}|{0.day:02}")),
)


def date_form(rng: random.Random, level: int) -> Item:
    """A date in digits."""
    day = some_day(rng)
    form, pattern = rng.choice(_FORMS[level])
    given = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return text(f"Write the date {given} in the form {form}.", "the date", pattern.format(day))


def name_form(rng: random.Random, level: int) -> Item:
    """Names with the family name in front."""
    people = [
        (" ".join(rng.sample(_GIVEN, rng.randint(1, 2))), rng.choice(_FAMILY)) for _ in range(1 + level)
    ]
    between = " Put a semicolon and one space between people." if len(people) > 1 else ""
    shown = " and ".join(f"“{given} {family}”" for given, family in people)
    return text(
        f"Write {shown} with the family name, which is the last word, in front: family name, comma, one "
        f"space, given names.{between}",
        "that line",
        "; ".join(f"{family}, {given}" for given, family in people),
    )


def line(rng: random.Random, level: int) -> Item:
    """Values backwards in one line."""
    values = rng.sample(WORDS, (4, 7, 11)[level])
    return text(
        f"Write these words in reverse order, in one line, with a semicolon and no space between them: "
        f"{', '.join(values)}.",
        "that line",
        ";".join(reversed(values)),
    )


def amount(rng: random.Random, level: int) -> Item:
    """A number with commas between the thousands, and so many decimals; rounded on the hard level."""
    decimals = rng.randint(1, 2)
    value = Decimal(rng.randint(10_000, 9_999_999)).scaleb(-decimals if level else 0)
    if level == HARD:
        value += Decimal(rng.choice((2, 3, 7, 8))).scaleb(-decimals - 1)
    wanted = decimals + (level < HARD)
    rounded = value.quantize(Decimal(1).scaleb(-wanted), rounding=ROUND_HALF_UP)
    rounding = ", rounded to them" if level == HARD else ""
    several = "1 decimal" if wanted == 1 else f"{wanted} decimals"
    return text(
        f"Write the number {value:f} with a comma between the thousands and exactly {several} behind a "
        f"point{rounding}.",
        "the number",
        f"{rounded:,f}",
    )


def padded(rng: random.Random, level: int) -> Item:
    """Numbers with zeros in front; in steps, on the hard level."""
    step = rng.randint(2, 9) if level == HARD else 1
    digits, first = 3 + level, rng.randint(1, 95)
    numbers = range(first, first + (4, 6, 8)[level] * step, step)
    way = f" in steps of {step}" if level == HARD else ""
    return text(
        f"Write the whole numbers from {numbers[0]} to {numbers[-1]}{way}, each with {digits} digits by "
        "zeros in front, in one line with a hyphen between them.",
        "that line",
        "-".join(f"{n:0{digits}}" for n in numbers),
    )


TEMPLATES: tuple[Template, ...] = (date_form, name_form, line, amount, padded)
