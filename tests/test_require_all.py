from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = """
import pytest

@pytest.fixture
def server():
    pytest.skip("no server here")

def test_that_needs_a_server(server): ...

def test_that_needs_nothing(): ...
"""


@pytest.mark.parametrize(
    ("setting", "code", "summary"), [("", 0, "1 passed, 1 skipped"), ("1", 1, "1 passed, 1 error")]
)
def test_a_skipped_test_fails_the_session_where_nothing_may_be_skipped(
    setting: str, code: int, summary: str, tmp_path: Path
) -> None:
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-ra", "-p", "require_all", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parent),
            "WORKBENCH_TEST_REQUIRE_ALL": setting,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert summary in done.stdout.splitlines()[-1]
    assert "no server here" in done.stdout
