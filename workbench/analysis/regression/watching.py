"""How an evaluation is told to end once it is known whether its models got worse than a baseline."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.analysis.regression.baselines import check_comparable, find_baseline
from workbench.analysis.regression.baselines.comparable import Dataset
from workbench.analysis.regression.smoke import scored_then
from workbench.analysis.sequential.betting import ALPHA
from workbench.analysis.sequential.not_worse import UntilNotWorse
from workbench.errors import ConfigError
from workbench.log import Log

FEW = 10
MARGIN = 0.1


def until_not_worse(
    log: Log,
    baseline: str,
    dataset: Dataset,
    *,
    margin: float = MARGIN,
    alpha: float = ALPHA,
    min_samples: int = FEW,
    seed: int = 0,
    overlap: bool = False,
    before: str | None = None,
    instead_of: Mapping[str, str] | None = None,
) -> UntilNotWorse:
    """Stop an evaluation as soon as it is known whether its models got worse: for `evaluate(..., until=…)`.

    After each sample every model is compared with what it scored itself in the baseline, by evidence that
    allows for as many looks as one likes (see `sequential.betting`), until it is `worse`, or `same`: it did
    not fall by the margin. Where all samples were asked and neither is known, an ordinary paired test, as of
    a whole experiment, has the last word on `worse`, unless samples are asked more often than they were then.
    It also ends when the rest would hardly decide it: a chance below 5 %, looked at 20 times in a data set.
    `workbench.regression` gives the same verdicts by the log.

    A call without a score counts against whatever would be decided: as right where the question is whether a
    model is worse, as wrong where it is whether it is not. So a provider that is down leaves it undecided. A
    sample that the baseline has no score for is not asked. Answers of the log will not do, as they may be the
    baseline's own: all calls are made. Clusters take turns, as with `until_decided`.

    Simulated, with right or wrong answers to 120 samples that a model passes with chances of Beta(.8, .2),
    each asked 4 times then and now, 1,000 runs: where nothing changed, 0.7 % are `worse`, and 99 % `same`,
    after 57 samples on average. A fall of 10 points is found in 99 %, after 68; of 20 points in all, after
    31. Asked once now: 2.2 % and 69 %, after 77; 10 points in 77 %, after 87. A fall by the margin is called
    `same` in 0.7 and 1.8 %. The test of a whole run finds 10 points in 99.7 and 87 %, and errs in 5 %.

    Args:
        log: Where the baseline is, or is looked for.
        baseline: Any reference to one: see `workbench.regression`. Asked several times, its scores are surer,
            and fewer samples decide.
        dataset: What is to be asked.
        margin: A fall by less is none that counts, in (0, 1); half of it takes up to four times the calls.
        alpha: The chance that any model is called worse though none is, all models and looks together; each
            model takes an equal part.
        min_samples: Before so many nothing is decided.
        seed: Of the order of the samples.
        overlap: Whether a baseline of other samples will do, for those that both have.
        before: The candidate, where it is in the log already: it is not its own baseline.
        instead_of: Whose place in the baseline a model takes: `{"openai/new": "openai/old"}`.

    Returns:
        A fresh object, for one evaluation.

    Raises:
        ConfigError: An argument is out of its range, there is no such baseline, it cannot be compared with,
            or it was itself stopped early by somebody who watched its scores.
        DataError: The baseline's file cannot be read.
    """
    if not 0 < alpha < 1:
        raise ConfigError(f"alpha is {alpha!r}: give a chance between 0 and 1, such as 0.05")
    if not 0 < margin < 1:
        raise ConfigError(f"margin is {margin!r}: give a fall of scores between 0 and 1, such as 0.1")
    found = find_baseline(
        log, baseline, dataset=dataset.name, dataset_hash=dataset.hash, before=before, overlap=overlap
    )
    placed = found.measured.in_places(instead_of or {})
    then = check_comparable(placed, dataset, overlap=overlap).of(placed)
    return UntilNotWorse(
        alpha=alpha,
        margin=margin,
        min_samples=min_samples,
        seed=seed,
        baseline={"experiment": then.experiment, "hash": found.hash},
        then=scored_then(then.rows),
        epochs=then.epochs,
    )
