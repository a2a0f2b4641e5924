"""Units of measure.

A table, and not a library of units: what is hard is to find the unit in what a model wrote, and there a
closed list helps. Values are exact: the feet, miles and pounds of 1959, powers of ten for kB, MB and GB,
powers of two for KiB, MiB and GiB.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from workbench.errors import ConfigError


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit of measure: a value in it is `(value + zero) * factor` in the base unit of its kind."""

    symbol: str
    measures: str
    factor: Fraction
    zero: Decimal = Decimal(0)


_PREFIXES = {
    "": (0, ""),
    "n": (-9, "nano"),
    "µ": (-6, "micro"),
    "m": (-3, "milli"),
    "c": (-2, "centi"),
    "d": (-1, "deci"),
    "h": (2, "hecto"),
    "k": (3, "kilo"),
    "M": (6, "mega"),
    "G": (9, "giga"),
    "T": (12, "tera"),
}
# What it measures; symbol; names and other symbols, each with an s for several; factor; prefixes. The first
# one wins where two differ by case alone and neither is written as it is here: mb is a megabyte.
_TABLE = (
    ("length", "m", "metre meter", "1", "n µ m c d k"),
    ("length", "in", "inch inches", "0.0254", ""),
    ("length", "ft", "foot feet", "0.3048", ""),
    ("length", "yd", "yard", "0.9144", ""),
    ("length", "mi", "mile", "1609.344", ""),
    ("mass", "g", "gram gramme", "1", "µ m k"),
    ("mass", "t", "tonne", "1e6", ""),
    ("mass", "lb", "lbs pound", "453.59237", ""),
    ("mass", "oz", "ounce", "28.349523125", ""),
    ("time", "s", "second sec", "1", "n µ m"),
    ("time", "min", "minute m", "60", ""),
    ("time", "h", "hour hr", "3600", ""),
    ("time", "d", "day", "86400", ""),
    ("time", "wk", "week", "604800", ""),
    ("temperature", "K", "kelvin", "1", ""),
    ("temperature", "°C", "C celsius degree_celsius degrees_celsius", "1", ""),
    ("temperature", "°F", "F fahrenheit degree_fahrenheit degrees_fahrenheit", "5/9", ""),
    ("share", "%", "percent per_cent", "1/100", ""),
    ("share", "‰", "per_mille permille", "1/1000", ""),
    ("share", "ppm", "parts_per_million", "1/1000000", ""),
    ("data", "B", "byte", "8", "k M G T"),
    ("data", "bit", "b", "1", "k M G T"),
    ("data", "KiB", "kibibyte", "8192", ""),
    ("data", "MiB", "mebibyte", "8388608", ""),
    ("data", "GiB", "gibibyte", "8589934592", ""),
    ("data", "TiB", "tebibyte", "8796093022208", ""),
    ("speed of data", "B/s", "byte/s byte_per_second bytes_per_second", "8", "k M G T"),
    ("speed of data", "bit/s", "bps b/s bit_per_second bits_per_second", "1", "k M G T"),
    ("speed", "m/s", "metre_per_second metres_per_second meter_per_second meters_per_second", "1", ""),
    ("speed", "km/h", "kmh kph kilometres_per_hour kilometers_per_hour", "1000/3600", ""),
    ("speed", "mph", "mi/h miles_per_hour", "1609.344/3600", ""),
    ("speed", "kn", "knot", "1852/3600", ""),
    ("area", "m²", "square_metre square_meter sqm", "1", ""),
    ("area", "cm²", "square_centimetre square_centimeter", "1e-4", ""),
    ("area", "mm²", "square_millimetre square_millimeter", "1e-6", ""),
    ("area", "km²", "square_kilometre square_kilometer", "1e6", ""),
    ("area", "ha", "hectare", "1e4", ""),
    ("volume", "m³", "cubic_metre cubic_meter", "1000", ""),
    ("volume", "cm³", "cubic_centimetre cubic_centimeter cc", "1/1000", ""),
    ("volume", "L", "litre liter", "1", "m c d h"),
    ("energy", "J", "joule", "1", "k M G"),
    ("energy", "Wh", "watt-hour watt_hour watthour", "3600", "k M G"),
    ("energy", "cal", "calorie", "4.184", "k"),
    ("power", "W", "watt", "1", "k M G m"),
    ("frequency", "Hz", "hertz", "1", "k M G"),
    ("voltage", "V", "volt", "1", "k m"),
    ("current", "A", "ampere amp", "1", "m"),
    ("force", "N", "newton", "1", "k"),
    ("pressure", "Pa", "pascal", "1", "h k M"),
    ("pressure", "bar", "", "1e5", "m"),
    ("pressure", "atm", "atmosphere", "101325", ""),
)
_ZEROS = {"°C": Decimal("273.15"), "°F": Decimal("459.67")}


def _written(name: str) -> str:
    """A name as it is looked up: m² and m^2 are m2, both letters for micro are one."""
    name = unicodedata.normalize("NFKC", name).replace("^", "")
    return re.sub(r"[\s_]+", " ", name).replace("° ", "°")


def _fraction(text: str) -> Fraction:
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or 1)


def _units() -> Iterator[tuple[str, Unit]]:
    for measures, symbol, names, factor, prefixes in _TABLE:
        for prefix in ["", *prefixes.split()]:
            power, word = _PREFIXES[prefix]
            unit = Unit(
                symbol=prefix + symbol,
                measures=measures,
                factor=_fraction(factor) * Fraction(10) ** power,
                zero=_ZEROS.get(symbol, Decimal(0)),
            )
            yield _written(unit.symbol), unit
            for name in names.split():
                # A short one is a symbol, and takes the letter of the prefix: Mbps, Mb.
                prefixed = (prefix if len(name) <= 3 else word) + name
                yield _written(prefixed), unit
                if len(name) > 1:
                    yield _written(f"{prefixed}s"), unit


_BY_MEASURE: dict[str, dict[str, Unit]] = {}
_FOLDED: dict[str, dict[str, Unit]] = {}
for _name, _unit in _units():
    _BY_MEASURE.setdefault(_unit.measures, {}).setdefault(_name, _unit)
    _FOLDED.setdefault(_unit.measures, {}).setdefault(_name.casefold(), _unit)


def unit_named(name: str) -> Unit:
    """The unit that a user names.

    Raises:
        ConfigError: It is not known.
    """
    for names in _BY_MEASURE.values():
        if unit := names.get(_written(name)):
            return unit
    symbols = ", ".join(dict.fromkeys(row[1] for row in _TABLE))
    raise ConfigError(f"no unit {name!r}: write one of {symbols}, most of them with a prefix, as 'km'")


def unit_of(name: str, measures: str | None) -> Unit | None:
    """The unit of that name or symbol; where several things have it, the one of those that measure this."""
    name = _written(name)
    # What is wanted goes first: m is a minute where a time is.
    kinds = [measures] if measures else []
    kinds += [kind for kind in _BY_MEASURE if kind != measures]
    for names, written in ((_BY_MEASURE, name), (_FOLDED, name.casefold())):
        for kind in kinds:
            if unit := names[kind].get(written):
                return unit
    return None
