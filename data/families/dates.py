"""Dates and clocks of the Gregorian calendar."""

from __future__ import annotations

import random
from datetime import date, timedelta

from families.item import HARD, Item, Template, number, text

# Not from strftime, which writes them in the language of the machine.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ISO = "the date, written as YYYY-MM-DD"


def some_day(rng: random.Random, first: int = 1950, last: int = 2049) -> date:
    """A day of these years."""
    return date.fromordinal(rng.randint(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()))


def days_after(rng: random.Random, level: int) -> Item:
    """A date so many days later."""
    days = rng.randint(*((5, 25), (40, 300), (1000, 9999))[level])
    day = some_day(rng)
    return text(f"Which date is {days} days after {day}?", _ISO, str(day + timedelta(days=days)))


def weekday(rng: random.Random, level: int) -> Item:
    """The day of the week, in years that are far away on the hard level."""
    day = some_day(rng, *((2020, 2029), (1950, 2049), (1600, 1899))[level])
    return text(
        f"On which day of the week does {day} fall in the Gregorian calendar?",
        "the English name of the day",
        DAYS[day.weekday()],
    )


def days_between(rng: random.Random, level: int) -> Item:
    """The days from one date to another."""
    first = some_day(rng)
    days = rng.randint(*((5, 40), (60, 700), (2000, 30_000))[level])
    return number(
        f"How many days pass from {first} to {first + timedelta(days=days)}, if the second day is "
        "counted and the first one is not?",
        days,
    )


def arrival(rng: random.Random, level: int) -> Item:
    """The time when a journey ends, days later on the hard level."""
    leaves, hours, minutes = (
        rng.randrange(24 * 60),
        rng.randint(*((1, 5), (6, 20), (25, 95))[level]),
        rng.randint(1, 59),
    )
    arrives = (leaves + hours * 60 + minutes) % (24 * 60)
    return text(
        f"A ferry leaves at {leaves // 60:02}:{leaves % 60:02} and sails for {hours} hours and "
        f"{minutes} minutes. What does the clock show when it arrives?",
        "the time, written as HH:MM on a 24-hour clock",
        f"{arrives // 60:02}:{arrives % 60:02}",
    )


def weekday_of_month(rng: random.Random, level: int) -> Item:
    """The second Tuesday of a month, and the like; the last one on the hard level."""
    year, month, weekday_ = rng.randint(2000, 2049), rng.randint(1, 12), rng.randrange(7)
    days = [date(year, month, 1) + timedelta(days=n) for n in range(31)]
    fitting = [day for day in days if day.month == month and day.weekday() == weekday_]
    place = -1 if level == HARD else rng.randint(0, 1) + 2 * level
    which = "last" if level == HARD else ("first", "second", "third", "fourth")[place]
    return text(
        f"Which date is the {which} {DAYS[weekday_]} of {MONTHS[month - 1]} {year}?",
        _ISO,
        str(fitting[place]),
    )


TEMPLATES: tuple[Template, ...] = (days_after, weekday, days_between, arrival, weekday_of_month)
