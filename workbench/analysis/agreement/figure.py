"""A figure of agreement with its interval, whether samples are independent or come in clusters.

All figures here are smooth functions of means over samples. How far each sample moves such a figure, its
influence, gives the standard error: sums over clusters take the place of single samples where there are any.
No resample can be undefined, as those of a bootstrap are that happen to draw one and the same label, and the
same data always give the same interval. The interval is made on Fisher's z scale: there it holds for high
agreement of few samples too, where symmetric and bootstrap intervals are far too short (simulated in the
tests).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, t

from workbench.analysis.agreement.scale import Array
from workbench.analysis.estimates import LEVEL, ROUNDING, Estimate, independent, present

Clusters = Sequence[object] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A figure, and what each sample adds to it.

    Attributes:
        value: The figure, at most 1 (full agreement); `nan` where it is undefined.
        influence: How far each sample moves it, shape (n_samples,), with sum 0; `nan` where it has no part.
        n: How many samples it rests on.
        slack: By how much it falls where all come to disagree as far as they can, of whom all agree.

    Source:
        L. A. Jaeckel (1972), The infinitesimal jackknife, Bell Laboratories MM 72-1215-11; for kappa it is
        the variance of J. L. Fleiss, J. Cohen and B. S. Everitt (1969), doi:10.1037/h0028106, for AC1 that of
        K. L. Gwet (2008), doi:10.1348/000711006X126600.
    """

    value: float
    influence: Array
    n: int
    slack: float = 1.0

    def estimate(self, clusters: Clusters = None) -> Estimate:
        """The figure with its 95 % interval.

        Args:
            clusters: The group of each sample, shape (n_samples,), `None` where it stands alone; without it
                every sample does.

        Returns:
            The bounds are `nan` for fewer than two samples or clusters, and where no spread was seen. Full
            agreement has a lower bound all the same: as many samples (clusters, where there are any) may
            disagree as Wilson's interval for none of so many allows.

        Raises:
            ValueError: `clusters` is not as long as there are samples.
        """
        moves, groups = present(self.influence, clusters)
        sums = moves if groups is None else np.bincount(groups, weights=moves)
        low, high = self._bounds(sums, independent(len(moves), groups))
        return Estimate(value=self.value, low=low, high=high, n=self.n)

    def error(self, clusters: Clusters = None) -> float:
        """The standard error of the figure; `nan` for fewer than two samples or clusters."""
        moves, groups = present(self.influence, clusters)
        sums = moves if groups is None else np.bincount(groups, weights=moves)
        return _error(sums, independent(len(moves), groups))

    def _bounds(self, sums: Array, count: float) -> tuple[float, float]:
        if len(sums) < 2 or math.isnan(self.value):
            return math.nan, math.nan
        if self.value > 1 - ROUNDING:
            z = float(norm.isf((1 - LEVEL) / 2))
            return max(-1.0, 1 - self.slack * z**2 / (count + z**2)), 1.0
        error = _error(sums, count)
        if error < ROUNDING or self.value <= -1:
            return math.nan, math.nan
        return around(self.value, float(t.isf((1 - LEVEL) / 2, count - 1)) * error)


def _error(sums: Array, count: float) -> float:
    return math.sqrt(count / (count - 1) * float((sums**2).sum())) if len(sums) > 1 else math.nan


def around(value: float, reach: float) -> tuple[float, float]:
    """The bounds that are `reach` away from a figure in (-1, 1), bent so that they stay in there.

    Source:
        R. A. Fisher (1921), On the probable error of a coefficient of correlation, Metron 1:3.
    """
    bent = reach / (1 - value**2)
    low, high = (math.tanh(math.atanh(value) + each) for each in (-bent, bent))
    return min(low, value), max(high, value)  # rounding may carry them past it


def beyond_chance(
    observed: float,
    expected: float,
    *,
    observed_shift: Array,
    expected_shift: Array,
    n: int,
    most: float = 1.0,
) -> Figure:
    """1 - observed / expected disagreement.

    Args:
        observed: The mean distance of two labels of a sample.
        expected: What chance makes of it; the figure is undefined where that is 0.
        observed_shift: How far each sample moves the first, shape (n_samples,); `nan` where it has no part.
        expected_shift: How far it moves the second, likewise.
        n: How many samples it rests on.
        most: The longest distance.
    """
    if not expected > 0:
        return undefined(len(observed_shift), n)
    ratio = observed / expected
    influence = (ratio * expected_shift - observed_shift) / expected
    return Figure(value=1 - ratio, influence=influence, n=n, slack=most / expected)


def mean_of(figures: Sequence[Figure], samples: int) -> Figure:
    """The mean of figures of the same samples; those that are undefined are left out."""
    known = [figure for figure in figures if not math.isnan(figure.value)]
    if not known:
        return undefined(samples)
    influences = np.array([figure.influence for figure in known])
    nobody = np.isnan(influences).all(axis=0)
    return Figure(
        value=float(np.mean([figure.value for figure in known])),
        influence=np.where(nobody, math.nan, np.nansum(influences, axis=0) / len(known)),
        n=int((~nobody).sum()),
        slack=float(np.mean([figure.slack for figure in known])),
    )


def undefined(samples: int, n: int = 0) -> Figure:
    """A figure that has no value."""
    return Figure(value=math.nan, influence=np.full(samples, math.nan), n=n)
