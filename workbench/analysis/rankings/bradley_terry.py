"""Strengths of models from comparisons of two: Bradley and Terry's model, with ties and the place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.estimates import Array
from workbench.analysis.rankings.likelihood import Likelihood

PRIOR = 1.0


@dataclass(frozen=True, kw_only=True)
class Strengths:
    """How strong models are against each other.

    Attributes:
        models: The models.
        values: Log strength of each, shape (n_models,), 0 on average.
        covariance: Of `values`, shape (n_models, n_models).
        apart: How many standard errors each two of them are apart by their likelihood, at least 0, shape
            (n_models, n_models). It says more than `values` by `covariance` where one has won nearly all.
        ties: Ties between equals for each win of one of them; 0 where there were none.
        first: Log odds that its place adds to the answer shown first; `nan` where they cannot be told from
            the models, since no two of them ever changed places.
        first_error: Its standard error.
        df: Degrees of freedom of all errors: clusters less one.
        unbounded_above: Models that never lost to one outside of their group, so that nothing says how far
            they are ahead of the others; shape (n_models,).
        unbounded_below: Models that never won against one outside, likewise.
        parts: Number of each model's part, shape (n_models,): models of two parts were never compared, nor
            through others.
    """

    models: tuple[str, ...]
    values: Array
    covariance: Array
    apart: Array
    ties: float
    first: float
    first_error: float
    df: int
    unbounded_above: Array
    unbounded_below: Array
    parts: Array

    def wins(self) -> pd.DataFrame:
        """Probability that the row's model wins against the column's, whichever is shown first.

        Ties count half; `nan` on the diagonal.
        """
        lead = np.subtract.outer(self.values, self.values) / 2
        up, down = np.exp(lead), np.exp(-lead)
        shares = (up + self.ties / 2) / (up + down + self.ties)
        np.fill_diagonal(shares, math.nan)
        return pd.DataFrame(shares, index=list(self.models), columns=list(self.models))


def bradley_terry(votes: pd.DataFrame, models: Sequence[str], *, prior: float = PRIOR) -> Strengths:
    """Fit strengths by maximum likelihood, with a small prior that keeps them finite.

    Of two answers shown, the first wins with odds e^s, the second with e^-s and they tie with nu, where
    s = (strength of the first - strength of the second + first) / 2.

    Args:
        votes: One row a comparison: `first` and `second` (models), `score` of the first (1 won, 0.5 tie,
            0 lost), `weight` (1 where nothing else is known) and `cluster` (rows of one are not independent).
        models: All models, at least two.
        prior: In votes: as if each model had won half of so many against one of average strength, and lost
            the other half; likewise for the place and for ties. 0 for none: then all figures are `nan` where
            a model, or a group, won or lost everything against the others or never met them.

    Returns:
        Standard errors are the larger of those of the likelihood (Hessian), which hold for independent votes,
        and those of its clustered scores (sandwich), which vanish where votes hardly differ. `apart` is the
        signed root of the likelihood ratio of a fit in which the two are equal, by how much larger the error
        is than that of the likelihood alone.

    Source:
        R. A. Bradley and M. E. Terry (1952), doi:10.1093/biomet/39.3-4.324; ties: R. R. Davidson (1970),
        doi:10.1080/01621459.1970.10481082; place: Davidson and Beaver (1977), doi:10.2307/2529467; what
        makes strengths finite: L. R. Ford (1957), doi:10.1080/00029890.1957.11989117; why strengths by their
        errors say too little: W. W. Hauck and A. Donner (1977), doi:10.1080/01621459.1977.10479969.
    """
    fit = Likelihood(votes, models, prior)
    size = len(models)
    above, below = fit.unbounded()
    if prior == 0 and above.any():
        theta = np.full(fit.size, math.nan)
        covariance = np.full((fit.size, fit.size), math.nan)
        apart = np.full((size, size), math.nan)
    else:
        theta = fit.solve()
        covariance = fit.covariance(theta)
        apart = fit.apart(theta, covariance)
    centred = np.eye(size) - 1 / size
    spread = centred @ covariance[:size, :size] @ centred
    return Strengths(
        models=tuple(models),
        values=centred @ theta[:size],
        covariance=spread,
        apart=apart,
        ties=math.exp(theta[-1]) if fit.ties else 0.0,
        first=float(theta[size]) if fit.placed else math.nan,
        first_error=math.sqrt(covariance[size, size]) if fit.placed else math.nan,
        df=fit.clusters - 1,
        unbounded_above=above,
        unbounded_below=below,
        parts=fit.parts(),
    )
