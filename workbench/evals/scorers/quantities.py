"""Quantities in what a model wrote, turned into one unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from workbench.evals.scorers.reading import NUMBER, number_in, plain_numbers
from workbench.evals.scorers.units import Unit, unit_of

_LATEX_DEGREE = re.compile(r"\^\{? ?\\circ ?\}?")
_LATEX_TEXT = re.compile(r"\\(?:text|mathrm|rm) ?\{([^{}]*)\}")
_WORD = r"(?:[^\W\d_]+(?:\^?[23])?(?:/[^\W\d_]+)?(?![\w/^])|°\s?[^\W\d_](?!\w)|[%‰])"
_BEHIND = re.compile(rf"[*_`$]{{0,3}}[ \\-]{{0,2}}(?P<words>{_WORD}(?: {_WORD}){{0,2}})")
_PREPOSITION = re.compile(r"in [^\W\d_]")  # 12 in all
_AND = re.compile(r",?\s?(?:and\s)?\s?")


def unit_in(text: str, otherwise: Unit | None) -> Unit | None:
    """The unit in which a target is wanted: the given one, else that of its first quantity, if it has one."""
    if otherwise is not None:
        return otherwise
    return next((found.unit for found in _quantities(_plain(text), None)), None)


def in_unit(text: str, unit: Unit) -> str:
    """The text with its quantities turned into this unit, as mere numbers.

    Quantities of another kind lose their numbers; numbers without a unit stay. 2 h 30 min in minutes is 150.
    """
    text = _plain(text)
    parts, at = [], 0
    run: list[_Quantity] = []
    for found in [*_quantities(text, unit.measures), None]:
        if run and (found is None or not _goes_on(text, run[-1], found)):
            parts += [text[at : run[0].start], _total(run, unit)]
            at, run = run[-1].end, []
        if found is not None:
            run.append(found)
    return "".join([*parts, text[at:]])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Quantity:
    start: int
    end: int
    value: Decimal
    unit: Unit


def _plain(text: str) -> str:
    return _LATEX_TEXT.sub(r" \1", _LATEX_DEGREE.sub("°", plain_numbers(text)))


def _quantities(text: str, measures: str | None) -> Iterator[_Quantity]:
    for number in NUMBER.finditer(text):
        behind = _BEHIND.match(text, number.end())
        value = number_in(number)
        if behind is None or value is None:
            continue
        start = behind.start("words")
        words = [start + found.end() for found in re.finditer(_WORD, behind["words"])]
        for end in reversed(words):
            unit = None if _PREPOSITION.match(text, start) else unit_of(text[start:end], measures)
            if unit is not None:
                yield _Quantity(start=number.start(), end=end, value=value, unit=unit)
                break


def _goes_on(text: str, one: _Quantity, next_one: _Quantity) -> bool:
    """Whether two quantities are one: 2 h 30 min."""
    return (
        one.unit.measures == next_one.unit.measures
        and one.unit.factor > next_one.unit.factor
        and not one.unit.zero
        and _AND.fullmatch(text, one.end, next_one.start) is not None
    )


def _total(run: list[_Quantity], unit: Unit) -> str:
    first = run[0]
    if first.unit.measures != unit.measures:
        return ""
    values = [_converted(first.value, first.unit, unit)]
    values += [_converted(part.value, part.unit, unit).copy_sign(first.value) for part in run[1:]]
    return f"{sum(values, Decimal(0))}"


def _converted(value: Decimal, unit: Unit, to: Unit) -> Decimal:
    ratio = unit.factor / to.factor
    # One multiplication and one division of decimals, so that 36 km/h are exactly 10 m/s.
    return (value + unit.zero) * ratio.numerator / ratio.denominator - to.zero
