"""An experiment that is killed again and again, and goes on each time where it stopped."""

from __future__ import annotations

import json
import random
import signal
import time
import urllib.request
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from project import ROOT, Project

from workbench.analysis.results import results, summary
from workbench.simulator import start

MODELS, SAMPLES, EPOCHS, CONCURRENCY = 2, 40, 3, 8
CALLS = MODELS * SAMPLES * EPOCHS
KILLS = 4
EVALUATING = f"""
import workbench as wb

client = wb.Client(concurrency={CONCURRENCY})
dataset = wb.load_dataset("first_walk")
models = ["sim/swift", "sim/local"]  # neither has faults of its own
wb.run(wb.evaluate(client, models, dataset, epochs={EPOCHS}, experiment="killed", max_tokens=60))
"""


def arrived(url: str) -> int:
    """How many requests for an answer the simulator has received."""
    with urllib.request.urlopen(f"{url}/journal") as answer:
        return sum(entry["method"] == "POST" for entry in json.load(answer))


def ended(project: Project) -> None:
    process = project.start("-c", EVALUATING)
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")


def what_counts(project: Project) -> pd.DataFrame:
    frame = results(project.log, "killed").sort_values(["model", "sample", "epoch"])
    return frame[["model", "sample", "epoch", "status", "value", "label", "text"]].reset_index(drop=True)


@pytest.fixture
def other(tmp_path: Path) -> Project:
    (tmp_path / "other").mkdir()
    return Project(folder=tmp_path / "other")


def test_a_killed_experiment_repeats_at_most_the_calls_that_were_under_way(
    project: Project, other: Project
) -> None:
    rng = random.Random()
    with start(answers=ROOT / "data" / "first_walk.jsonl") as simulator:
        project.settings["SIM_BASE_URL"] = other.settings["SIM_BASE_URL"] = simulator.url
        for _ in range(KILLS):
            enough = arrived(simulator.url) + rng.randrange(1, CALLS // KILLS)
            process = project.start("-c", EVALUATING)
            while arrived(simulator.url) < enough:
                assert process.poll() is None, process.communicate()
                time.sleep(rng.random() * 0.02)
            process.kill()
            process.communicate()
            assert process.returncode == -signal.SIGKILL
        ended(project)
        # Both models are of one provider, whose limit is for both.
        assert CALLS <= arrived(simulator.url) <= CALLS + KILLS * CONCURRENCY

        # Not one request more, and not one row.
        asked, rows = arrived(simulator.url), len(project.log.calls())
        ended(project)
        assert (arrived(simulator.url), len(project.log.calls())) == (asked, rows)
        ended(other)

    frame = results(project.log, "killed")
    pairs = Counter(zip(frame["model"], frame["sample"], frame["epoch"], strict=True))
    assert (len(pairs), set(pairs.values())) == (CALLS, {1})
    assert summary(frame)[["calls", "n"]].to_numpy().tolist() == [[SAMPLES * EPOCHS, SAMPLES]] * MODELS
    assert len(project.log.runs()) == MODELS
    scores = project.log.scores()
    assert scores["call_id"].is_unique
    assert len(scores) == CALLS
    pd.testing.assert_frame_equal(what_counts(project), what_counts(other))
