"""Whether it is worth to go on: what the samples still to come could decide."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import norm

from workbench.analysis.sequential.betting import BOLD, Array, Side, log_bets, log_evidence

DRAWS = 200


def chance_to_decide(
    differences: Array,
    remaining: int,
    *,
    alpha: float,
    side: Side,
    margin: float | None,
    rng: np.random.Generator,
) -> float:
    """How likely the remaining samples decide a comparison by their end, if they are like those seen.

    Drawn `DRAWS` times: how often each difference occurs, from what was seen and, so that few samples
    foretell little, one more of -1 and of 1 each; then the remaining differences. It says nothing about the
    error: who stops for a small chance decides nothing.

    Args:
        differences: Those seen, in [-1, 1], shape (n,).
        remaining: How many are to come.
        alpha: At which level it is decided.
        side: Which difference is looked for.
        margin: Within which the models are the same; `None`: that is not asked.
        rng: For the draws.

    Returns:
        In [0, 1]; a little too low, as only the end is looked at.

    Source:
        D. B. Rubin (1981), doi:10.1214/aos/1176345338, the Bayesian bootstrap; predictive power:
        D. J. Spiegelhalter and others (1986), doi:10.1016/0197-2456(86)90003-6.
    """
    values, counts = _foreseen(np.asarray(differences, dtype=float)[:, None], remaining, rng)
    values = values[:, 0]
    enough = -math.log(alpha)

    def beyond(mean: float, side: Side) -> Array:
        grown = np.tensordot(counts, log_bets(values, mean), 1)
        return np.asarray(log_evidence(grown, side) >= enough)

    decided = beyond(0.0, side)
    if margin is not None:
        means = counts @ values / counts.sum(axis=1)
        decided |= (np.abs(means) < margin) & beyond(-margin, "both") & beyond(margin, "both")
    return float(decided.mean())


def chance_to_know(
    lows: Array,
    highs: Array,
    remaining: int,
    *,
    alpha: float,
    at_the_end: float,
    margin: float,
    rng: np.random.Generator,
) -> float:
    """How likely the remaining samples show that a model fell, or that it did not by the margin.

    Args:
        lows: The differences seen where every missing answer is wrong, in [-1, 1], shape (n,).
        highs: Where it is right, likewise.
        remaining: How many are to come.
        alpha: At which level each of the two is decided.
        at_the_end: Which share of it the ordinary test of all samples has.
        margin: Below 1.
        rng: For the draws.

    Returns:
        As `chance_to_decide`.
    """
    values, counts = _foreseen(np.column_stack([lows, highs]), remaining, rng)
    low, high = values.T
    fell = np.tensordot(counts, log_bets(high, 0.0, BOLD), 1)
    held = np.tensordot(counts, log_bets(low, -margin, BOLD), 1)
    enough = -math.log(alpha * (1 - at_the_end))
    decided = (log_evidence(fell, "worse", BOLD) >= enough) | (log_evidence(held, "better", BOLD) >= enough)
    n = counts.sum(axis=1)
    means = counts @ high / n
    spread = np.sqrt(np.maximum(counts @ high**2 / n - means**2, 0) / n)
    decided |= means < -float(norm.isf(alpha * at_the_end)) * spread
    return float(decided.mean())


def _foreseen(seen: Array, remaining: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Each row that may be seen, and how often it will have been at the end, in each draw."""
    none_seen = np.ones((1, seen.shape[1]))
    values, counts = np.unique(np.concatenate([seen, -none_seen, none_seen]), axis=0, return_counts=True)
    shares = rng.dirichlet(counts, size=DRAWS)
    foreseen = rng.multinomial(remaining, shares) + counts
    foreseen[:, [0, -1]] -= 1  # those that were not seen
    return values, foreseen
