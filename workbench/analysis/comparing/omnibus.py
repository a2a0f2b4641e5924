"""One test for all models together: whether they differ at all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import friedmanchisquare
from statsmodels.stats.contingency_tables import cochrans_q

from workbench.analysis.estimates import ROUNDING, Array


@dataclass(frozen=True, kw_only=True, slots=True)
class Omnibus:
    """Whether any of several models differs from the others.

    Attributes:
        test: Which test it is.
        statistic: Of chi², with one degree of freedom fewer than there are models.
        p: P value of "all are alike"; `nan` where no sample tells them apart, as the statistic is.
        n: Samples, or clusters of them, that all models have a score for.
    """

    test: Literal["Cochran's Q", "Friedman", "Friedman over clusters"]
    statistic: float
    p: float
    n: int

    def __str__(self) -> str:
        if math.isnan(self.p):
            return f"{self.test}: nothing differs among {self.n} blocks"
        return f"{self.test} {self.statistic:.2f}, p {self.p:.3g}, over {self.n} blocks"


def omnibus(scores: Array, groups: Array | None = None) -> Omnibus:
    """Test several models at once, on the samples that each of them has a score for.

    Args:
        scores: Shape (n_samples, n_models), at least three models, nothing missing.
        groups: The number of each sample's cluster, from 0; Friedman's test is then of the clusters' means.

    Raises:
        ValueError: There are fewer than three models: compare the two by `paired_difference`.

    Source:
        W. G. Cochran (1950), doi:10.1093/biomet/37.3-4.256, for scores of 0 and 1; M. Friedman (1937),
        doi:10.1080/01621459.1937.10503522, for others.
    """
    if scores.shape[1] < 3:
        raise ValueError(f"{scores.shape[1]} models: compare two by paired_difference")
    blocks = scores if groups is None else _means(scores, groups)
    binary = groups is None and bool(np.isin(scores, (0, 1)).all())
    test: Literal["Cochran's Q", "Friedman", "Friedman over clusters"] = (
        "Cochran's Q" if binary else "Friedman" if groups is None else "Friedman over clusters"
    )
    if not len(blocks) or float(np.ptp(blocks, axis=1).max()) < ROUNDING:
        return Omnibus(test=test, statistic=math.nan, p=math.nan, n=len(blocks))
    # Sums of scores in another order differ in the last bit, and are ties all the same.
    found = cochrans_q(blocks) if binary else friedmanchisquare(*np.round(blocks, 12).T)
    return Omnibus(test=test, statistic=float(found.statistic), p=float(found.pvalue), n=len(blocks))


def _means(scores: Array, groups: Array) -> Array:
    counts = np.bincount(groups)
    sums = np.stack([np.bincount(groups, weights=column) for column in scores.T], axis=1)
    return np.asarray(sums / counts[:, None])
