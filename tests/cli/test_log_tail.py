"""`workbench log tail`, followed live: a process that writes, and one that follows."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import orjson
import pytest
from click.testing import CliRunner
from uuid6 import uuid7

from workbench.cli import workbench
from workbench.log import Recorder, Store

LONG_S = 30.0  # never waited for, except by a test that fails
PAUSE_S = 0.03

# Writes a call every so often, seals and ingests all the time, and says when each was durable.
WRITER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
import orjson
from uuid6 import uuid7
from workbench.log import Recorder

home, name, count, pause = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
recorder = Recorder(home, segment_bytes=2_000)
for number in range(count):
    now = datetime.now(UTC)
    row = {"id": str(uuid7()), "started_at": now, "ended_at": now, "status": "ok", "cached": False}
    row |= {"provider": "here", "model": name, "text": f"<{name}-{number}>"}
    recorder.append("calls", orjson.dumps(row)).result()
    print(f"<{name}-{number}> {time.time()}", flush=True)
    time.sleep(pause)
"""


def row(**fields: object) -> bytes:
    now = datetime.now(UTC)
    made = {"id": str(uuid7()), "started_at": now, "ended_at": now, "status": "ok", "cached": False}
    return orjson.dumps(made | {"provider": "here", "model": "one"} | fields)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


class Followed:
    """A `workbench log tail --follow`, and its lines with the moment that each came."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench", "log", "tail", "--follow", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"COLUMNS": "200"},
        )
        self.lines: queue.SimpleQueue[tuple[str, float]] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put((line, time.time()))

    def next(self) -> tuple[str, float]:
        return self.lines.get(timeout=LONG_S)

    def interrupted(self) -> tuple[int, str]:
        """The exit code after Ctrl-C, and what was said about it."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(LONG_S)
        assert self.process.stderr is not None
        return code, self.process.stderr.read()


@pytest.fixture
def follow() -> Iterator[list[Followed]]:
    followed: list[Followed] = []
    yield followed
    for each in followed:
        each.process.kill()
        each.process.wait()
        for stream in (each.process.stdout, each.process.stderr):
            if stream is not None:
                stream.close()


def test_the_newest_calls_are_lines_with_the_newest_at_the_bottom(home: Path) -> None:
    recorder = Recorder(home)
    for number in range(4):
        recorder.append("calls", row(text=f"answer {number}\nin two lines"))
    failed = {"error_type": "RateLimitError", "error_message": "slow\x1b[2J [bold]down[/]"}
    recorder.append("calls", row(status="error", **failed))
    figures = {"input_tokens": 1234, "output_tokens": 5, "cost_usd": "0.0012", "duration_s": 1.5}
    recorder.append("calls", row(id=f"{uuid7()}"[:-8] + "abcdef01", ttft_s=0.25, **figures))
    recorder.close()
    result = CliRunner().invoke(workbench, ["log", "tail", "-n", "3"])
    first, second, third = result.output.splitlines()
    assert first.endswith("here/one  cost unknown  answer 3 in two lines")
    assert second.endswith(r"here/one  RateLimitError: slow\x1b[2J [bold]down[/]")
    assert "abcdef01 here/one  1.50 s  TTFT 0.250 s  1,234→5  $0.0012" in third
    assert "error" in CliRunner().invoke(workbench, ["log", "tail", "--where", "status <> 'ok'"]).output


def test_where_there_is_nothing_to_show_it_is_said(home: Path) -> None:
    said = CliRunner().invoke(workbench, ["log", "tail"])
    assert (said.stdout, said.stderr) == ("", "The log has no call yet.\n")
    said = CliRunner().invoke(workbench, ["log", "tail", "--where", "status = 'error'"])
    assert (said.stdout, said.stderr) == ("", "No call is what --where asks for.\n")


def test_what_two_processes_log_is_shown_live_and_once(home: Path, follow: list[Followed]) -> None:
    recorder = Recorder(home)
    recorder.append("calls", row(text="<before>"))
    recorder.flush()
    tail = Followed("-n", "5")
    follow.append(tail)
    assert "<before>" in tail.next()[0]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(home), name, "40", str(PAUSE_S)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b")
    ]
    shown = [tail.next() for _ in range(80)]
    said = [line for writer in writers for line in writer.communicate()[0].splitlines()]
    recorder.append("calls", row(text="<after>"))
    recorder.close()
    assert "<after>" in tail.next()[0]
    durable = {name: float(at) for name, at in (line.split() for line in said)}
    seen = {line.split()[-1]: at for line, at in shown}
    assert seen.keys() == durable.keys()
    late = sorted(seen[name] - durable[name] for name in durable)
    # Most within two seconds, however busy the machine is with other tests; none is forgotten.
    assert late[len(late) // 2] < 2.0
    assert tail.interrupted() == (0, "")


def test_a_log_that_is_locked_is_tried_again(home: Path, follow: list[Followed]) -> None:
    recorder = Recorder(home)
    recorder.append("calls", row(text="<before>"))
    recorder.close()
    Store(home).ingest()
    tail = Followed()
    follow.append(tail)
    assert "<before>" in tail.next()[0]
    with duckdb.connect(home / "log.duckdb"):  # no part of the workbench
        recorder.append("calls", row(text="<meanwhile>"))
        recorder.flush()
        assert tail.process.stderr is not None
        assert "Trying again" in tail.process.stderr.readline()
    assert "<meanwhile>" in tail.next()[0]
    recorder.close()
    assert tail.interrupted() == (0, "")
