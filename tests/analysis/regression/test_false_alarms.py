"""Regression reports on experiments whose truth is known, from the log to the verdict.

The seeds are fixed, so that no test is red by chance; the bounds are what so many reports allow. Larger
numbers are in docs/simulated_gate.py.
"""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from simulated_pairs import Pair, Scenario, as_measured, drawn, write

from workbench.analysis.regression import compare, regression
from workbench.analysis.results import results
from workbench.log import Log

SIZES = (50, 100, 200, 500)
UNCHANGED: dict[str, dict[str, Any]] = {
    "once": {},
    "repeats": {"epochs": 4},
    "templates": {"templates": True},
    "templates-that-changed": {"templates": True, "apart": 0.5},
    "templates-that-changed-and-repeats": {"templates": True, "apart": 0.5, "epochs": 4},
    "all-metrics": {"operated": True},
    "two-models": {"operated": True, "epochs": 4, "models": 2},
}
AT_MOST = 0.06
"""α and one point, of reports on which nothing changed."""
SURELY = 0.999


def pairs(scenario: Scenario, times: int, seed: int = 0) -> Iterable[Pair]:
    rng = np.random.default_rng(seed)
    return (drawn(scenario, rng) for _ in range(times))


def red(scenario: Scenario, times: int) -> int:
    found = 0
    for old, new in pairs(scenario, times):
        found += bool(compare([as_measured(new)], [as_measured(old)], metrics=scenario.metrics).worse)
    return found


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(object).where(frame.notna(), None).reset_index(drop=True)


def test_a_log_gives_back_what_was_drawn(tmp_path: Path) -> None:
    scenario = Scenario(samples=60, epochs=2, models=2, templates=True, operated=True, outage=0.1)
    [(old, new)] = pairs(scenario, 1, seed=1)
    [(candidate, baseline)] = write(tmp_path / "home", [(old, new)])
    for name, rows in ((candidate, new), (baseline, old)):
        found = results(Log(tmp_path / "home"), name)
        pd.testing.assert_frame_equal(plain(found[rows.columns]), plain(rows))
    assert set(pd.concat([old, new])["finish_reason"].dropna()) == {"stop", "content_filter"}
    assert (new["status"] == "error").mean() > (old["status"] == "error").mean() > 0


def test_through_a_log_reports_say_what_the_rows_say_and_few_are_red(tmp_path: Path) -> None:
    scenarios = [Scenario(samples=samples, **facts) for samples in (50, 200) for facts in UNCHANGED.values()]
    made = [pair for number, scenario in enumerate(scenarios) for pair in pairs(scenario, 1, number)]
    log = Log(tmp_path / "home")
    found = [regression(log, *names) for names in write(log.store.home, made)]
    for scenario, report, (old, new) in zip(scenarios, found, made, strict=True):
        direct = compare([as_measured(new)], [as_measured(old)], metrics=scenario.metrics)
        said = report.frame[report.frame["metric"].isin(scenario.metrics)]
        pd.testing.assert_frame_equal(plain(said), plain(direct.frame))
        assert report.worse == direct.worse
    assert sum(bool(report.worse) for report in found) <= binom.ppf(SURELY, len(found), AT_MOST)


@pytest.mark.parametrize("facts", UNCHANGED.values(), ids=list(UNCHANGED))
def test_where_nothing_changed_one_report_in_twenty_is_red(facts: dict[str, Any]) -> None:
    times = 6 if "operated" in facts else 25
    found = sum(red(Scenario(samples=samples, **facts), times) for samples in SIZES)
    assert found <= binom.ppf(SURELY, times * len(SIZES), AT_MOST)


@pytest.mark.parametrize(
    ("samples", "epochs", "power"),
    # of a paired test at 5 %, one-sided, of 4,000 simulated pairs each
    [(100, 1, 0.29), (200, 1, 0.47), (500, 1, 0.81), (100, 2, 0.50), (100, 4, 0.74)],
)
def test_a_fall_of_five_points_is_found_as_often_as_by_a_paired_test_alone(
    samples: int, epochs: int, power: float
) -> None:
    times = 40
    found = red(Scenario(samples=samples, epochs=epochs, fall=0.05), times)
    assert found >= binom.ppf(1 - SURELY, times, power)


def test_the_large_simulation_makes_its_tables() -> None:
    script = runpy.run_path(str(Path(__file__).parents[3] / "docs" / "simulated_gate.py"))
    unchanged, worse = script["tables"](1).split("\n\n")
    for table, rows, cells in ((unchanged, script["UNCHANGED"], 4), (worse, script["ASKED"], 3)):
        shown = [re.findall(r"\| (0\.0%|100\.0%) ", line) for line in table.splitlines()[2:]]
        assert [len(row) for row in shown] == [cells] * len(rows)
