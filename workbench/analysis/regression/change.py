"""One metric of one model, before and after."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.analysis.estimates import Estimate
from workbench.analysis.regression.metrics import METRICS, Metric, Unit
from workbench.analysis.statistics import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What the answers to the same samples say about a change, before anything is judged.

    Attributes:
        baseline: The figure then.
        candidate: The figure now.
        change: Candidate − baseline; of a relative metric, candidate / baseline − 1. With a 95 % interval.
        p_worse: One-sided p value of "not worse", whichever direction that is; `nan` where undefined.
        p_better: The same for better.
        error: Standard error of the change, in its unit; `nan` where undefined.
        units: Independent things that it rests on: samples, or the effective number of their clusters.
        n: Samples compared.
        dropped: Samples left out because one of the two has nothing to compare.
        method: Which test it is, in words.
        possible: Whether these answers could have shown a change at all; where no sample can differ, as with
            no error on either side, there is no test, and none is counted.
        lacks: Samples with a score then, of which answers now have none, though more of them did then.
        worst: The change if these answers had the lowest score; `None` where none lacks.
    """

    baseline: Estimate
    candidate: Estimate
    change: Estimate
    p_worse: float
    p_better: float
    error: float
    units: float
    n: int
    dropped: int
    method: str
    possible: bool = True
    lacks: int = 0
    worst: Estimate | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A difference, and what it is worth.

    Attributes:
        dataset: Name of the data set.
        model: Label of the model, as in `results`.
        metric: Name of the metric, one of `METRICS`.
        unit: Of its figures; that of the metric, but `score` where scores are beyond [0, 1].
        verdict: `better`, `same`, `worse` or `undecided`.
        difference: What was found.
        p_worse: Its p value, adjusted for all that the report tests; `nan` where undefined.
        p_better: Likewise.
        tolerance: A change up to this size was let pass.
        margin: Within ±margin it is `same`.
        epochs: How often each sample was asked, in the baseline and in the candidate.
        visible: The smallest change that this many samples would have shown four times out of five; `nan`
            where undefined.
        needed: How many samples would probably decide what is undecided, asked as often as these; `None`
            where it is decided, or cannot be said.
        note: What else has to be said of it, in words; may be empty.
        early: Whether it was looked at all the time, to stop as soon as it is decided: `same` is then said of
            what did not fall by the margin, whether it rose or not.
    """

    dataset: str
    model: str
    metric: str
    unit: Unit
    verdict: Verdict
    difference: Difference
    p_worse: float
    p_better: float
    tolerance: float
    margin: float
    epochs: tuple[int, int]
    visible: float
    needed: int | None = None
    note: str = ""
    early: bool = False

    @property
    def of(self) -> Metric:
        """The metric."""
        return METRICS[self.metric]
