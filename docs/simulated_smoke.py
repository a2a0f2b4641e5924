"""The simulated figures of smoke mode: `python docs/simulated_smoke.py`.

Takes about six minutes; the seed is fixed, so that the figures are the same each time.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np

from workbench.analysis.sequential.fall import Then
from workbench.analysis.sequential.not_worse import UntilNotWorse
from workbench.analysis.statistics import Verdict, paired_difference

CASES = [
    # samples, epochs of the baseline, epochs now, margin
    (120, 4, 4, 0.1),
    (120, 4, 1, 0.1),
    (120, 1, 1, 0.1),
    (120, 4, 4, 0.05),
    (20, 4, 4, 0.1),
]
FALLS = (0.0, 0.05, 0.1, 0.2)
MODEL = "model"


@dataclass(frozen=True)
class Item:
    """A sample."""

    id: str
    cluster: None = None


def run(then: list[float], now: list[float], margin: float) -> tuple[Verdict, int]:
    """The verdict of one evaluation, and after how many samples it came."""
    samples = [Item(id=f"{k:04}") for k in range(len(then))]
    until = UntilNotWorse(
        alpha=0.05,
        margin=margin,
        min_samples=10,
        seed=0,
        baseline={"experiment": "before"},
        then={MODEL: {sample.id: Then(value=score) for sample, score in zip(samples, then, strict=True)}},
    )
    for sample in until.order(samples, [MODEL]):
        if until.see(sample, {MODEL: now[int(sample.id)]}, {MODEL: 0.0}):
            break
    return until.falls[0].verdict, until.asked


def table(times: int) -> None:
    """Write a row for each case and size of the fall."""
    say = sys.stdout.write
    say("| samples × epochs (then) | margin | fall | worse | same | samples | calls | whole run: worse |\n")
    say("| --- | --- | --- | --- | --- | --- | --- | --- |\n")
    for n, epochs_then, epochs, margin in CASES:
        for fall in FALLS:
            rng = np.random.default_rng(1)
            verdicts, asked, whole = Counter[Verdict](), 0, 0
            for _ in range(times):
                passes = rng.beta(0.8, 0.2, n)
                then = (rng.binomial(epochs_then, passes) / epochs_then).tolist()
                now = (rng.binomial(epochs, passes * (1 - fall / 0.8)) / epochs).tolist()
                verdict, after = run(then, now, margin)
                verdicts[verdict] += 1
                asked += after
                whole += paired_difference(then, now).p_worse < 0.05
            mean = asked / times
            say(
                f"| {n} × {epochs} ({epochs_then}) | {100 * margin:g} | {100 * fall:g} "
                f"| {verdicts['worse'] / times:.1%} | {verdicts['same'] / times:.1%} "
                f"| {mean:.0f} | {mean * epochs:.0f} of {n * epochs} | {whole / times:.1%} |\n"
            )


if __name__ == "__main__":
    table(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
