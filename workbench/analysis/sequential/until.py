"""How an evaluation is told to end once its models are told apart."""

from __future__ import annotations

from workbench.analysis.sequential.betting import ALPHA, Side
from workbench.analysis.sequential.deciding import Unit, UntilDecided
from workbench.errors import ConfigError

FEW = 20


def until_decided(
    *,
    alpha: float = ALPHA,
    baseline: str | None = None,
    side: Side = "both",
    margin: float | None = None,
    unit: Unit = "sample",
    min_samples: int = FEW,
    seed: int = 0,
) -> UntilDecided:
    """Stop an evaluation as soon as it is known which model is better: for `evaluate(..., until=…)`.

    After each sample every two models are compared, by evidence that allows for as many looks as one likes
    (see `sequential.betting`). It ends when all pairs are decided, or the rest of the samples would hardly
    decide those that are not: a chance below 5 % for each, looked at 20 times in a data set. The latter
    decides nothing, so that `alpha` stays what it is, but it misses some differences that are there.

    Simulated, with right or wrong answers, on samples that a model passes with chances of Beta(.8, .2), 1,000
    at most and never given up: where nothing changed, 3 to 4 % of the runs decide something. A difference of
    10 points is found after 164 samples on average by who looks to its side, after 197 by who looks to both;
    20 points after 56 and 67. Looking at a common test every 50 samples instead errs in one run of five.
    Giving up ends runs of 500 where nothing changed after 217 on average, and finds 10 points in 93 % of them
    in place of 96 %, 5 points in 38 % in place of 44 %.

    Clusters take their turns, so that each has had its share wherever it ends. The answer then holds for more
    samples of these clusters. It need not hold for other clusters, where models differ from one to the next:
    if they do by 20 points (standard deviation) though not on average, 7 % of the runs err with 30 clusters
    of 10, and 28 % with 20 of 50. `unit="cluster"` speaks of other clusters too: it asks whole clusters one
    after the other and compares their means. That takes many, as one cluster counts for no more than one
    sample: 10 points are found in 64 % of the runs with 100 clusters of 4 (83 % by samples), hardly ever
    with 30.

    Args:
        alpha: The chance that any pair is called better or worse, or the same, though it is not, all pairs
            and looks together; each pair takes an equal part.
        baseline: The label of the model that each other is compared with; without it, each with each.
        side: With a baseline: whether others being "better" or "worse" is looked for, or "both".
        margin: Models that differ by less, in (0, 1), count as the same; without it none ever do.
        unit: What is drawn by chance and counts once, "sample" or "cluster".
        min_samples: Before so many nothing is decided.
        seed: Of the order of the samples.

    Returns:
        A fresh object, for one evaluation; what it found is in `decision` and `trace`.

    Raises:
        ConfigError: An argument is out of its range.
    """
    if not 0 < alpha < 1:
        raise ConfigError(f"alpha is {alpha!r}: give a chance between 0 and 1, such as 0.05")
    if margin is not None and not 0 < margin < 1:
        raise ConfigError(f"margin is {margin!r}: give a difference of scores between 0 and 1, such as 0.05")
    if side not in ("both", "better", "worse"):
        raise ConfigError(f"side is {side!r}: write 'both', 'better' or 'worse'")
    if unit not in ("sample", "cluster"):
        raise ConfigError(f"unit is {unit!r}: write 'sample' or 'cluster'")
    if side != "both" and (baseline is None or margin is not None):
        raise ConfigError(f"side {side!r} is that of a baseline: name it, and no margin")
    return UntilDecided(
        alpha=alpha,
        baseline=baseline,
        side=side,
        margin=margin,
        unit=unit,
        min_samples=min_samples,
        seed=seed,
    )
