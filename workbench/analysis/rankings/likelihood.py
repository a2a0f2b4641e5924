"""How likely votes are by the strengths of models: what Bradley and Terry's model is fitted with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import expit, logsumexp

from workbench.analysis.estimates import ROUNDING, Array


class Likelihood:
    """The penalised log likelihood: parameters are strengths, the place if it can be told, ties if any."""

    def __init__(self, votes: pd.DataFrame, models: Sequence[str], prior: float) -> None:
        place = {model: number for number, model in enumerate(models)}
        self._prior = prior
        self._votes = votes["weight"].to_numpy(dtype=float)
        self._cluster = pd.factorize(votes["cluster"], use_na_sentinel=False)[0]
        self.clusters = int(self._cluster.max(initial=-1)) + 1
        # Equal votes are one row of what follows, with the weight of all of them.
        same = ["first", "second", "score"]
        self._kind = votes.groupby(same, sort=False).ngroup().to_numpy()
        self._weight = np.bincount(self._kind, weights=self._votes)
        kinds = votes.drop_duplicates(same)
        first, second = (kinds[side].map(place).to_numpy(dtype=int) for side in ("first", "second"))
        self._score = kinds["score"].to_numpy(dtype=float)
        design = np.zeros((len(kinds), len(models) + 1))
        rows = np.arange(len(kinds))
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

    def solve(self, start: Array | None = None, basis: Array | None = None) -> Array:
        """The likeliest parameters, of all or of those that are sums of some columns."""
        columns = np.eye(self.size) if basis is None else basis

        def loss(part: Array) -> float:
            return self._loss(columns @ part)

        def slope(part: Array) -> Array:
            return np.asarray(columns.T @ self._slope(columns @ part))

        def information(part: Array) -> Array:
            return np.asarray(columns.T @ self._information(columns @ part) @ columns)

        begin = np.zeros(columns.shape[1]) if start is None else np.linalg.pinv(columns) @ start
        found = minimize(
            loss, begin, jac=slope, hess=information, method="trust-exact",
            options={"gtol": 1e-7 * max(1.0, float(self._weight.sum()))},
        )  # fmt: skip
        return np.asarray(columns @ found.x)

    def apart(self, theta: Array, covariance: Array) -> Array:
        """See `Strengths`."""
        alone, least = np.linalg.pinv(self._information(theta), hermitian=True), self._loss(theta)
        found = np.zeros((self._models, self._models))
        for one, other in combinations(range(self._models), 2):
            contrast = np.zeros(self.size)
            contrast[[one, other]] = 1, -1
            equal = np.delete(np.eye(self.size), other, axis=1)
            equal[other] = equal[one]
            ratio = 2 * (self._loss(self.solve(theta, equal)) - least)
            larger = (contrast @ covariance @ contrast) / (contrast @ alone @ contrast)
            found[one, other] = found[other, one] = math.sqrt(max(0.0, ratio) / larger)
        return found

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
        np.add.at(scores, self._cluster, self._scores(theta)[self._kind] * self._votes[:, None])
        scores = (scores - scores.mean(axis=0)) @ root
        # In units of the one error, the other is a matrix, whose axes tell where it is larger.
        ratio, axes = np.linalg.eigh(scores.T @ scores * self.clusters / (self.clusters - 1))
        root = root @ axes * np.sqrt(np.maximum(1, ratio))
        found: Array = root @ root.T
        return found

    def _logits(self, theta: Array) -> Array:
        """Of first won, tie, second won: shape (n_kinds, 3)."""
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
        """Slope of the log likelihood of a vote of each kind."""
        logits = self._logits(theta)
        shares = np.exp(logits - logsumexp(logits, axis=1, keepdims=True))
        lead = (2 * self._score - 1) - (shares[:, 0] - shares[:, 2])
        slopes: Array = self._design * lead[:, None]
        if self.ties:
            slopes = np.column_stack([slopes, (self._score == 0.5) - shares[:, 1]])
        return slopes

    def _slope(self, theta: Array) -> Array:
        found: Array = self._prior * (expit(theta) - 0.5) - self._weight @ self._scores(theta)
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
