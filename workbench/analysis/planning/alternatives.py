"""What could be asked: numbers of epochs, what each needs, shows and costs, and which is the best."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.analysis.planning.costs import Cost
from workbench.analysis.planning.power import mde, samples_needed

EPOCHS = (1, 2, 3, 4, 6, 8, 12, 16)
_NEARLY = 1.1  # more epochs are not worth their price once the most of them show little more


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """One way to look for a difference.

    Attributes:
        epochs: How often each sample is asked.
        needed: Samples that it takes.
        samples: Those that are asked: as many as are needed, or all that there are.
        sees: The smallest difference that they would probably show; `nan`: none.
        cost: Of asking them.
    """

    epochs: int
    needed: int
    samples: int
    sees: float
    cost: Cost

    @property
    def enough(self) -> bool:
        """Whether there are as many samples as it takes."""
        return self.needed <= self.samples


def alternatives(
    delta: float, size: int, one: Cost, facts: Mapping[str, Any], epochs: Iterable[int] = EPOCHS
) -> list[Alternative]:
    """What could be asked for a difference of `delta`.

    Args:
        delta: In the unit of the scores.
        size: Samples that there are.
        one: The cost of one sample, asked once.
        facts: The further arguments of `mde`.
        epochs: Which numbers of them.
    """
    found = []
    for each in epochs:
        needed = samples_needed(delta, epochs=each, **facts)
        samples = min(needed, size)
        sees = mde(samples, epochs=each, **facts)
        cost = one.times(samples * each)
        found.append(Alternative(epochs=each, needed=needed, samples=samples, sees=sees, cost=cost))
    return found


def best(found: Sequence[Alternative]) -> Alternative:
    """The one with the fewest calls of those that will do, or else with as many epochs as are worth it."""
    enough = [each for each in found if each.enough]
    if enough:
        return min(enough, key=lambda each: each.cost.calls)
    seeing = [each for each in found if not math.isnan(each.sees)]
    if not seeing:
        return found[-1]
    most = min(each.sees for each in seeing)
    return next(each for each in seeing if each.sees <= _NEARLY * most)


def frame_of(found: Iterable[Alternative]) -> pd.DataFrame:
    """A row for each; what is not known is missing."""
    return pd.DataFrame(
        {
            "epochs": each.epochs,
            "samples_needed": each.needed,
            "enough": each.enough,
            "samples": each.samples,
            "sees": each.sees,
            "calls": math.ceil(each.cost.calls),
            "cost_usd": _float(each.cost.expected_usd),
            "cost_low_usd": _float(each.cost.low_usd),
            "cost_high_usd": _float(each.cost.high_usd),
            "minutes": math.nan if each.cost.seconds is None else each.cost.seconds / 60,
        }
        for each in found
    )


def _float(usd: Any) -> float:
    return math.nan if usd is None else float(usd)
