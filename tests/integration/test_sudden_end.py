"""Whatever ends a run, what it had reported is in the log, once."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Callable

from project import Project

from workbench.simulator import Simulator

# Says the id of each call as soon as it is told that the call is done.
ASKING = """
import asyncio
import workbench as wb

async def main():
    client = wb.Client(concurrency=50)

    async def ask(n):
        answer = await client.chat("sim/swift", f"Question {n}?", max_tokens=5)
        print(answer.call_id, flush=True)

    await asyncio.gather(*(ask(n) for n in range(20_000)))

asyncio.run(main())
"""


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_every_call_that_was_reported_before_a_kill_is_in_the_log_once(simulated: Project) -> None:
    process = simulated.start("-c", ASKING)
    assert process.stdout is not None
    reported = [process.stdout.readline() for _ in range(300)]
    process.kill()
    rest, err = process.communicate()
    reported += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    assert (process.returncode, err) == (-signal.SIGKILL, "")
    calls = Counter(str(id_) for id_ in simulated.log.calls()["id"])
    assert {calls[id_.strip()] for id_ in reported} == {1}
    assert set(calls.values()) == {1}
    # The next command takes the dead one's journal into the file.
    assert simulated.workbench("compare", "-m", "sim/swift", "--limit", "2", "--no-report").code == 0
    assert not list((simulated.home / "journal").iterdir())
    after = Counter(str(id_) for id_ in simulated.log.calls()["id"])
    assert after.total() == calls.total() + 2
    assert set(after.values()) == {1}
    assert calls.keys() < after.keys()


def test_a_comparison_that_is_killed_leaves_what_it_had(simulated: Project) -> None:
    process = simulated.start("-m", "workbench", "compare", "-m", "sim/local", "--epochs", "50")
    wait_until(lambda: simulated.statuses().get("ok", 0) >= 30, process)
    process.kill()
    process.communicate()
    assert simulated.statuses()["ok"] >= 30
    scores = simulated.log.scores()
    assert scores["call_id"].is_unique
    assert set(scores["call_id"]) <= set(simulated.log.calls()["id"])
    assert simulated.workbench("compare", "-m", "sim/local", "--limit", "2", "--no-report").code == 0
    assert len(simulated.experiments()) == 2


def test_ctrl_c_ends_with_one_line_and_a_row_for_each_call_that_had_begun(
    simulated: Project, simulator: Simulator, fault: Callable[..., None]
) -> None:
    # All of swift's answers are whole, none of sage's is.
    fault(model="sage", fault="stall", chunks=1, times=1000)
    process = simulated.start(
        *("-m", "workbench", "compare", "-m", "sim/swift", "-m", "sim/sage"),
        *("--limit", "10", "--concurrency", "20", "--no-report"),
    )
    wait_until(
        lambda: simulated.statuses() == {"ok": 10} and stalled(simulator) == 10,
        process,
    )
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    lines = [line for line in err.splitlines() if line.strip() and "Asking" not in line]
    assert lines == ["Interrupted. Every call that was made is in the log."]
    assert simulated.statuses() == {"ok": 10, "interrupted": 10}
    calls = simulated.log.calls()
    assert set(calls["model"][calls["status"] == "interrupted"]) == {"sage"}


def stalled(simulator: Simulator) -> int:
    """How many answers of the simulator stand still."""
    with urllib.request.urlopen(f"{simulator.url}/journal") as answer:
        return sum(entry["fault"] == "stall" for entry in json.load(answer))
