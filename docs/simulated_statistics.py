"""The simulated figures of the guide to statistics: `python docs/simulated_statistics.py`.

Takes about a minute; the seed is fixed, so that the figures are the same each time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.analysis.estimates import accuracy, mean
from workbench.analysis.planning.power import mde
from workbench.analysis.statistics import paired_difference

UNEVEN = (1, 1, 2, 2, 3, 5, 8, 10, 14, 14)
Draw = Callable[[np.random.Generator], Any]

INTERVALS: list[tuple[str, tuple[int, ...], int, float, float]] = [
    # what, sizes of clusters, epochs, true accuracy, intraclass correlation
    ("20 samples", (1,) * 20, 1, 0.98, 0.0),
    ("20 samples × 4 epochs", (1,) * 20, 4, 0.98, 0.0),
    ("60 samples × 4 epochs", (1,) * 60, 4, 0.8, 0.0),
    ("6 clusters of 10", (10,) * 6, 1, 0.8, 0.1),
    ("6 clusters of 10", (10,) * 6, 1, 0.98, 0.1),
    ("30 clusters of 10", (10,) * 30, 1, 0.8, 0.3),
    ("20 clusters of 3", (3,) * 20, 1, 0.95, 0.3),
    ("10 clusters of 1 to 14", UNEVEN, 1, 0.8, 0.3),
]
TESTS: list[tuple[str, tuple[int, ...], int, float]] = [
    # what, sizes of clusters, epochs, how far apart the models are in a cluster, one way or the other
    ("60 samples", (1,) * 60, 1, 0.0),
    ("60 samples × 4 epochs", (1,) * 60, 4, 0.0),
    ("30 clusters of 10", (10,) * 30, 1, 0.25),
    ("6 clusters of 10", (10,) * 6, 1, 0.25),
    ("20 clusters of 3", (3,) * 20, 1, 0.25),
    ("10 clusters of 1 to 14", UNEVEN, 1, 0.25),
]


def coverage(sizes: tuple[int, ...], epochs: int, share: float, icc: float, times: int) -> list[float]:
    """How often the interval has the truth in it: ours, Student's, and ours without the clusters."""
    rng = np.random.default_rng(0)
    names = np.repeat(np.arange(len(sizes)), sizes)
    hits = np.zeros(3)
    for _ in range(times):
        if icc:
            strength = (1 - icc) / icc
            right = rng.beta(share * strength, (1 - share) * strength, size=len(sizes))[names]
        else:  # samples differ: most are nearly always right or wrong
            right = rng.beta(share, 1 - share, size=len(names)) if epochs > 1 else np.full(len(names), share)
        scores = rng.binomial(epochs, right) / epochs
        found = (accuracy(scores, names), mean(scores, names), accuracy(scores))
        hits += [each.low <= share <= each.high for each in found]
    return list(hits / times)


def alarms(sizes: tuple[int, ...], epochs: int, apart: float, times: int) -> list[float]:
    """How often models that are equal on the average are told apart: by our test, and without clusters."""
    rng = np.random.default_rng(0)
    names = np.repeat(np.arange(len(sizes)), sizes)
    found = np.zeros(2)
    for _ in range(times):
        moved = (apart * rng.choice([-1, 1], len(sizes)) * rng.uniform(0, 1, len(sizes)))[names]
        right = rng.beta(0.8, 0.2, size=len(names))
        one, other = (rng.binomial(epochs, np.clip(right + side * moved, 0, 1)) / epochs for side in (1, -1))
        tests = (paired_difference(one, other, names), paired_difference(one, other))
        found += [test.p < 0.05 for test in tests]
    return list(found / times)


def power(n: int, epochs: int, times: int) -> tuple[float, float]:
    """The difference that `n` samples can show by the formula, and how often it is found."""
    rng = np.random.default_rng(0)
    # chances of .5, up and down by .15 for one model against the other: variances .09 and 2 (.25 - .0225)
    drop = mde(n, between=0.09, within=0.455, epochs=epochs)
    found = 0
    for _ in range(times):
        move = rng.choice([-0.15, 0.15], size=n) + drop / 2
        one, other = (rng.binomial(epochs, 0.5 + side * move) / epochs for side in (1, -1))
        found += paired_difference(other, one).p < 0.05
    return drop, found / times


def tables(times: int = 2000) -> str:
    """The tables of the guide, each cell from so many simulated evaluations."""
    lines = [
        "| 95 % interval of an accuracy | truth | ours | t interval | clusters ignored |",
        "| --- | --- | --- | --- | --- |",
    ]
    for what, sizes, epochs, share, icc in INTERVALS:
        ours, student, ignored = (f"{each:.1%}" for each in coverage(sizes, epochs, share, icc, times))
        lines.append(f"| {what} | {share:.0%} | {ours} | {student} | {ignored if icc else '–'} |")
    lines += ["", "| two equal models, α = 5 % | our test | clusters ignored |", "| --- | --- | --- |"]
    for what, sizes, epochs, apart in TESTS:
        ours, ignored = (f"{each:.1%}" for each in alarms(sizes, epochs, apart, times))
        lines.append(f"| {what} | {ours} | {ignored if apart else '–'} |")
    lines += ["", "| samples × epochs | can show | found |", "| --- | --- | --- |"]
    for n, epochs in ((60, 1), (60, 4), (200, 1), (200, 4)):
        drop, found = power(n, epochs, times)
        lines.append(f"| {n} × {epochs} | {100 * drop:.1f} points | {found:.1%} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(tables(*map(int, sys.argv[1:])))
