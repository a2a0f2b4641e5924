"""Compare what experiments measured with their baselines, and judge it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from workbench.analysis.regression.asked import check_datasets, check_figures
from workbench.analysis.regression.baselines.baseline import Baseline
from workbench.analysis.regression.judged import judged
from workbench.analysis.regression.measured import Measured
from workbench.analysis.regression.measures import MEASURES
from workbench.analysis.regression.metrics import METRICS
from workbench.analysis.regression.pair import Pair
from workbench.analysis.regression.verdicts import Regression

ALPHA = 0.05


def compare(
    candidates: Sequence[Measured],
    baselines: Sequence[Measured | Baseline],
    *,
    metrics: Sequence[str] = tuple(MEASURES),
    tolerance: Mapping[str, float] | None = None,
    margin: Mapping[str, float] | None = None,
    alpha: float = ALPHA,
    clustered: bool = True,
    quarantine: Collection[str] = (),
) -> Regression:
    """Compare experiments with their baselines, model by model and metric by metric, and judge all together.

    A model is compared with itself; where both have but one model, that one is compared with the other. An
    experiment that somebody watched to stop it early is judged by its quality alone, by evidence that holds
    whenever it is looked at.

    Args:
        candidates: One for each data set.
        baselines: What each is compared with, in the same order.
        metrics: Names in `METRICS`.
        tolerance: How much of a change is let pass, by metric; that of `METRICS` where it is not given.
        margin: Within which a metric is `same`, likewise.
        alpha: How often, at most, a report may name anything as worse though nothing changed.
        clustered: Whether samples of one cluster may have changed together; without it they are taken for
            independent, and the verdict speaks of these very samples.
        quarantine: Samples to leave out, named beforehand: whoever picks them by these outcomes gets the
            verdict that they picked.

    Raises:
        ConfigError: There is no such metric, a figure is out of range, two candidates are of one data set, or
            a candidate has no model in common with its baseline.
        DataError: A candidate is empty, or one of its models has no answer, or none with a score.
    """
    tolerance, margin = tolerance or {}, margin or {}
    check_datasets(candidates, baselines)
    check_figures(metrics, tolerance, margin, alpha)
    pairs = [
        Pair(
            new=new,
            old=old if isinstance(old, Measured) else old.measured,
            metrics=metrics,
            alpha=alpha,
            margin=margin.get("quality", METRICS["quality"].margin),
            clustered=clustered,
            quarantine=frozenset(quarantine),
            several=len(candidates) > 1,
        )
        for new, old in zip(candidates, baselines, strict=True)
    ]
    for pair in pairs:
        pair.compare()
    return Regression(
        candidates=tuple(candidates),
        baselines=tuple(baselines),
        changes=judged(
            list(chain.from_iterable(pair.found for pair in pairs)),
            alpha=alpha,
            tolerance=tolerance,
            margin=margin,
        ),
        samples=tuple(pair.samples() for pair in pairs),
        missing=tuple(chain.from_iterable(pair.missing for pair in pairs)),
        left_out=tuple(chain.from_iterable(pair.left_out for pair in pairs)),
        alpha=alpha,
    )
