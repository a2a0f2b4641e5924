"""The benchmarks that need a browser, in a tiny size: what is not run rots."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lab import chromium

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="no Chromium: install one, or name its executable in WORKBENCH_TEST_CHROMIUM"
)


@pytest.mark.parametrize("way", ["workbench", "Output widget, 10 Hz"])
def test_what_streams_is_seen_in_a_page_that_is_painted(way: str) -> None:
    measured = _figures("pane_load.py", way, "1", "2", "60")
    level = measured["2"]["60"]
    # A token is not seen before it is made; on a busy machine it may be late.
    assert 0 < level["lag_p95_s"] < 10
    assert level["frames_per_s"] > 1
    assert level["cpu_s"] > 0


def test_a_notebook_is_opened_by_the_workbench_in_an_empty_folder() -> None:
    opened = _figures("opening_load.py", "/", "workbench", "lab")
    assert 0 < opened["answers_s"] < opened["usable_s"]


def _figures(script: str, *arguments: str) -> Any:
    code = "import json, sys; from rounds import child; print(json.dumps(child(*sys.argv[1:])))"
    command = [sys.executable, "-c", code, f"benchmarks/{script}", *arguments]
    ended = subprocess.run(command, cwd=BENCHMARKS, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)
