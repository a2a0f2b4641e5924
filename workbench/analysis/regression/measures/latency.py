"""How long answers took."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.estimates import Array, Estimate
from workbench.analysis.quantiles import quantile
from workbench.analysis.regression.change import Difference
from workbench.analysis.regression.measures.pairing import Pairs, clusters, pairs
from workbench.analysis.regression.measures.swaps import log_error, ratio_interval, swap_test

LEAST = 6  # fewer samples cannot show a change at 5 %, whichever way they differ


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """The relative change of a quantile of a latency, such as p50 of the time to first token.

    Each answer is looked at for whether it is slower than that quantile of both runs' answers together. If
    nothing changed, the slow ones are then as often as now; how slow they are does not matter, so that one
    answer in a hundred that takes a minute is no alarm. This is tested twice, by samples and by stretches of
    consecutive calls (a fiftieth of the run each), and the less sure of the two counts: answers to one sample
    are alike, and so are answers of one moment. The interval holds the ratios by which the answers of now
    can be divided without a difference to be seen.

    Two runs at two times met two loads of the provider. What lasted for a tenth of the run is hardly ever an
    alarm; a provider that is slower all evening is one, and no test can tell it from a slower model.

    Attributes:
        column: What is measured, in seconds.
        q: In (0, 1), 0.5 for p50.

    Source:
        A. M. Mood (1950), Introduction to the Theory of Statistics, 16.5: the median test; E. L. Lehmann
        (1963), doi:10.1214/aoms/1177703882: the interval of a test.
    """

    column: str
    q: float

    def __call__(self, old: pd.DataFrame, new: pd.DataFrame) -> Difference:
        """The change from the rows of one model then to those of now.

        Only answers count that were timed: neither cached nor measured under load, and longer than 0 s. Of
        each sample as many answers are taken of the one as of the other.

        Returns:
            Figures in seconds, the change as a share of the baseline's: 0.1 is a tenth slower. `error` is
            that of the logarithm of the ratio. All is undefined for fewer than 6 samples; a bound of the
            interval is `nan` where the answers are too few to have one, such as for p95 below 60 or so.
        """
        timed = pairs(old, new, self._timed)
        samples = len(timed.names)
        groups = clusters(old, new).reindex(timed.names)
        # Answers to one sample depend on each other; so do those to the samples of a cluster.
        units = [sample if pd.isna(group) else ("cluster", group) for sample, group in groups.items()]
        then, now = (
            quantile(values, self.q, [units[sample] for sample in timed.samples])
            for values in (timed.old, timed.new)
        )
        change, error = Estimate(value=math.nan, low=math.nan, high=math.nan, n=samples), math.nan
        p_worse = p_better = math.nan
        differ = False
        if samples >= LEAST:
            ratio = now.value / then.value
            p_worse, p_better = self.p_values(timed)
            low, high = ratio_interval(lambda by: self.p_values(timed, by), ratio)
            error = log_error(low, high)
            # What is interpolated may lie just beyond, of few answers.
            change = Estimate(value=ratio - 1, low=min(low, ratio) - 1, high=max(high, ratio) - 1, n=samples)
            differ = bool(slower(timed, self.q).any())
        return Difference(
            baseline=then,
            candidate=now,
            change=change,
            p_worse=p_worse,
            p_better=p_better,
            error=error,
            units=float(min(samples, timed.stretches.max(initial=-1) + 1)),
            n=samples,
            dropped=timed.dropped,
            method="swaps of slow answers, by samples and stretches",
            possible=differ,
        )

    def _timed(self, rows: pd.DataFrame) -> pd.Series[float]:
        cached, under_load = (rows[name].astype(bool) for name in ("cached", "under_load"))
        seconds = pd.to_numeric(rows[self.column]).astype(float)
        return seconds.where((rows["status"] == "ok") & ~cached & ~under_load & (seconds > 0))

    def p_values(self, timed: Pairs, ratio: float = 1.0) -> tuple[float, float]:
        """One-sided p values of "not slower" and "not faster", once what is now is divided by `ratio`."""
        moves = slower(timed, self.q, ratio)
        tests = [swap_test(np.bincount(unit, weights=moves)) for unit in (timed.samples, timed.stretches)]
        rises, falls = zip(*tests, strict=True)
        return max(rises), max(falls)


def slower(timed: Pairs, q: float, ratio: float = 1.0) -> Array:
    """Slow now − slow then, of each pair; what is just as slow as the quantile counts in part.

    Slow is what is beyond the quantile of all answers, those of now being divided by `ratio`.
    """
    both = np.concatenate([timed.old, timed.new / ratio])
    slow = (1 - q) * len(both)
    place = min(math.ceil(q * len(both)), len(both)) - 1
    edge = np.partition(both, place)[place]
    beyond, at = both > edge, both == edge
    slowness = beyond + at * ((slow - beyond.sum()) / at.sum())
    then, now = np.split(slowness, 2)
    return np.asarray(now - then)
