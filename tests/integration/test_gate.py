"""The gate: a model that got worse fails the command and is named, the same model passes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from project import NOTEBOOKS, ROOT, Project
from servers import free_port, running

# The simulator's models as they are, but for `sage`, which forgot most of what it knew.
WORSE = """
import sys
from dataclasses import replace
from pathlib import Path
from aiohttp import web
from workbench.simulator.models import MODELS
from workbench.simulator.questions import read_questions
from workbench.simulator.server import application
models = [replace(model, accuracy=0.3) if model.name == "sage" else model for model in MODELS]
app = application(answers=read_questions(Path(sys.argv[1])), models=models)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[2]), print=None)
"""
COMPARE = ("compare", "-m", "sim/swift", "-m", "sim/sage", "--no-report")


@pytest.fixture
def worse_url(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-c", WORSE, str(ROOT / "data" / "first_walk.jsonl"), str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with running(command, url=f"{url}/v1/models", log=tmp_path / "log", environment=environment):
        yield url


def test_a_model_that_got_worse_fails_and_is_named_and_the_same_one_passes(
    simulated: Project, worse_url: str
) -> None:
    before = simulated.workbench(*COMPARE)
    assert before.code == 0, before.err
    (baseline,) = simulated.experiments()

    fallen = simulated.workbench(*COMPARE, "--baseline", "last", SIM_BASE_URL=worse_url)
    assert fallen.code == 1, fallen.out + fallen.err
    assert "sim/sage on first_walk: quality worse by " in fallen.out
    assert "worse than its baseline, beyond chance: sim/sage: quality" in fallen.err
    assert "sim/swift: quality" not in fallen.err

    again = simulated.workbench(*COMPARE, "--baseline", baseline)
    # A machine that is busy now is slower than it was, and that may be said.
    assert ": quality" not in again.err
    slower = re.findall("worse than its baseline, beyond chance: (.*)", again.err)
    assert all("TTFT" in each or "duration" in each for each in slower)
    assert again.code == (1 if slower else 0), again.out + again.err

    candidate = simulated.experiments()[1]
    report = simulated.workbench(
        *("report", str(NOTEBOOKS / "10_compare.ipynb"), "--out", "gate"),
        *("-p", "experiment", candidate, "--baseline", baseline),
    )
    assert report.code == 1, report.out + report.err
    assert "worse than its baseline, beyond chance: sim/sage" in report.err
    page = (simulated.folder / "gate" / "10_compare.html").read_text(encoding="utf-8")
    worse = re.findall(r"▼ worse</b></td><td[^>]*><b>Quality</b><br/?>([^<]*)<", page)
    assert worse == ["sim/sage"]
