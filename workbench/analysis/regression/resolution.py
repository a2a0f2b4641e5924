"""What as many samples as were compared could have shown, and how many would decide."""

from __future__ import annotations

import math

from scipy.stats import norm

from workbench.analysis.estimates import ROUNDING
from workbench.analysis.planning.power import found_by, reach
from workbench.analysis.regression.change import Difference
from workbench.analysis.regression.metrics import Unit

POWER = 0.8
_FOUND = float(norm.ppf(POWER))
# Both bounds are to be within the margin: each one is in 9 of 10 cases, so that both are in 8 at least.
_SHOWN = float(norm.isf(0.025) + norm.ppf((1 + POWER) / 2))


def visible(difference: Difference, *, unit: Unit, alpha: float, tolerance: float, epochs: int = 1) -> float:
    """The smallest change that these samples would have shown four times out of five, by the spread met.

    The spread met is mostly that of no change, and a change of a share adds to it (see `found_by`). Without
    that, what is told as four times out of five is found in one of two cases where hardly any sample
    differed. `mde` plans with the same where it is told that the spread is one of no change.

    Args:
        difference: What was found; the change itself does not matter.
        unit: Of the figures.
        alpha: One-sided, what this test may take of the error of the whole report.
        tolerance: A change up to this size is let pass.
        epochs: How often each sample was asked, in the run that asked less often.

    Returns:
        In the unit of the change, never negative: as large as the test asks for, and so much beyond the
        tolerance that the figure itself mostly is. `nan` where it is undefined, and where no change of a
        share would do.
    """
    units, error = difference.units, difference.error
    if not units or math.isnan(error):
        return math.nan
    counted = _counted(difference)
    if counted and unit != "share":
        return math.nan
    z = reach(alpha, POWER, math.inf if counted else units)
    least = z**2 / units if counted else 0.0
    answers = difference.n * epochs if unit == "share" else math.inf
    found = max(found_by(z, error, answers), least, tolerance + _FOUND * error)
    return found if unit != "share" or found <= 1 else math.nan


def needed(difference: Difference, *, alpha: float, tolerance: float, margin: float) -> int | None:
    """How many samples would decide four times out of five, if they differ as those that were compared.

    That is the smaller of two numbers: to find a change of the size that was seen, where it is beyond the
    tolerance, and to show that there is none beyond the margin, where it is within it.

    Args:
        difference: What was found.
        alpha: As with `visible`.
        tolerance: As with `visible`.
        margin: The whole interval within ±margin decides, too.

    Returns:
        Rounded up to two figures, more than were compared; `None` where nothing can be said.
    """
    size, error, n = abs(difference.change.value), difference.error, difference.n
    if math.isnan(size) or math.isnan(error):
        return None
    ways = []
    if size > tolerance + ROUNDING:
        z = reach(alpha, POWER)
        least = z**2 / (size * difference.units) if _counted(difference) else 0.0
        ways.append(max((z * error / size) ** 2, (_FOUND * error / (size - tolerance)) ** 2, least))
    if size < margin - ROUNDING:
        bounds = difference.change
        # Where no spread was met, an interval narrows as 1 / n, otherwise as 1 / sqrt(n).
        ways.append(
            (_SHOWN * error / (margin - size)) ** 2
            if error > ROUNDING
            else (max(bounds.high, -bounds.low) - size) / (margin - size)
        )
    factors = [factor for factor in ways if math.isfinite(factor)]
    return _rounded(max(n * min(factors), n + 1)) if factors else None


def _counted(difference: Difference) -> bool:
    """Whether items that differ were counted: a few of them show nothing, however alike all others are."""
    return difference.error <= ROUNDING or difference.method.startswith("McNemar")


def _rounded(number: float) -> int:
    step = int(10 ** max(math.floor(math.log10(number)) - 1, 1))
    return math.ceil(number / step - ROUNDING) * step
