"""Two runs on the same items, each right or wrong: what the items on which they differ can tell."""

from __future__ import annotations

import math

from scipy.optimize import brentq
from scipy.stats import binom, norm


def mid_p(k: int, n: int) -> float:
    """One-sided mid-p value of `k` or more of `n` discordant items falling to one side by chance.

    Returns:
        P(X > k) + P(X = k) / 2 for X of Binomial(n, 1/2), in (0, 1); 0.5 where `n` is 0.

    Source:
        M. W. Fagerland and others (2013), doi:10.1186/1471-2288-13-91; theirs is two-sided:
        twice the smaller of the two.
    """
    return float(binom.sf(k, n, 0.5) + binom.pmf(k, n, 0.5) / 2)


def tango_interval(gains: int, losses: int, n: int, level: float) -> tuple[float, float]:
    """Score interval for the difference of two paired proportions, estimated by (gains - losses) / n.

    Args:
        gains: Items that only the second run has right.
        losses: Items that only the first run has right.
        n: All items, at least 1.
        level: Coverage, in (0, 1).

    Returns:
        Lower and upper bound, in [-1, 1]; never of width 0: no discordant item gives ±z² / (n + z²).

    Source:
        T. Tango (1998), Statistics in Medicine 17:891, the bounds as roots of its score equation.
    """
    return tango_bounds(gains, losses, n, float(norm.isf((1 - level) / 2)))


def tango_bounds(gains: float, losses: float, n: float, z: float) -> tuple[float, float]:
    """The same by how many errors it reaches, 1.96 for 95 %; items may count in part."""
    return _low(gains, losses, n, z), -_low(losses, gains, n, z)


def _low(gains: float, losses: float, n: float, z: float) -> float:
    if losses >= n:
        return -1.0

    def beyond(delta: float) -> float:
        # `lost` is the likeliest share of losses if the true difference is `delta`
        linear = (2 * n - gains + losses) * delta - gains - losses
        root = math.sqrt(max(0.0, linear**2 + 8 * n * losses * delta * (1 - delta)))
        lost = (root - linear) / (4 * n)
        variance = max(0.0, n * (2 * lost + delta * (1 - delta)))
        return gains - losses - n * delta - z * math.sqrt(variance)

    # just below the estimate, for at it the variance may be 0, which is a root but no bound
    return float(brentq(beyond, -1.0, (gains - losses) / n - 1e-9))
