"""Whether intervals hold what they promise: seeded simulation, with and without clusters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from workbench.analysis.agreement import icc
from workbench.analysis.agreement.figure import mean_of
from workbench.analysis.agreement.many import ac, alpha, fleiss
from workbench.analysis.agreement.scale import Array, Ratings, Scale, both_of, weighted
from workbench.analysis.agreement.two import kappa
from workbench.analysis.estimates import Estimate

RUNS = 200
FIGURES: dict[str, Any] = {
    "kappa": lambda coded: kappa(coded, Scale()),
    "ac1": lambda coded: ac(coded, Scale()),
    "fleiss": fleiss,
    "alpha": lambda coded: alpha(coded, "nominal"),
}


def raters(
    rng: np.random.Generator,
    samples: int,
    *,
    guessing: float,
    shares: list[float],
    size: int,
    number: int = 2,
) -> Array:
    """Codes of raters who know the truth, but for a share of samples, which they guess, clusters alike."""
    groups = samples // size
    truth = np.repeat(rng.choice(len(shares), groups, p=shares), size)
    hard = rng.beta(2 * guessing, 2 * (1 - guessing), groups) if size > 1 else np.full(groups, guessing)
    guessed = rng.random((number, samples)) < np.repeat(hard, size)
    return np.where(guessed, rng.choice(len(shares), (number, samples), p=shares), truth).T


def coverage(name: str, truth: float, seed: int, **design: Any) -> tuple[float, float]:
    """How many intervals hold the truth, and the mean width; undefined figures are left out."""
    rng = np.random.default_rng(seed)
    found: list[Estimate] = []
    size, samples = design["size"], design["samples"]
    clusters = None if size == 1 else np.repeat(np.arange(samples // size), size).tolist()
    for _ in range(RUNS):
        coded = Ratings(codes=raters(rng, **design), labels=list(range(len(design["shares"]))))
        found.append(FIGURES[name](coded).estimate(clusters))
    known = [each for each in found if not math.isnan(each.low)]
    assert len(known) > 0.95 * RUNS
    return (
        float(np.mean([each.low <= truth <= each.high for each in known])),
        float(np.mean([each.high - each.low for each in known])),
    )


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize(
    ("samples", "guessing", "shares", "size"),
    [
        (30, 0.05, [0.5, 0.5], 1),  # hardly anything but agreement: bootstraps hold 78 % here
        (60, 0.3, [0.8, 0.2], 1),
        (60, 0.7, [0.5, 0.3, 0.2], 1),
        (80, 0.3, [0.5, 0.5], 4),
    ],
)
def test_95_of_100_intervals_hold_the_truth(
    name: str, samples: int, guessing: float, shares: list[float], size: int
) -> None:
    number = 3 if name in {"fleiss", "alpha"} else 2
    design = {"guessing": guessing, "shares": shares, "size": size, "number": number}
    whole = raters(np.random.default_rng(0), 200_000, **design)  # type: ignore[arg-type]
    truth = FIGURES[name](Ratings(codes=whole, labels=list(range(len(shares))))).value
    held, _ = coverage(name, truth, seed=7, samples=samples, **design)
    # three standard errors of 200 runs are 4.6 points; few samples make the interval rather too wide
    assert held > 0.95 - 0.046


STEPS = [1, 2, 3, 4, 5]
GRADED: dict[str, Any] = {
    "weighted kappa": lambda coded: kappa(coded, weighted(coded.labels, "quadratic")),
    "ac2": lambda coded: ac(coded, weighted(coded.labels, "quadratic")),
    "ordinal alpha": lambda coded: alpha(coded, "ordinal"),
    "interval alpha": lambda coded: alpha(coded, "interval"),
    "mean of kappas": lambda coded: mean_of(
        [kappa(both_of(coded, 0, other), Scale()) for other in (1, 2)], len(coded.codes)
    ),
}


def graders(rng: np.random.Generator, samples: int, *, size: int, missing: float, number: int) -> Ratings:
    """Grades that miss the truth, mostly by one step, the more often the harder their cluster is."""
    groups = samples // size
    truth = np.repeat(rng.choice(5, groups, p=[0.1, 0.2, 0.3, 0.25, 0.15]), size)[:, None]
    hard = np.repeat(rng.beta(0.8, 1.2, groups), size)[:, None]
    off = rng.choice([-2, -1, 1, 2], (samples, number), p=[0.1, 0.4, 0.4, 0.1])
    grades = np.where(rng.random(off.shape) < hard, np.clip(truth + off, 0, 4), truth)
    return Ratings(codes=np.where(rng.random(off.shape) < missing, -1, grades), labels=STEPS)


@pytest.mark.parametrize("name", GRADED)
def test_95_of_100_intervals_of_grades_hold_the_truth_with_some_missing(name: str) -> None:
    of_two = name == "weighted kappa"  # a sample that lacks one label has no part in it
    number = 2 if of_two else 3
    rng = np.random.default_rng(9)
    for samples, size, missing in ((60, 1, 0.0 if of_two else 0.3), (80, 4, 0.0)):
        design: dict[str, Any] = {"size": size, "missing": missing, "number": number}
        truth = GRADED[name](graders(np.random.default_rng(0), 100_000, **design)).value
        clusters = None if size == 1 else np.repeat(np.arange(samples // size), size).tolist()
        found = [GRADED[name](graders(rng, samples, **design)).estimate(clusters) for _ in range(RUNS)]
        assert np.mean([each.low <= truth <= each.high for each in found]) > 0.95 - 0.046


def test_an_interval_that_takes_clusters_for_independent_samples_is_too_short() -> None:
    design: dict[str, Any] = {"guessing": 0.3, "shares": [0.5, 0.5], "number": 2}
    rng = np.random.default_rng(3)
    whole = Ratings(codes=raters(rng, 200_000, size=20, **design), labels=[0, 1])
    truth = kappa(whole, Scale()).value
    alone, together = [], []
    for _ in range(RUNS):
        figure = kappa(Ratings(codes=raters(rng, 400, size=20, **design), labels=[0, 1]), Scale())
        for held, clusters in ((alone, None), (together, np.repeat(np.arange(20), 20).tolist())):
            found = figure.estimate(clusters)
            held.append(found.low <= truth <= found.high)
    assert np.mean(alone) < 0.8
    assert np.mean(together) > 0.91


@pytest.mark.parametrize(("form", "clusters"), [("1,1", None), ("2,1", None), ("3,k", None), ("2,1", 3)])
def test_95_of_100_intervals_of_an_icc_hold_the_truth(form: Any, clusters: int | None) -> None:
    rng = np.random.default_rng(5)
    samples, number, held = 30, 4, []
    # variance 2 between samples (half of it between clusters), 0.5 between raters, 1 of noise
    single = {"1": 2 / 3.5, "2": 2 / 3.5, "3": 2 / 3}[form[0]]
    truth = single if form.endswith("1") else number * single / (1 + (number - 1) * single)
    size = clusters or 1
    groups = np.repeat(np.arange(samples // size), size)
    for _ in range(RUNS):
        sample = rng.normal(size=(samples // size, 1)).repeat(size, axis=0) + rng.normal(size=(samples, 1))
        bias = rng.normal(size=(samples, number) if form[0] == "1" else (1, number)) * math.sqrt(0.5)
        ratings = sample + bias + rng.normal(size=(samples, number))
        found = icc(ratings.tolist(), form, None if clusters is None else groups.tolist())
        held.append(found.low <= truth <= found.high)
    # Leaving out samples cannot show that the raters, of whom there are four, might be others.
    assert np.mean(held) > (0.91 if clusters is None else 0.75)
