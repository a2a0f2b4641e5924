"""One model against its own earlier answers, until it is known whether it fell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np

from workbench.analysis.estimates import Estimate
from workbench.analysis.planning.power import smallest
from workbench.analysis.sequential.betting import BOLD, Array, Side, interval, log_bets, log_evidence
from workbench.analysis.sequential.outlook import chance_to_know
from workbench.analysis.statistics import Verdict, paired_difference

AT_THE_END = 0.5
"""Share of the error that is left for one ordinary test, of `worse`, when all samples were asked."""

HARDLY = 0.05  # what is decided with a smaller chance is not worth the samples
FAR = 10_000  # samples; who needs more is not told how many
_LARGEST = 700.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Then:
    """What a model scored on a sample in the baseline.

    Attributes:
        value: The mean over the epochs that were scored, in [0, 1].
        missing: In how many of the epochs there is no score, as a share in [0, 1).
        cluster: What the sample shares with others, for the test at the end.
    """

    value: float
    missing: float = 0.0
    cluster: str | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the mean over all epochs lies, whatever those without a score would have brought."""
        return _bounds(self.value, self.missing)


@dataclass(kw_only=True, slots=True)
class Fall:
    """A model, as far as it was compared with its baseline.

    A call without a score counts against whatever would be decided: as right where the question is whether
    the model is worse, and as wrong where it is whether it is not. So what fails can hold a decision up, and
    never bring it about.

    Attributes:
        model: By its label.
        alpha: The error that this model may take: a half for the evidence on each side, which is that of a
            two-sided interval, and a half for the test of `worse` at the end.
        margin: `same`: it did not fall by as much.
        then: What it scored in the baseline, by sample.
        even: Whether a sample was asked as often then as now, or more often. Means of more answers now fall a
            little on many samples and rise much on few, which an ordinary test takes for a fall: there is
            none at the end then.
        verdict: What is decided stays so.
        asked: Samples that were asked when it was decided, or until now.
        chance: That the rest decides it, where that was asked.
        ended: Whether all its samples were asked, so that the test at the end was made.
        old: Its earlier score on each sample that was compared.
        new: Its score now, likewise; `nan` where it has none.
        missing: The share of epochs without one.
    """

    model: str
    alpha: float
    margin: float
    then: Mapping[str, Then]
    even: bool = True
    verdict: Verdict = "undecided"
    asked: int = 0
    chance: float | None = None
    ended: bool = False
    old: list[float] = field(default_factory=list)
    new: list[float] = field(default_factory=list)
    missing: list[float] = field(default_factory=list)
    _clusters: list[str | None] = field(default_factory=list)
    _bounds_then: list[tuple[float, float]] = field(default_factory=list)
    _bounds_now: list[tuple[float, float]] = field(default_factory=list)
    _grown: Array = field(init=False)

    def __post_init__(self) -> None:
        self._grown = np.zeros((3, 2, len(BOLD.fractions)))

    def take(self, sample: str, value: float | None, missing: float, asked: int) -> None:
        """The next sample; one that the baseline has no score for tells nothing.

        Args:
            sample: Its id.
            value: The mean over the epochs that were scored, in [0, 1]; `None` without any.
            missing: The share of epochs without a score.
            asked: How many samples were asked by then.
        """
        self.asked = asked
        then = self.then.get(sample)
        if then is None:
            return
        self.old.append(then.value)
        self.new.append(math.nan if value is None else value)
        self.missing.append(missing)
        self._clusters.append(then.cluster)
        self._bounds_then.append(then.bounds)
        self._bounds_now.append(_bounds(value or 0.0, missing))
        low, high = self._bounds_now[-1][0] - then.bounds[1], self._bounds_now[-1][1] - then.bounds[0]
        self._grown += [
            log_bets(np.array(high), 0.0, BOLD),
            log_bets(np.array(low), 0.0, BOLD),
            log_bets(np.array(low), -self.margin, BOLD),
        ]

    def look(self) -> None:
        """Decide, if the evidence suffices."""
        self.ended = len(self.old) == len(self.then)
        if self.p_worse <= self.alpha:
            self.verdict = "worse"
        elif self.p_better <= self.alpha:
            self.verdict = "better"
        elif self.p_fell_by_margin <= self.alpha:
            self.verdict = "same"

    def look_ahead(self, rng: np.random.Generator) -> None:
        """Estimate the chance that the samples still to come decide it."""
        self.chance = chance_to_know(
            self.lows,
            self.highs,
            len(self.then) - len(self.old),
            alpha=self.alpha,
            at_the_end=AT_THE_END,
            margin=self.margin,
            rng=rng,
        )

    @property
    def open(self) -> bool:
        """Whether it is undecided, and more samples could decide it."""
        return self.verdict == "undecided" and (self.chance is None or self.chance >= HARDLY)

    @property
    def lows(self) -> Array:
        """Now − then for each sample, every missing answer wrong now and right then; in [-1, 1]."""
        pairs = zip(self._bounds_now, self._bounds_then, strict=True)
        return np.array([now[0] - then[1] for now, then in pairs])

    @property
    def highs(self) -> Array:
        """Likewise, every missing answer right now and wrong then."""
        pairs = zip(self._bounds_now, self._bounds_then, strict=True)
        return np.array([now[1] - then[0] for now, then in pairs])

    @property
    def p_worse(self) -> float:
        """P value of "no worse", which holds at every look: by e-values, and an ordinary test at the end."""
        return min(self._p(0, "worse"), self._p_at_the_end())

    @property
    def p_better(self) -> float:
        """P value of "no better", by e-values alone."""
        return self._p(1, "better")

    @property
    def p_fell_by_margin(self) -> float:
        """P value of "it fell by the margin or more", likewise."""
        return self._p(2, "better")

    @property
    def difference(self) -> Estimate:
        """Now − then over the samples scored in both, with an interval that holds at every look.

        It is of level 1 - `alpha`: below 0 where it is worse, above -`margin` where it is the same; `nan`
        without any sample.
        """
        level = 1 - self.alpha
        moves = np.array(self.new) - self.old
        scored = moves[~np.isnan(moves)]
        if not len(scored):
            return Estimate(value=math.nan, low=math.nan, high=math.nan, n=0, level=level)
        enough = self.alpha * (1 - AT_THE_END)
        low, _ = interval(self.lows, enough, "better", BOLD)
        _, high = interval(self.highs, enough, "worse", BOLD)
        if self.verdict == "worse":
            high = min(high, 0.0)  # where the test at the end found it
        return Estimate(value=fmean(scored), low=low, high=high, n=len(scored), level=level)

    @property
    def needed(self) -> int | None:
        """How many samples would decide it, if they were all like those seen; `None` where that is not known.

        Evidence grows about as the samples do, so that this many decide it as often as not.
        """
        seen = len(self.old)
        if not seen or self.verdict != "undecided":
            return None
        enough = -math.log(self.alpha * (1 - AT_THE_END))

        def decides(n: int) -> bool:
            fell, _, held = self._grown * (n / seen)
            evidence = max(log_evidence(fell, "worse", BOLD), log_evidence(held, "better", BOLD))
            return bool(n > FAR or evidence >= enough)

        found = smallest(decides)
        return None if found > FAR else max(found, seen + 1)

    def sentence(self) -> str:
        """How it stands, in words."""
        found = self.difference
        if not found.n:
            return f"{self.model}: no sample was scored now and in the baseline"
        return (
            f"{self.model}: {self.in_words()}, {100 * found.value:+.1f} points "
            f"[{100 * found.low:+.1f}, {100 * found.high:+.1f}] after {self.asked} samples"
        )

    def in_words(self) -> str:
        """The verdict, with what `same` means here."""
        if self.verdict == "same":
            return f"same (not worse by {100 * self.margin:g} points)"
        return self.verdict

    def _p(self, place: int, side: Side) -> float:
        evidence = float(log_evidence(self._grown[place], side, BOLD))
        return min(1.0, math.exp(-min(max(evidence, -_LARGEST), _LARGEST)) / (1 - AT_THE_END))

    def _p_at_the_end(self) -> float:
        if not self.ended or not self.old or not self.even:
            return 1.0
        then, now = [low for low, _ in self._bounds_then], [high for _, high in self._bounds_now]
        p = paired_difference(then, now, self._clusters).p_worse
        return 1.0 if math.isnan(p) else min(1.0, p / AT_THE_END)


def _bounds(value: float, missing: float) -> tuple[float, float]:
    low = value * (1 - missing)
    return low, min(1.0, low + missing)
