"""Notebooks that do not run to their end: what is left, and what it says of the reason."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from notebook_files import notebook

from workbench.report import Report, run_report
from workbench.report.running.cells import Progress

KEY = "sk-canary-0123456789"
GIB = 2**30
ENDS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "raises": ("import os\nkey = os.environ['CANARY_KEY']\nraise ValueError(f'<b> no {key}')", {}),
    "exits": ("import os\nos._exit(3)", {}),
    "crashes": ("import ctypes\nctypes.string_at(0)", {}),
    "killed": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", {}),
    "starved": (
        "import resource\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({2 * GIB}, {2 * GIB}))\nbytearray({8 * GIB})",
        {},
    ),
    "slow": ("import time\ntime.sleep(60)", {"cell_timeout_s": 0.5}),
    "deaf": (
        "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)",
        {"timeout_s": 6, "cell_timeout_s": 60},
    ),
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Report]:
    """Each of them, several at once."""
    folder = tmp_path_factory.mktemp("ended")

    def run(name: str) -> Report:
        cell, how = ENDS[name]
        begun = f"print('so far', flush=True)\n{cell}"
        path = notebook(folder / name, "print('before')", "# The heart", begun, "print('never' + '!')")
        return run_report(path, {}, folder / name / "out", environment={"CANARY_KEY": KEY}, **how)

    with ThreadPoolExecutor(4) as pool:
        return dict(zip(ENDS, pool.map(run, ENDS), strict=True))


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("raises", "cell", "ValueError: <b> no ***"),
        ("exits", "kernel died", "the kernel died with exit status 3"),
        ("crashes", "kernel died", "the kernel died of SIGSEGV (Segmentation fault)"),
        ("killed", "out of memory", "the kernel was killed, probably for lack of memory (SIGKILL)"),
        ("starved", "out of memory", "MemoryError"),
        ("slow", "timeout", "the cell took longer than 0.5 s"),
        ("deaf", "timeout", "the notebook took longer than 6 s"),
    ],
)
def test_the_reason_is_named(ended: Mapping[str, Report], name: str, kind: str, message: str) -> None:
    failure = ended[name].failure
    assert failure is not None
    assert (failure.kind, failure.message) == (kind, message)
    assert (failure.cell, failure.heading) == (3, "The heart")
    assert str(failure) == f"cell 3 (The heart): {message}"


@pytest.mark.parametrize("name", ENDS)
def test_what_there_was_by_then_is_left(ended: Mapping[str, Report], name: str) -> None:
    made = ended[name]
    assert (made.cells_run, made.cells) == (3, 4)
    document = nbformat.read(made.notebook, as_version=4)
    assert document.cells[1].outputs[0].text == "before\n"
    page = made.page.read_text(encoding="utf-8")
    assert "This report is not complete." in page
    assert "before" in page
    assert "never!" not in page
    assert {path.name for path in made.page.parent.iterdir()} == {"question.ipynb", "question.html"}


def test_what_python_said_is_plain_text_that_is_folded(ended: Mapping[str, Report]) -> None:
    failure = ended["raises"].failure
    assert failure is not None
    assert "\x1b" not in failure.traceback
    assert "raise ValueError" in failure.traceback
    page = ended["raises"].page.read_text(encoding="utf-8")
    assert '<details class="traceback"><summary>What Python said</summary><pre>' in page
    assert "ValueError: &lt;b&gt; no ***" in page
    assert "<b> no" not in page


def test_a_crash_says_where_it_was_and_a_time_out_too(ended: Mapping[str, Report]) -> None:
    crash, slow = ended["crashes"].failure, ended["slow"].failure
    assert crash is not None
    assert slow is not None
    assert "Fatal Python error: Segmentation fault" in crash.traceback
    assert "time.sleep(60)" in slow.traceback


def test_a_key_in_an_error_is_in_none_of_it(ended: Mapping[str, Report]) -> None:
    made = ended["raises"]
    written = made.page.read_text("utf-8") + made.notebook.read_text("utf-8") + str(made)
    assert KEY not in written


def test_no_kernel_is_left(ended: Mapping[str, Report]) -> None:
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    commands = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children]
    assert [command for command in commands if b"ipykernel" in command] == []


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk that is full as far as one file goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_named_and_the_earlier_report_stays(tmp_path: Path) -> None:
    kind = "application/vnd.workbench.report+json"
    path = notebook(
        tmp_path,
        f"display({{{kind!r}: {{'kind': 'figure', 'name': 'a', 'value': 1}}, 'text/plain': 'a'}}, raw=True)",
        "print('x' * 3_000_000)",
        "1 / 0",
    )
    out = tmp_path / "out"
    out.mkdir()
    for name in ("question.ipynb", "question.html"):
        (out / name).write_text("earlier")
    with files_of_at_most(500_000):
        made = run_report(path, {}, out)
    assert made.failure is not None
    assert made.failure.kind == "disk"
    assert f"the report could not be written to {str(out)!r}: File too large" in made.failure.message
    assert "and before that, cell 4" in made.failure.message
    assert made.payloads == ({"kind": "figure", "name": "a", "value": 1},)
    assert {path.name: path.read_text() for path in out.glob("question.[ih]*")} == {
        "question.ipynb": "earlier",
        "question.html": "earlier",
    }
    # what could still be written of the run
    assert made.notebook == out / "question.partial.ipynb"
    assert nbformat.read(made.notebook, as_version=4).cells[1].outputs
    assert {path.name for path in out.iterdir()} == {"question.ipynb", "question.html", made.notebook.name}


def test_ctrl_c_ends_a_notebook_of_which_all_cells_so_far_are_saved(tmp_path: Path) -> None:
    out = tmp_path / "out"
    path = notebook(tmp_path, "print('so far')", "import time\ntime.sleep(60)", "print('never' + '!')")
    heard = signal.getsignal(signal.SIGINT)
    saved: list[str] = []

    def interrupt(step: Progress) -> None:
        if step.cell == 3:
            saved.append((out / "question.partial.ipynb").read_text("utf-8"))
            signal.raise_signal(signal.SIGINT)

    made = run_report(path, {}, out, on_progress=interrupt)
    assert "so far" in nbformat.reads(saved[0], as_version=4).cells[1].outputs[0].text
    assert made.failure is not None
    assert (made.failure.kind, made.failure.signal) == ("interrupted", signal.SIGINT)
    assert "interrupted by SIGINT" in made.page.read_text("utf-8")
    assert signal.getsignal(signal.SIGINT) == heard


@pytest.fixture
def command(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`workbench report` in the middle of a cell, and its kernel's process."""
    told = tmp_path / "told"
    os.mkfifo(told)
    cell = f"import os, time\nopen({str(told)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    path = notebook(tmp_path, "print('so far')", cell)
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "report", str(path), "--out", str(tmp_path / "out")],
        env={**os.environ, "WORKBENCH_HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process, int(told.read_text())
    process.kill()
    process.communicate()


def test_a_cancelled_command_writes_its_report_and_ends_its_kernel(
    tmp_path: Path, command: tuple[subprocess.Popen[str], int]
) -> None:
    process, kernel = command
    process.terminate()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM, said
    assert "interrupted by SIGTERM" in said
    assert not Path(f"/proc/{kernel}").exists()
    page = (tmp_path / "out" / "question.html").read_text("utf-8")
    assert "interrupted by SIGTERM" in page
    assert "so far" in page
