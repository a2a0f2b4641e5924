"""What differences are worth, all of a report together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.analysis.estimates import ROUNDING, Estimate
from workbench.analysis.regression.change import Change, Difference
from workbench.analysis.regression.metrics import METRICS, Metric, Unit
from workbench.analysis.regression.resolution import needed, visible
from workbench.analysis.regression.smoke import Smoke
from workbench.analysis.statistics import Verdict, holm

LACKS = "answers to {} samples failed or have no score, which might hide a fall"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A difference, and of what it is: see `Change`.

    Attributes:
        dataset: See `Change`; likewise the others.
        model: See `Change`.
        metric: See `Change`.
        unit: See `Change`.
        epochs: See `Change`.
        difference: See `Change`.
        note: See `Change`.
        early: What evidence that was looked at all the time decided, where it was stopped early.
    """

    dataset: str
    model: str
    metric: str
    unit: Unit
    epochs: tuple[int, int]
    difference: Difference
    note: str = ""
    early: Smoke | None = None

    @property
    def tested(self) -> bool:
        """Whether it is one of the tests of the report."""
        return self.difference.possible and not math.isnan(self.difference.p_worse)


def judged(
    found: Sequence[Found],
    *,
    alpha: float,
    tolerance: Mapping[str, float],
    margin: Mapping[str, float],
) -> tuple[Change, ...]:
    """Give each difference its verdict.

    `worse`: its p value, adjusted by Holm with the weights of the metrics for all tests of the report, is
    below `alpha`, and the change is beyond the tolerance. So at most `alpha` of reports on which nothing
    changed name anything as worse. `better`: likewise, by itself. `same`: neither, and the 95 % interval is
    within the margin, which by chance happens to 2.5 % of changes as large as the margin. Otherwise
    `undecided`. It is that, too, where answers without a score might hide a fall: `better` and `same` have to
    hold as well if all of these had the lowest score.

    Args:
        found: All differences of a report.
        alpha: In (0, 1).
        tolerance: By metric; that of `METRICS` where it is not given.
        margin: Likewise.

    Returns:
        In the order given.

    Source:
        Holm's procedure: see `statistics.holm`; two one-sided tests by an interval: D. J. Schuirmann (1987),
        doi:10.1007/BF01068419, here at 2.5 % each.
    """
    weights = [METRICS[one.metric].weight for one in found]
    total = sum(weight for one, weight in zip(found, weights, strict=True) if one.tested)
    worse = holm([one.difference.p_worse if one.tested else math.nan for one in found], weights)
    better = holm([one.difference.p_better if one.tested else math.nan for one in found], weights)
    changes = []
    for one, p_worse, p_better in zip(found, worse, better, strict=True):
        metric, difference, early = METRICS[one.metric], one.difference, one.early
        slack = tolerance.get(one.metric, metric.tolerance)
        within = margin.get(one.metric, metric.margin) if early is None else early.margin
        # What could not be tested would have been one test more.
        share = alpha * metric.weight / (total if one.tested else total + metric.weight)
        fell, rose = p_worse < alpha, p_better < alpha
        verdict = _verdict(difference, metric, fell=fell, rose=rose, tolerance=slack, margin=within)
        if early is not None:
            verdict = _confirmed(early.verdict, verdict)
        hidden = early is None and hides(verdict, difference.worst, tolerance=slack, margin=within)
        if hidden:
            verdict = "undecided"
        more = None if early is None else early.needed
        if early is None and verdict == "undecided" and not hidden:
            more = needed(difference, alpha=share, tolerance=slack, margin=within)
        changes.append(
            Change(
                dataset=one.dataset,
                model=one.model,
                metric=one.metric,
                unit=one.unit,
                verdict=verdict,
                difference=difference,
                p_worse=p_worse,
                p_better=p_better,
                tolerance=slack,
                margin=within,
                epochs=one.epochs,
                visible=visible(
                    difference, unit=one.unit, alpha=share, tolerance=slack, epochs=min(one.epochs)
                )
                if early is None
                else math.nan,
                needed=more,
                note="; ".join(filter(None, [one.note, LACKS.format(difference.lacks) if hidden else ""])),
                early=early is not None,
            )
        )
    return tuple(changes)


def hides(verdict: Verdict, worst: Estimate | None, *, tolerance: float, margin: float) -> bool:
    """Whether what is lacking might have made it another verdict.

    Args:
        verdict: What the answers say that are there.
        worst: The change, above 0 for the better, if what lacks were as bad as can be; `None`: nothing lacks.
        tolerance: As with `judged`.
        margin: Likewise.
    """
    if worst is None or verdict not in ("better", "same"):
        return False
    if verdict == "same":
        return not worst.low >= -margin
    return not (worst.low > 0 and worst.value > tolerance)


def _confirmed(early: Verdict, together: Verdict) -> Verdict:
    """What was decided for itself, as far as it holds beside all else that the report tests."""
    return "undecided" if early in ("worse", "better") and early != together else early


def _verdict(
    difference: Difference, metric: Metric, *, fell: bool, rose: bool, tolerance: float, margin: float
) -> Verdict:
    change = difference.change
    gain = change.value if metric.goal == "higher" else -change.value
    if fell and gain < -tolerance - ROUNDING:
        return "worse"
    if rose and gain > tolerance + ROUNDING:
        return "better"
    if -margin <= change.low and change.high <= margin:
        return "same"
    return "undecided"
