"""What a candidate is compared by with its baseline, and how much of a change is let pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Goal = Literal["higher", "lower"]
Unit = Literal["share", "score", "s", "usd"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A figure of a model on a data set.

    Attributes:
        name: As in reports and arguments.
        title: As in a heading.
        goal: Whether more of it is better, or less.
        unit: Of the figure: a share in [0, 1], another score, seconds, or US dollars.
        relative: Whether changes, tolerance and margin are shares of the baseline's figure (0.1 is a tenth
            more), or differences in the unit of the figure (0.05 of an accuracy is 5 points).
        tolerance: A change up to this size is neither worse nor better, however sure it is; at least 0.
        margin: The whole interval of the change within ±margin is `same`; above 0.
        weight: Its share of the error that the whole report may make, relative to other metrics.
    """

    name: str
    title: str
    goal: Goal
    unit: Unit
    relative: bool
    tolerance: float
    margin: float
    weight: float = 1.0


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        # The weights: nineteen parts in twenty of the error are for quality, so that it is found as if it was
        # tested alone; what else changes is mostly sure beyond doubt where it matters.
        Metric(
            name="quality",
            title="Quality",
            goal="higher",
            unit="share",
            relative=False,
            tolerance=0.0,
            margin=0.05,
            weight=114,
        ),
        Metric(
            name="error_rate",
            title="Error rate",
            goal="lower",
            unit="share",
            relative=False,
            tolerance=0.0,
            margin=0.05,
        ),
        Metric(
            name="refusal_rate",
            title="Refusals",
            goal="lower",
            unit="share",
            relative=False,
            tolerance=0.0,
            margin=0.05,
        ),
        # A provider is not equally busy at two times, which no statistics of one run can know.
        Metric(
            name="ttft_p50",
            title="TTFT p50",
            goal="lower",
            unit="s",
            relative=True,
            tolerance=0.25,
            margin=0.25,
        ),
        Metric(
            name="duration_p50",
            title="Duration p50",
            goal="lower",
            unit="s",
            relative=True,
            tolerance=0.25,
            margin=0.25,
        ),
        Metric(
            name="duration_p95",
            title="Duration p95",
            goal="lower",
            unit="s",
            relative=True,
            tolerance=0.5,
            margin=0.5,
        ),
        Metric(
            name="cost",
            title="Cost an answer",
            goal="lower",
            unit="usd",
            relative=True,
            tolerance=0.05,
            margin=0.1,
        ),
    )
}
