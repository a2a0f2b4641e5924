"""Whole numbers: products, remainders, prices, brackets, multiples."""

from __future__ import annotations

import random

from families.item import HARD, Item, Template, number


def product(rng: random.Random, level: int) -> Item:
    """Two factors, of up to four and three digits."""
    a = rng.randint(*((11, 99), (111, 999), (1111, 9999))[level])
    b = rng.randint(*((3, 9), (11, 99), (111, 999))[level])
    return number(f"What is {a} × {b}?", a * b)


def remainder(rng: random.Random, level: int) -> Item:
    """A division, of up to six digits by two."""
    a = rng.randint(*((100, 999), (1000, 9999), (100_000, 999_999))[level])
    b = rng.randint(*((3, 9), (11, 37), (41, 97))[level])
    return number(f"What is the remainder when {a} is divided by {b}?", a % b)


def prices(rng: random.Random, level: int) -> Item:
    """Two kinds of things at two prices."""
    several, cents = ((2, 5), (6, 19), (21, 97))[level], ((20, 95), (105, 395), (405, 1995))[level]
    (p, q), (n, m) = [rng.randint(*cents) for _ in "pq"], [rng.randint(*several) for _ in "nm"]
    return number(
        f"A shop sells notebooks at {p} cents each and pens at {q} cents each. How many cents "
        f"do {n} notebooks and {m} pens cost together?",
        n * p + m * q,
    )


def brackets(rng: random.Random, level: int) -> Item:
    """A difference times something, and more of it on each level."""
    a, b, c, d, e, f = (
        rng.randint(*span) for span in ((51, 99), (11, 49), (3, 9), (11, 99), (11, 99), (3, 9))
    )
    shown, value = (
        (f"({a} − {b}) × {c} + {d}", (a - b) * c + d),
        (f"({a} − {b}) × ({c} + {d}) + {e}", (a - b) * (c + d) + e),
        (f"({a} − {b}) × ({c} + {d}) + {e} × {f}", (a - b) * (c + d) + e * f),
    )[level]
    return number(f"What is {shown}?", value)


def multiples(rng: random.Random, level: int) -> Item:
    """Counting what can be divided; the hard ones leave some of it out."""
    low = rng.randint(*((1, 20), (50, 400), (500, 4000))[level])
    high = low + rng.randint(*((20, 60), (200, 900), (2000, 9000))[level])
    c, d = rng.randint(3, 9), rng.choice((11, 13, 17))
    but = f", but not by {d}" if level == HARD else ""
    count = sum(n % c == 0 and (level != HARD or n % d != 0) for n in range(low, high + 1))
    return number(
        f"How many whole numbers from {low} to {high}, both included, can be divided by {c}{but}?", count
    )


TEMPLATES: tuple[Template, ...] = (product, remainder, prices, brackets, multiples)
