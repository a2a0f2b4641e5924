"""An experiment that a notebook's cell defines, and whose kernel is killed half way."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from queue import Empty

import pandas as pd
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from project import ROOT, Project

from workbench.analysis.results import results
from workbench.log import Log
from workbench.simulator import start

CELL = """
import pandas as pd
import workbench as wb

asked = pd.DataFrame({"input": [f"What is {n} + {n}?" for n in range(20)]})
dataset = wb.load_dataset(asked.assign(target=[str(2 * n) for n in range(20)]), name="doubles")

def brief(text, sample):
    return len(text) < 300

async def second_opinion(text, sample):
    answer = await client.chat("sim/swift", f"Rate this: {text}", cache=True, max_tokens=8)
    return answer.text[:20]

client = wb.Client(concurrency=8)
await wb.evaluate(
    client,
    ["sim/swift", "sim/local"],
    dataset,
    prompt={"plain": "{input}", "kind": "Please: {input}"},
    scorers=[brief, second_opinion, "exact"],
    experiment="cell",
    max_tokens=12,
)
"""
CALLS = 20 * 2 * 2


def asked(url: str) -> int:
    with urllib.request.urlopen(f"{url}/journal") as answer:
        return sum(entry["method"] == "POST" for entry in json.load(answer))


class Kernel:
    """A real kernel in a project's folder."""

    def __init__(self, project: Project) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(project.folder), env=project.environment())
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self) -> None:
        """Run the cell to its end."""
        reply = self.client.execute_interactive(CELL, timeout=120, output_hook=lambda _: None)
        assert reply["content"]["status"] == "ok", reply["content"]
        self.end()

    def end(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def what_counts(home: Path, scorer: str) -> pd.DataFrame:
    frame = results(Log(home), "cell", scorer=scorer).sort_values(["model", "sample", "epoch"])
    return frame[["model", "sample", "epoch", "status", "value", "label", "text"]].reset_index(drop=True)


def test_a_cell_whose_kernel_was_killed_goes_on_and_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    projects = [Project(folder=tmp_path / name) for name in ("killed", "other")]
    with start(answers=ROOT / "data" / "first_walk.jsonl") as simulator:
        for project in projects:
            project.folder.mkdir()
            project.settings["SIM_BASE_URL"] = simulator.url
        killed = Kernel(projects[0])
        killed.client.execute(CELL)
        while asked(simulator.url) < CALLS // 2:
            try:
                message = killed.client.get_iopub_msg(timeout=0.05)
                assert message["msg_type"] != "error", message["content"]
            except Empty:
                time.sleep(0.01)
        killed.end()
        Kernel(projects[0]).run()
        Kernel(projects[1]).run()
    for scorer in ("brief", "second_opinion", "exact"):
        went_on = what_counts(projects[0].home, scorer)
        assert len(went_on) == CALLS
        pd.testing.assert_frame_equal(went_on, what_counts(projects[1].home, scorer))
