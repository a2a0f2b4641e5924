"""From a paired test to a difference."""

from __future__ import annotations

import math

from workbench.analysis.estimates import Estimate
from workbench.analysis.regression.change import Difference
from workbench.analysis.regression.metrics import Goal
from workbench.analysis.statistics import PairedTest


def difference(test: PairedTest, baseline: Estimate, candidate: Estimate, goal: Goal) -> Difference:
    """What a paired test says, in the words of a report.

    Args:
        test: Candidate − baseline.
        baseline: The figure then.
        candidate: The figure now.
        goal: Whether a rise is better, or a fall.
    """
    fall, rise = test.p_worse, test.p_better
    return Difference(
        baseline=baseline,
        candidate=candidate,
        change=test.difference,
        p_worse=fall if goal == "higher" else rise,
        p_better=rise if goal == "higher" else fall,
        error=test.error,
        units=test.units,
        n=test.n,
        dropped=test.dropped,
        method=test.method,
        # Where no sample differs, no way of swapping then and now would have shown more.
        possible=not math.isnan(fall) and (test.error > 0 or test.difference.value != 0),
    )
