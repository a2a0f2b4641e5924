"""How sure the order of several models is: the ranks that they have in samples drawn again."""

from __future__ import annotations

import math

import numpy as np

from workbench.analysis.estimates import Array

DRAWS = 2000
_CHUNK = 100  # draws held in memory at once
_SAME = 9  # decimals up to which two means are a tie


def rank_shares(
    scores: Array, groups: Array | None = None, *, rng: np.random.Generator, draws: int = DRAWS
) -> Array:
    """How often each model takes each rank when samples are drawn again, clusters whole.

    Args:
        scores: Shape (n_samples, n_models), nothing missing.
        groups: The number of each sample's cluster, from 0.
        rng: Draws, and puts ties in an order.
        draws: How many times.

    Returns:
        Shares in [0, 1], shape (n_models, n_models): row a model, column a rank, the best first. Rows and
        columns add up to 1. `nan` where there is no sample.

    Source:
        P. Hall and H. Miller (2009), doi:10.1214/08-AOS699R, on bootstrapping ranks.
    """
    n, models = scores.shape
    if n == 0:
        return np.full((models, models), math.nan)
    units = np.arange(n) if groups is None else groups
    counts = np.bincount(units).astype(float)
    sums = np.stack([np.bincount(units, weights=column) for column in scores.T], axis=1)
    shares = np.zeros((models, models))
    even = np.full(len(counts), 1 / len(counts))
    for start in range(0, draws, _CHUNK):
        drawn = rng.multinomial(len(counts), even, size=min(_CHUNK, draws - start)).astype(float)
        means = np.round(drawn @ sums / (drawn @ counts)[:, None], _SAME)
        order = np.lexsort((rng.random(means.shape), -means), axis=1)
        for rank in range(models):
            shares[:, rank] += np.bincount(order[:, rank], minlength=models)
    return shares / draws


def rank_interval(shares: Array, level: float = 0.95) -> tuple[int, int] | None:
    """The ranks, from 1, between which a model is in at least `level` of the draws, the ends cut alike.

    Args:
        shares: A model's row of `rank_shares`.
        level: In (0, 1).

    Returns:
        The best and the worst of them; `None` where the shares are `nan`.
    """
    if np.isnan(shares).any():
        return None
    tail = (1 - level) / 2
    below = np.cumsum(shares)
    low, high = (int(np.searchsorted(below, edge + side)) for edge, side in ((tail, 1e-9), (1 - tail, -1e-9)))
    return low + 1, high + 1
