"""Evidence and intervals that hold at every look, won by betting on differences in [-1, 1].

Whoever bets a fraction of their money on each difference, at odds that are fair if the mean is m, does not
grow rich if it is: the money multiplies by 20 with a chance of at most 1 in 20, however long they go on. What
1 has grown to is the e-value against m, and the means against which it has not yet grown to 1 / alpha are
the confidence interval at that look. Money is spread over fractions of what may be staked (`Stakes`), and
over both directions. For differences of -1, 0 and 1 and a mean of 0, that is a mixture of tests on the
discordant pairs.

Source:
    I. Waudby-Smith, A. Ramdas (2023), doi:10.1093/jrsssb/qkad009, hedged capital; the mixture in place of
    bets that follow the data: F. Orabona, K.-S. Jun (2024), arXiv:2110.14099; that it holds at
    every look: J. Ville (1939).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import roots_jacobi

Array = npt.NDArray[Any]
Side = Literal["both", "better", "worse"]
"""What is looked for in candidate − baseline: any difference, one above 0, one below 0."""

ALPHA = 0.05
LOOKS = 100  # of a confidence sequence, where they are not chosen
_LARGEST = 700.0  # logarithm of the largest e-value that is written out
_EDGE = 1 - 1e-9  # bets are off against a mean of ±1 itself


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Stakes:
    """How the money is spread.

    Attributes:
        fractions: Of what may be staked, in (0, 1), shape (n_fractions,).
        shares: Of the money on each; their sum is 1.
    """

    fractions: Array
    shares: Array


def _stakes(a: int, b: int, count: int = 24) -> Stakes:
    """Stakes as Beta(a, b) has them: any would do for the error."""
    places, weights = roots_jacobi(count, b - 1, a - 1)
    return Stakes(fractions=(places + 1) / 2, shares=weights / weights.sum())


WARY = _stakes(2, 3)
"""Finds differences of 5 to 20 points of models asked once soonest, in simulation."""

BOLD = _stakes(2, 1)
"""Finds them sooner where scores vary less, as means over repeats do."""


def log_bets(differences: Array, mean: float, stakes: Stakes = WARY) -> Array:
    """What each stake becomes by each difference if the mean were `mean`.

    Returns:
        Logarithms, shape (..., 2, n_fractions): bets on more than `mean`, then on less.
    """
    share, fair = (1 + np.asarray(differences)[..., None]) / 2, (1 + mean) / 2
    more = np.log1p(stakes.fractions * (share / fair - 1))
    less = np.log1p(stakes.fractions * ((1 - share) / (1 - fair) - 1))
    return np.stack([more, less], axis=-2)


def log_evidence(log_stakes: Array, side: Side = "both", stakes: Stakes = WARY) -> Array:
    """Logarithm of the e-value, of stakes that have grown to `log_stakes`, shape (..., 2, n_fractions)."""
    by_side = np.logaddexp.reduce(log_stakes + np.log(stakes.shares), axis=-1)
    if side == "both":
        return np.asarray(np.logaddexp(by_side[..., 0], by_side[..., 1]) - math.log(2))
    return np.asarray(by_side[..., 0 if side == "better" else 1])


def e_values(differences: npt.ArrayLike, mean: float = 0.0, side: Side = "both") -> Array:
    """The evidence against a mean, after each difference.

    Args:
        differences: Candidate − baseline for each sample, in [-1, 1], in the order in which they were seen;
            shape (..., n).
        mean: What the mean would be, in (-1, 1).
        side: In which direction; one-sided evidence is against all means on the other side too.

    Returns:
        Shape (..., n), at least 0; the chance that it ever gets to 1 / alpha is at most alpha if `mean` is
        the mean of each difference given the earlier ones. Numbers above e^700 are cut off there.

    Raises:
        ValueError: A difference is not in [-1, 1].
    """
    moves = checked(differences)
    grown = np.cumsum(log_bets(moves, mean), axis=-3)
    return np.asarray(np.exp(np.minimum(log_evidence(grown, side), _LARGEST)))


def interval(
    differences: npt.ArrayLike, alpha: float = ALPHA, side: Side = "both", stakes: Stakes = WARY
) -> tuple[float, float]:
    """The interval of the mean at this look, which holds at all looks together with chance 1 - `alpha`.

    Args:
        differences: As in `e_values`, shape (n,).
        alpha: In (0, 1).
        side: One-sided intervals reach to 1 ("better") or -1 ("worse").
        stakes: How the money is spread.

    Returns:
        Bounds in [-1, 1], the mean of the differences between them; (-1, 1) without any.
    """
    values, counts = np.unique(checked(differences), return_counts=True)
    enough = -math.log(alpha)

    def beyond(mean: float) -> float:
        grown = np.tensordot(counts, log_bets(values, mean, stakes), 1)
        return float(log_evidence(grown, side, stakes)) - enough

    if not len(values):
        return -1.0, 1.0
    # The evidence falls towards the mean of the data from both sides, and is at most 1 there.
    centre = min(max(float(counts @ values / counts.sum()), -_EDGE), _EDGE)
    low = float(brentq(beyond, -_EDGE, centre)) if beyond(-_EDGE) > 0 else -1.0
    high = float(brentq(beyond, centre, _EDGE)) if beyond(_EDGE) > 0 else 1.0
    return low, high


def confidence_sequence(
    differences: npt.ArrayLike,
    *,
    alpha: float = ALPHA,
    side: Side = "both",
    looks: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Estimate, interval and evidence at many looks.

    Args:
        differences: As in `e_values`, shape (n,).
        alpha: In (0, 1).
        side: As in `interval`.
        looks: After how many differences; without it at most 100, evenly spread, the last among them.

    Returns:
        One row a look: n, estimate (mean so far), low, high, e_value (against a mean of 0).
    """
    moves = checked(differences)
    if looks is None:
        looks = (
            np.unique(np.linspace(1, len(moves), LOOKS).round().astype(int)).tolist() if len(moves) else []
        )
    evidence = e_values(moves, side=side)
    rows = [(n, moves[:n].mean(), *interval(moves[:n], alpha, side), evidence[n - 1]) for n in looks]
    return pd.DataFrame(rows, columns=["n", "estimate", "low", "high", "e_value"])


def checked(differences: npt.ArrayLike) -> Array:
    """Differences as numbers.

    Raises:
        ValueError: One is not in [-1, 1].
    """
    moves = np.asarray(differences, dtype=float)
    wrong = moves[~(np.abs(moves) <= 1)]
    if wrong.size:
        raise ValueError(f"a difference of {wrong.flat[0]!r}: bring scores into the range from 0 to 1 first")
    return moves
