"""Units of measure, converted without rounding."""

from __future__ import annotations

import random
from decimal import Decimal

from families.item import EASY, HARD, MEDIUM, Item, Template, number

_FACTORS = (
    (("kilometres", "metres", 1000), ("kilograms", "grams", 1000), ("metres", "centimetres", 100)),
    (
        ("litres", "millilitres", 1000),
        ("tonnes", "kilograms", 1000),
        ("centimetres", "metres", Decimal("0.01")),
    ),
    (
        ("square metres", "square centimetres", 10_000),
        ("hectares", "square metres", 10_000),
        ("cubic centimetres", "litres", Decimal("0.001")),
    ),
)


def factor(rng: random.Random, level: int) -> Item:
    """One unit in another; areas and volumes on the hard level."""
    large, small, times = rng.choice(_FACTORS[level])
    amount = Decimal(rng.randint(11, 9999)).scaleb(-rng.randint(1, 1 + level))
    return number(f"How many {small} are {amount:f} {large}?", _plain(amount * times))


def seconds(rng: random.Random, level: int) -> Item:
    """A time in seconds; with days and weeks on the higher levels."""
    parts = [
        ("weeks", 604_800, 9),
        ("days", 86_400, 6),
        ("hours", 3600, 23),
        ("minutes", 60, 59),
        ("seconds", 1, 59),
    ]
    used = [(unit, size, rng.randint(2, most)) for unit, size, most in parts[HARD - level :]]
    *first, last = [f"{count} {unit}" for unit, _, count in used]
    return number(
        f"How many seconds are {', '.join(first)} and {last} together?",
        sum(size * count for _, size, count in used),
    )


def temperature(rng: random.Random, level: int) -> Item:
    """Fahrenheit in Celsius; below zero, and with half degrees, on the higher levels."""
    half_degrees = 2 * rng.randint(1, 120) if level == EASY else -rng.randint(1, 79)
    if level == MEDIUM:
        half_degrees *= 2
    celsius = Decimal(half_degrees) / 2
    fahrenheit = _plain(celsius * 9 / 5 + 32).replace("-", "−")
    return number(f"What is {fahrenheit} degrees Fahrenheit in degrees Celsius?", _plain(celsius))


def distance(rng: random.Random, level: int) -> Item:
    """Kilometres per hour, and seconds: so many metres."""
    speed = rng.randint(2, 18) * (18, 18, 9)[level]
    time = rng.randint(*((2, 9), (11, 59), (61, 599))[level])
    metres = Decimal(speed) * time * 5 / 18
    return number(
        f"A train moves at {speed} kilometres per hour. How many metres does it move in {time} seconds?",
        _plain(metres),
    )


def tank(rng: random.Random, level: int) -> Item:
    """Centimetres by centimetres by centimetres: so many litres."""
    sides = [rng.randint(*((2, 9), (5, 39), (12, 199))[level]) * (10, 5, 1)[level] for _ in range(3)]
    litres = Decimal(sides[0] * sides[1] * sides[2]) / 1000
    shown = " × ".join(f"{side} cm" for side in sides)
    return number(f"A tank measures {shown} inside. How many litres of water does it hold?", _plain(litres))


def _plain(value: Decimal) -> str:
    """Without an exponent and without zeros at the end."""
    shown = f"{value:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


TEMPLATES: tuple[Template, ...] = (factor, seconds, temperature, distance, tank)
