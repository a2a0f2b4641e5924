"""An experiment of the log against its baseline."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from workbench.analysis.regression.baselines import (
    Baseline,
    check_comparable,
    check_compared,
    find_baseline,
)
from workbench.analysis.regression.baselines.comparable import Dataset
from workbench.analysis.regression.compare import ALPHA, compare
from workbench.analysis.regression.measured import Measured, measured
from workbench.analysis.regression.measures import MEASURES
from workbench.analysis.regression.verdicts import Regression
from workbench.log import Log


def regression(
    log: Log,
    experiment: str | Sequence[str],
    baseline: str,
    *,
    metrics: Sequence[str] = tuple(MEASURES),
    tolerance: Mapping[str, float] | None = None,
    margin: Mapping[str, float] | None = None,
    alpha: float = ALPHA,
    overlap: bool = False,
    clustered: bool = True,
    quarantine: Collection[str] = (),
    instead_of: Mapping[str, str] | None = None,
) -> Regression:
    """Compare each model of an experiment with its own in a baseline, sample by sample.

    Args:
        log: Where they are.
        experiment: The candidate; several, where there is one for each data set.
        baseline: Of each of them: an experiment's id, a tag, a revision of git, a file, `last` or `last green
            on main`; see `find_baseline`.
        metrics: See `compare`; likewise the others.
        tolerance: See `compare`.
        margin: See `compare`.
        alpha: See `compare`.
        overlap: Whether to compare the samples that both have, and tell what differs, where the data set, the
            prompt or the scorer are not the same.
        clustered: See `compare`.
        quarantine: See `compare`.
        instead_of: Whose place in the baseline a model takes: `{"openai/new": "openai/old"}`.

    Raises:
        ConfigError: There is no such baseline, or it cannot be compared with (see `check_compared`); and what
            `compare` refuses.
        DataError: See `compare` and `find_baseline`.
    """
    named = [experiment] if isinstance(experiment, str) else list(experiment)
    several = len(named) > 1
    candidates: list[Measured] = []
    baselines: list[Baseline] = []
    notes: list[str] = []
    with log.frozen() as now:  # so that both are of one moment, whoever else writes
        for each in named:
            new = measured(now, each)
            old = find_baseline(
                now,
                baseline,
                dataset=new.dataset,
                dataset_hash=new.dataset_hash,
                before=new.experiment,
                overlap=overlap,
            )
            then = old.measured.in_places(instead_of or {})
            comparable = check_compared(now, then, new, overlap=overlap)
            candidates.append(comparable.of(new))
            baselines.append(replace(old, measured=comparable.of(then)))
            notes += _replaced(instead_of or {})
            notes += [f"{new.dataset}: {note}" if several else note for note in comparable.notes]
    found = compare(
        candidates,
        baselines,
        metrics=metrics,
        tolerance=tolerance,
        margin=margin,
        alpha=alpha,
        clustered=clustered,
        quarantine=quarantine,
    )
    return replace(found, notes=tuple(notes))


def _replaced(instead_of: Mapping[str, str]) -> list[str]:
    return [f"{new} is compared with {old}" for new, old in instead_of.items()]


def check_baseline(
    log: Log, baseline: str, dataset: Dataset, *, models: Collection[str] = (), overlap: bool = False
) -> str:
    """What to compare with later, by a name that stays; to be asked before money is spent.

    Args:
        log: Where it is looked for.
        baseline: A reference as for `regression`.
        dataset: What is to be asked.
        models: Who is to be asked, as `provider/model`; none: not looked at.
        overlap: Whether a baseline of other samples will do, for those that both have.

    Returns:
        The experiment's id; of a baseline in a file, the path as given.

    Raises:
        ConfigError: There is no such baseline, or it was made with other samples, or with other models alone.
        DataError: See `find_baseline`.
    """
    found = find_baseline(log, baseline, dataset=dataset.name, dataset_hash=dataset.hash, overlap=overlap)
    check_comparable(found.measured, dataset, models=models, overlap=overlap)
    return found.reference if found.found_by == "file" else found.measured.experiment
