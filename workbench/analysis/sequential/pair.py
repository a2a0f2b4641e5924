"""Two models that are compared until they are told apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np
import pandas as pd

from workbench.analysis.estimates import Estimate
from workbench.analysis.sequential.betting import (
    WARY,
    Array,
    Side,
    confidence_sequence,
    interval,
    log_bets,
    log_evidence,
)
from workbench.analysis.sequential.outlook import chance_to_decide
from workbench.analysis.statistics import Verdict

Values = Mapping[str, float | None]
"""Scores on one sample, by model."""

LARGEST = 1e300
HARDLY = 0.05  # a comparison that is decided with a smaller chance is not worth the samples


@dataclass(kw_only=True, slots=True)
class Pair:
    """A candidate against a baseline, as far as they were compared.

    Attributes:
        baseline: A model, by its label.
        candidate: Another.
        alpha: The error that this pair may take, of those of all pairs together.
        side: Which difference is looked for.
        margin: Within ±`margin` they are the same; `None`: that is not asked.
        verdict: Of the candidate; what is decided stays so.
        asked: Samples that were asked when it was decided, or until now.
        missing: Samples (or clusters) that one of the two has no score for, left out.
        differences: Candidate − baseline, one for each sample (or cluster), in [-1, 1].
        asked_at: Samples that were asked by then.
        chance: That the rest decides it, where that was asked.
    """

    baseline: str
    candidate: str
    alpha: float
    side: Side
    margin: float | None
    verdict: Verdict = "undecided"
    asked: int = 0
    missing: int = 0
    differences: list[float] = field(default_factory=list)
    asked_at: list[int] = field(default_factory=list)
    chance: float | None = None
    _means: tuple[float, ...] = field(init=False)
    _grown: Array = field(init=False)

    def __post_init__(self) -> None:
        self._means = (0.0,) if self.margin is None else (0.0, -self.margin, self.margin)
        self._grown = np.zeros((len(self._means), 2, len(WARY.fractions)))

    def compare(self, unit: Iterable[Values], asked: int) -> None:
        """The next sample, or all of the next cluster: the mean over those that both have a score for."""
        both = [(values[self.candidate], values[self.baseline]) for values in unit]
        moves = [new - old for new, old in both if new is not None and old is not None]
        self.take(fmean(moves) if moves else None, asked)

    def take(self, difference: float | None, asked: int) -> None:
        """The next sample (or cluster); `None` where one of the two has no score."""
        self.asked = asked
        if difference is None:
            self.missing += 1
            return
        self.differences.append(difference)
        self.asked_at.append(asked)
        self._grown += [log_bets(np.array(difference), mean) for mean in self._means]

    def look(self) -> None:
        """Decide, if the evidence suffices."""
        enough, total = -math.log(self.alpha), math.fsum(self.differences)
        if self._log_evidence() >= enough:
            self.verdict = "better" if total > 0 else "worse"
        elif self.margin is not None and abs(total) < self.margin * len(self.differences):
            within = (log_evidence(grown) >= enough for grown in self._grown[1:])
            self.verdict = "same" if all(within) else "undecided"

    def look_ahead(self, total: int, rng: np.random.Generator) -> None:
        """Estimate the chance that the samples (or clusters) still to come decide it.

        Args:
            total: How many there are in all; those to come lack a score as often as those that came.
            rng: For the draws.
        """
        compared = len(self.differences)
        come = compared + self.missing
        self.chance = chance_to_decide(
            np.array(self.differences),
            round((total - come) * compared / come),
            alpha=self.alpha,
            side=self.side,
            margin=self.margin,
            rng=rng,
        )

    @property
    def open(self) -> bool:
        """Whether it is undecided, and more samples could decide it."""
        return self.verdict == "undecided" and (self.chance is None or self.chance >= HARDLY)

    @property
    def e_value(self) -> float:
        """The evidence that there is a difference (of that side), at least 0; it takes 1 / `alpha`."""
        return math.exp(min(self._log_evidence(), math.log(LARGEST)))

    @property
    def difference(self) -> Estimate:
        """Candidate − baseline, with an interval that holds at every look; `nan` without any sample."""
        n = len(self.differences)
        low, high = interval(self.differences, self.alpha, self.side) if n else (math.nan, math.nan)
        value = float(np.mean(self.differences)) if n else math.nan
        return Estimate(value=value, low=low, high=high, n=n, level=1 - self.alpha)

    def sentence(self) -> str:
        """How they stand, in words."""
        if not self.differences:
            return f"{self.candidate} against {self.baseline}: no sample was scored for both"
        found = self.difference
        return (
            f"{self.candidate} against {self.baseline}: {self.verdict}, {100 * found.value:+.1f} points "
            f"[{100 * found.low:+.1f}, {100 * found.high:+.1f}], e-value {self.e_value:.3g} "
            f"of {1 / self.alpha:.3g}, after {self.asked} samples"
        )

    def trace(self) -> pd.DataFrame:
        """How estimate, interval and evidence came about: see `UntilDecided.trace`."""
        looks = confidence_sequence(self.differences, alpha=self.alpha, side=self.side)
        asked = [self.asked_at[n - 1] for n in looks["n"]]
        names = {"baseline": self.baseline, "candidate": self.candidate, "asked": asked}
        return looks.assign(**names, needed=1 / self.alpha)

    def _log_evidence(self) -> float:
        return float(log_evidence(self._grown[0], self.side))
