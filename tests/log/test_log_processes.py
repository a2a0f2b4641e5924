"""Many processes on one log, some of which die: what was reported done is there, once."""

from __future__ import annotations

import contextlib
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.log import Log, Recorder, Store

Program = Callable[..., subprocess.Popen[str]]

# Writes rows, several under way at once, and reports each on its output when it is done.
WRITER = """
import asyncio, sys
from pathlib import Path
from uuid6 import uuid7
from workbench.log import Recorder

recorder = Recorder(Path(sys.argv[1]), segment_bytes=20_000)

async def write(rows):
    for n in range(rows):
        id = str(uuid7())
        row = b'{"id":"%s","dataset":"%s"}' % (id.encode(), b"x" * 500)
        await asyncio.wrap_future(recorder.append("runs", row))
        sys.stdout.write(id + "\\n")
        sys.stdout.flush()

async def main():
    await asyncio.gather(*(write(int(sys.argv[2])) for _ in range(5)))

asyncio.run(main())
"""


def ids(home: Path) -> list[str]:
    return list(Log(home).runs()["id"])


def test_while_many_processes_write_every_reported_row_is_read_once(home: Path, program: Program) -> None:
    writers = [program(WRITER, home, 60) for _ in range(4)]
    reported: set[str] = set()
    while any(writer.poll() is None for writer in writers):
        for writer in writers:
            assert writer.stdout is not None
            if found := writer.stdout.readline().strip():
                reported.add(found)
        seen = ids(home)
        assert len(seen) == len(set(seen))
        assert reported <= set(seen)
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stderr is not None
        reported.update(writer.stdout.read().split())
        assert writer.stderr.read() == ""
    seen = ids(home)
    assert len(seen) == 4 * 5 * 60
    assert set(seen) == reported


def test_of_killed_writers_no_reported_row_is_lost_and_none_is_there_twice(
    home: Path, program: Program
) -> None:
    rng = random.Random(20260101)
    reported: set[str] = set()
    for _ in range(10):
        writer = program(WRITER, home, 10_000)
        assert writer.stdout is not None
        for _ in range(rng.randrange(1, 400)):
            reported.add(writer.stdout.readline().strip())
        writer.kill()
        # What it reported before it died counts too, except a line that it did not end.
        reported.update(line.strip() for line in writer.stdout if line.endswith("\n"))
    for ingested in (False, True):
        if ingested:
            Store(home).ingest()
        seen = ids(home)
        assert len(seen) == len(set(seen))
        assert reported <= set(seen)
    assert not list((home / "journal").glob("*.jsonl"))


def test_an_ingest_that_is_killed_is_repeated_without_loss_or_doubles(home: Path, program: Program) -> None:
    # 40 segments are two transactions: some die between them.
    segments = 40
    for segment in range(segments):
        recorder = Recorder(home)
        for n in range(100):
            recorder.append("runs", b'{"id":"%d-%d","dataset":"%s"}' % (segment, n, b"x" * 1000))
        recorder.close()
    copy = home.parent / "copy"
    shutil.copytree(home, copy)
    began = time.perf_counter()
    Store(copy).ingest()
    whole_s = time.perf_counter() - began
    rng = random.Random(20260101)
    for _ in range(8):
        ingester = program(
            """
            import sys
            from pathlib import Path
            from workbench.log import Store
            print("start", flush=True)
            Store(Path(sys.argv[1])).ingest()
            """,
            home,
        )
        assert ingester.stdout is not None
        ingester.stdout.readline()
        with contextlib.suppress(subprocess.TimeoutExpired):
            ingester.wait(timeout=rng.uniform(0, whole_s))
        ingester.kill()
        ingester.wait()
        seen = ids(home)
        assert len(seen) == len(set(seen)) == segments * 100
    Store(home).ingest()
    assert not list((home / "journal").iterdir())
    assert len(set(ids(home))) == len(ids(home)) == segments * 100


@pytest.mark.parametrize("sync", ["quarter-second", "each"])
def test_a_row_that_is_done_survives_the_kill_that_follows_at_once(
    home: Path, program: Program, sync: str
) -> None:
    program(
        """
        import os, signal, sys
        from pathlib import Path
        from workbench.log import Recorder
        Recorder(Path(sys.argv[1]), sync=sys.argv[2]).append("runs", b'{"id":"1"}').result()
        os.kill(os.getpid(), signal.SIGKILL)
        """,
        home,
        sync,
    ).communicate()
    assert ids(home) == ["1"]
