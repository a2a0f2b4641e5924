"""`workbench compare` and the answers that the log has: none are taken unless it is said."""

from __future__ import annotations

import time

from project import Project

COMPARE = ("compare", "-m", "sim/swift", "--no-report")


def made(project: Project) -> int:
    """How many calls were not answered by the log."""
    return int((~project.log.calls()["cached"].astype(bool)).sum())


def test_a_comparison_measures_unless_it_is_told_to_take_what_the_log_has(simulated: Project) -> None:
    for calls in (5, 10):
        assert simulated.workbench(*COMPARE, "--limit", "5").code == 0
        assert made(simulated) == calls
    taken = simulated.workbench(*COMPARE, "--limit", "6", "--cache")
    assert taken.code == 0, taken.err
    assert made(simulated) == 11
    assert len(simulated.log.calls()) == 16
    assert len(simulated.experiments()) == 3

    gate = simulated.workbench(*COMPARE, "--limit", "6", "--cache", "--baseline", "last")
    assert gate.code == 2
    assert "leave out --cache or --baseline" in gate.err
    assert len(simulated.log.calls()) == 16


def test_a_comparison_that_was_killed_goes_on_by_its_name(simulated: Project) -> None:
    process = simulated.start("-m", "workbench", *COMPARE, "-m", "sim/local", "--epochs", "3")
    while simulated.statuses().get("ok", 0) < 20:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.kill()
    process.communicate()
    before = len(simulated.log.calls())
    assert before < 240
    [begun] = simulated.experiments()
    resumed = simulated.workbench("compare", "--resume", begun[:15], "--no-report")
    assert resumed.code == 0, resumed.err
    assert simulated.experiments() == [begun]
    calls = simulated.log.calls()
    assert len(calls) == len(calls.groupby(["model", "sample", "epoch"])) == 240
    assert set(simulated.log.scores()["call_id"]) == set(calls["id"])
    assert f"experiment {begun}" in resumed.out

    refused = simulated.workbench(
        "compare", "--resume", begun, "-d", "first_walk", "-m", "sim/sage", "--no-report"
    )
    assert (refused.code, len(simulated.log.calls())) == (2, 240)
    assert "was begun with other models: sim/local, sim/swift, and not sim/sage" in refused.err


def test_a_comparison_names_its_experiment_before_it_asks_and_a_replay_says_that_it_asks_nobody(
    simulated: Project,
) -> None:
    asked = simulated.workbench(*COMPARE, "--limit", "2")
    [made] = simulated.experiments()
    assert f"half way: workbench compare --resume {made}" in asked.out
    shown = simulated.workbench("compare", "--replay", "last", "--no-report")
    assert (shown.code, len(simulated.log.calls())) == (0, 2)
    assert f"Replaying {made} from the log, nothing is asked: sim/swift" in shown.out
    assert "No provider" not in shown.out
    refused = simulated.workbench("compare", "--replay", "last", "--cache")
    assert (refused.code, "leave out --cache and --resume" in refused.err) == (2, True)
