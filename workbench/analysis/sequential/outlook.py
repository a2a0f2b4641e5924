"""Whether it is worth to go on: what the samples still to come could decide."""

from __future__ import annotations

import math

import numpy as np

from workbench.analysis.sequential.betting import Array, Side, log_bets, log_evidence

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
    values, seen = np.unique(np.append(differences, [-1.0, 1.0]), return_counts=True)
    shares = rng.dirichlet(seen, size=DRAWS)
    counts = rng.multinomial(remaining, shares) + seen
    counts[:, [0, -1]] -= 1  # those that were not seen
    enough = -math.log(alpha)

    def beyond(mean: float, side: Side) -> Array:
        grown = np.tensordot(counts, log_bets(values, mean), 1)
        return np.asarray(log_evidence(grown, side) >= enough)

    decided = beyond(0.0, side)
    if margin is not None:
        means = counts @ values / counts.sum(axis=1)
        decided |= (np.abs(means) < margin) & beyond(-margin, "both") & beyond(margin, "both")
    return float(decided.mean())
