"""How often regression reports are red, simulated: `python docs/simulated_gate.py [TIMES]`.

Takes about two hours for 4,000 reports a cell (a quarter of them in the rows with all metrics, which take
the longest); the seed is fixed, so that the figures are the same each time.
Reports are made of rows such as the log gives: tests/analysis/regression/test_false_alarms.py shows that the
whole way through a log ends with the same verdicts.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from workbench.analysis.regression import compare

sys.path.append(str(Path(__file__).parents[1] / "tests"))  # has what draws the experiments
from simulated_pairs import Scenario, as_measured, drawn

SIZES = (50, 100, 200, 500)
UNCHANGED: dict[str, dict[str, Any]] = {
    "one answer each": {},
    "4 answers each": {"epochs": 4},
    "templates of 3 to 10 samples": {"templates": True},
    "templates, some better, some worse": {"templates": True, "apart": 0.5},
    "templates, likewise, 4 answers each": {"templates": True, "apart": 0.5, "epochs": 4},
    "times, costs, errors, refusals too": {"operated": True},
    "all that, 4 answers each, two models": {"operated": True, "epochs": 4, "models": 2},
}
"""In what nothing changed: of all possible templates as many are better as are worse, and by as much."""
FALLS = (0.02, 0.05, 0.1)
ASKED = ((100, 1), (100, 2), (100, 4), (200, 1), (200, 4), (500, 1))
"""Samples and epochs of those that got worse."""


def red(scenario: Scenario, times: int) -> float:
    """The share of so many reports that name anything as worse; with all metrics of a quarter of them."""
    rng = np.random.default_rng(0)
    times = max(times // 4, 1) if scenario.operated else times
    found = 0
    for _ in range(times):
        old, new = (as_measured(rows) for rows in drawn(scenario, rng))
        found += bool(compare([new], [old], metrics=scenario.metrics).worse)
    return found / times


def tables(times: int = 4000) -> str:
    """The tables of the guide, each cell from so many reports."""
    sizes = " | ".join(f"{samples} samples" for samples in SIZES)
    lines = [f"| nothing changed, α = 5 % | {sizes} |", f"| --- |{' --- |' * len(SIZES)}"]
    for what, facts in UNCHANGED.items():
        shares = (red(Scenario(samples=samples, **facts), times) for samples in SIZES)
        lines.append(f"| {what} | {' | '.join(f'{share:.1%}' for share in shares)} |")
    falls = " | ".join(f"{100 * fall:.0f} points worse" for fall in FALLS)
    lines += ["", f"| samples × epochs | {falls} |", f"| --- |{' --- |' * len(FALLS)}"]
    for samples, epochs in ASKED:
        shares = (red(Scenario(samples=samples, epochs=epochs, fall=fall), times) for fall in FALLS)
        lines.append(f"| {samples} × {epochs} | {' | '.join(f'{share:.1%}' for share in shares)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(tables(*map(int, sys.argv[1:])))
