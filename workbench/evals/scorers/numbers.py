"""The right number: as it stands, or with its unit."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from workbench.errors import ConfigError, DataError
from workbench.evals.scorers.quantities import in_unit, unit_in
from workbench.evals.scorers.reading import is_whole, number_label, read_number
from workbench.evals.scorers.scorer import Score, Scorer
from workbench.evals.scorers.targets import any_number_of, by_target
from workbench.evals.scorers.units import Unit, unit_named
from workbench.evals.scorers.wording import verdict

Close = Callable[[Decimal, Decimal], bool]


def number(*, rel_tol: float | None = None, abs_tol: float | None = None, name: str = "number") -> Scorer:
    """1 where the number that the answer gives is the target's; else 0.

    How it is found is written at `read_number`; units are not looked at, so that 12 km is 12 (`quantity`
    looks at them). Without a tolerance two whole numbers have to be the same, whatever their size, and
    others to differ by no more than max(1e-6 * max(|a|, |b|), 1e-9). An answer without a number scores 0
    with label `None`. The target may be a JSON list of numbers, of which any will do; one without a number is
    refused.

    Args:
        rel_tol: How far from the target is right, as a share of it: 0.01 is 1 %.
        abs_tol: The same as a number. Where both are given the wider one counts.
        name: The scorer's.

    Raises:
        ConfigError: A tolerance is negative, or no number.
    """
    compare = partial(compare_numbers, close=_closeness(rel_tol, abs_tol))
    return by_target(name, compare, targets=any_number_of, kind="number", rel_tol=rel_tol, abs_tol=abs_tol)


def quantity(
    unit: str | None = None,
    *,
    rel_tol: float | None = None,
    abs_tol: float | None = None,
    name: str = "quantity",
) -> Scorer:
    """1 where the quantity that the answer gives is the target's; else 0: 12 km is 12000 m.

    Units are those of `units.py`, in symbols and English names; several in a row are one quantity ("2 h 30
    min"). A number without one is taken in the wanted unit; one in the unit of something else (minutes, where
    kilometres are wanted) is not looked at.

    Args:
        unit: The unit that a target or an answer without one is in, and that labels are in; `None`: that of
            the target, which has to have one.
        rel_tol: As for `number`.
        abs_tol: As for `number`, in the wanted unit.
        name: The scorer's.

    Raises:
        ConfigError: The unit is not known, or a tolerance is negative.
    """
    wanted = None if unit is None else unit_named(unit)
    compare = partial(compare_quantities, unit=wanted, close=_closeness(rel_tol, abs_tol))
    chosen: dict[str, Any] = {"unit": unit, "rel_tol": rel_tol, "abs_tol": abs_tol}
    return by_target(name, compare, kind="quantity", **chosen)


def as_near_as_can_be(read: Decimal, wanted: Decimal) -> bool:
    """The same whole number, or the same to six digits."""
    if is_whole(read) and is_whole(wanted):
        return read == wanted
    return math.isclose(read, wanted, rel_tol=1e-6, abs_tol=1e-9)


def compare_numbers(text: str, target: str, *, close: Close = as_near_as_can_be) -> Score:
    """Whether two texts give the same number; `DataError` for a target that has none."""
    wanted = read_number(target)
    if wanted is None:
        raise DataError(f"the target {target!r} has no number for the scorer 'number': write one, as '42'")
    read = read_number(text)
    label = None if read is None else number_label(read)
    return verdict(label, number_label(wanted), right=read is not None and close(read, wanted))


def compare_quantities(
    text: str, target: str, *, unit: Unit | None = None, close: Close = as_near_as_can_be
) -> Score:
    """Whether two texts give the same quantity; `DataError` for a target that has none."""
    own = unit_in(target, unit)
    wanted = None if own is None else read_number(in_unit(target, own))
    if own is None or wanted is None:
        example = f"12 {unit.symbol}" if unit else "12 km"
        raise DataError(
            f"the target {target!r} has no number with a unit for the scorer 'quantity': write one, as "
            f"{example!r}"
        )
    read = read_number(in_unit(text, own))
    label = None if read is None else f"{number_label(read)} {own.symbol}"
    wanted_label = f"{number_label(wanted)} {own.symbol}"
    return verdict(label, wanted_label, right=read is not None and close(read, wanted))


def _closeness(rel_tol: float | None, abs_tol: float | None) -> Close:
    for which, given in (("rel_tol", rel_tol), ("abs_tol", abs_tol)):
        if given is not None and not 0 <= given < math.inf:
            raise ConfigError(f"{which} is {given!r}: give 0 or more")
    if rel_tol is None and abs_tol is None:
        return as_near_as_can_be
    # By way of `str`, so that a tolerance of 0.1 is one tenth.
    share, width = Decimal(str(rel_tol or 0)), Decimal(str(abs_tol or 0))
    return lambda read, wanted: abs(read - wanted) <= max(share * abs(wanted), width)
