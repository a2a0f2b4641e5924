"""Strengths of models from comparisons of two: Bradley and Terry's model, with ties and the place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import expit, logsumexp

from workbench.analysis.estimates import ROUNDING, Array

PRIOR = 1.0


@dataclass(frozen=True, kw_only=True)
class Strengths:
    """How strong models are against each other.

    Attributes:
        models: The models.
        values: Log strength of each, shape (n_models,), 0 on average.
        covariance: Of `values`, shape (n_models, n_models).
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
        and those of its clustered scores (sandwich), which vanish where votes hardly differ.

    Source:
        R. A. Bradley and M. E. Terry (1952), doi:10.1093/biomet/39.3-4.324; ties: R. R. Davidson (1970),
        doi:10.1080/01621459.1970.10481082; place: Davidson and Beaver (1977), doi:10.2307/2529467; what
        makes strengths finite: L. R. Ford (1957), doi:10.1080/00029890.1957.11989117.
    """
    fit = _Fit(votes, models, prior)
    size = len(models)
    above, below = fit.unbounded()
    if prior == 0 and above.any():
        theta = np.full(fit.size, math.nan)
        covariance = np.full((fit.size, fit.size), math.nan)
    else:
        theta = fit.solve()
        covariance = fit.covariance(theta)
    centred = np.eye(size) - 1 / size
    spread = centred @ covariance[:size, :size] @ centred
    return Strengths(
        models=tuple(models),
        values=centred @ theta[:size],
        covariance=spread,
        ties=math.exp(theta[-1]) if fit.ties else 0.0,
        first=float(theta[size]) if fit.placed else math.nan,
        first_error=math.sqrt(covariance[size, size]) if fit.placed else math.nan,
        df=fit.clusters - 1,
        unbounded_above=above,
        unbounded_below=below,
        parts=fit.parts(),
    )


class _Fit:
    """The penalised log likelihood: parameters are strengths, the place if it can be told, ties if any."""

    def __init__(self, votes: pd.DataFrame, models: Sequence[str], prior: float) -> None:
        place = {model: number for number, model in enumerate(models)}
        first, second = (votes[side].map(place).to_numpy(dtype=int) for side in ("first", "second"))
        self._prior = prior
        self._score = votes["score"].to_numpy(dtype=float)
        self._weight = votes["weight"].to_numpy(dtype=float)
        self._cluster = pd.factorize(votes["cluster"], use_na_sentinel=False)[0]
        self.clusters = int(self._cluster.max(initial=-1)) + 1
        design = np.zeros((len(votes), len(models) + 1))
        rows = np.arange(len(votes))
        design[rows, first] = 0.5
        design[rows, second] -= 0.5
        design[:, -1] = 0.5
        # Only two models that were seen in both orders tell what the place does.
        orders = set(zip(first.tolist(), second.tolist(), strict=True))
        self.placed = any((other, one) in orders for one, other in orders)
        self._design = design if self.placed else design[:, :-1]
        won, lost = self._score > 0, self._score < 1
        self._winners = np.concatenate([first[won], second[lost]])
        self._losers = np.concatenate([second[won], first[lost]])
        self.ties = bool((self._score == 0.5).any())
        self.size = self._design.shape[1] + self.ties
        self._models = len(models)

    def unbounded(self) -> tuple[Array, Array]:
        """Which models have no bound above, and which none below."""
        group = self._groups("strong")
        count = int(group.max()) + 1
        outside = group[self._winners] != group[self._losers]
        above = np.full(count, count > 1)
        below = above.copy()
        above[group[self._losers[outside]]] = False
        below[group[self._winners[outside]]] = False
        return above[group], below[group]

    def parts(self) -> Array:
        """The part of each model, by number."""
        return self._groups("weak")

    def _groups(self, connection: Literal["strong", "weak"]) -> Array:
        edges = (np.ones(len(self._winners)), (self._winners, self._losers))
        graph = coo_array(edges, shape=(self._models, self._models))
        groups: Array = connected_components(graph, connection=connection)[1]
        return groups

    def solve(self) -> Array:
        found = minimize(
            self._loss, np.zeros(self.size), jac=self._slope, hess=self._information, method="trust-exact",
            options={"gtol": 1e-7 * max(1.0, float(self._weight.sum()))},
        )  # fmt: skip
        return np.asarray(found.x)

    def covariance(self, theta: Array) -> Array:
        """Of the parameters; in every direction the larger of the two."""
        information = self._information(theta)
        if self.clusters < 2:
            return np.full_like(information, math.nan)
        size, axes = np.linalg.eigh(information)
        # A square root of the Hessian's inverse; without a prior, shifting all strengths changes nothing.
        steep = size > ROUNDING * size.max()
        root = axes[:, steep] / np.sqrt(size[steep])
        scores = np.zeros((self.clusters, self.size))
        np.add.at(scores, self._cluster, self._scores(theta))
        scores = (scores - scores.mean(axis=0)) @ root
        # In units of the one error, the other is a matrix, whose axes tell where it is larger.
        ratio, axes = np.linalg.eigh(scores.T @ scores * self.clusters / (self.clusters - 1))
        root = root @ axes * np.sqrt(np.maximum(1, ratio))
        found: Array = root @ root.T
        return found

    def _logits(self, theta: Array) -> Array:
        """Of first won, tie, second won: shape (n_votes, 3)."""
        lead = self._design @ (theta[:-1] if self.ties else theta)
        tie = np.full_like(lead, theta[-1] if self.ties else -math.inf)
        return np.column_stack([lead, tie, -lead])

    def _loss(self, theta: Array) -> float:
        logits = self._logits(theta)
        chosen = logits[np.arange(len(logits)), (2 - 2 * self._score).astype(int)]
        likelihood = float(self._weight @ (chosen - logsumexp(logits, axis=1)))
        # log of expit(x) expit(-x): half a vote won and half a vote lost
        return -likelihood + self._prior / 2 * float(
            np.logaddexp(0, theta).sum() + np.logaddexp(0, -theta).sum()
        )

    def _scores(self, theta: Array) -> Array:
        """Slope of the log likelihood of each vote."""
        logits = self._logits(theta)
        shares = np.exp(logits - logsumexp(logits, axis=1, keepdims=True))
        lead = (2 * self._score - 1) - (shares[:, 0] - shares[:, 2])
        slopes: Array = self._design * lead[:, None]
        if self.ties:
            slopes = np.column_stack([slopes, (self._score == 0.5) - shares[:, 1]])
        slopes *= self._weight[:, None]
        return slopes

    def _slope(self, theta: Array) -> Array:
        found: Array = self._prior * (expit(theta) - 0.5) - self._scores(theta).sum(axis=0)
        return found

    def _information(self, theta: Array) -> Array:
        logits = self._logits(theta)
        shares = np.exp(logits - logsumexp(logits, axis=1, keepdims=True))
        lead = shares[:, 0] - shares[:, 2]
        weighted = self._design * (self._weight * (1 - shares[:, 1] - lead**2))[:, None]
        found: Array = np.zeros((self.size, self.size))
        inner = self._design.shape[1]
        found[:inner, :inner] = self._design.T @ weighted
        if self.ties:
            tie = shares[:, 1] * self._weight
            found[:inner, -1] = found[-1, :inner] = -(self._design.T @ (tie * lead))
            found[-1, -1] = tie @ (1 - shares[:, 1])
        found[np.diag_indices(self.size)] += self._prior * expit(theta) * expit(-theta)
        return found
