"""A hundred processes that are killed while they write and ingest: what was reported done is there, once."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from workbench.log import Log, Store

Program = Callable[..., subprocess.Popen[str]]

KILLS = 104
WRITERS = 4

# Eight calls under way at once, each through the waterline; once a caller has its answer, a file gets the id.
# Small segments, so that somebody ingests all the time.
WRITER = """
import asyncio, os, random, sys
from datetime import UTC, datetime
from pathlib import Path
from uuid6 import uuid7
from workbench.calls import Call, Completion, Endpoint, Message, Request
from workbench.log import Recorder, record
from workbench.log.redaction import Redaction

home, reported = Path(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
recorder = Recorder(home, segment_bytes=60_000, segment_s=0.2)
policy = record(recorder)
endpoint = Endpoint(provider="here", protocol="openai", base_url="http://localhost")
request = Request(model="small", messages=(Message(role="user", content="Say it. " * 200),))

async def send(call):
    await asyncio.sleep(random.uniform(0.001, 0.01))
    return Completion(text="It. " * 200, received=b'{"text":"it"}')

async def work():
    while True:
        call = Call(id=uuid7(), started_at=datetime.now(UTC), endpoint=endpoint, request=request)
        await policy(call, send)
        os.write(reported, f"{call.id}\\n".encode())

async def main():
    print("ready", flush=True)
    await asyncio.gather(*(work() for _ in range(8)))

asyncio.run(main())
"""


def reports(folder: Path) -> set[str]:
    """The calls that were reported done, by their whole ids."""
    return {id_ for path in folder.iterdir() for id_ in path.read_text().split() if len(id_) == 36}


def ids(home: Path) -> pd.Series[str]:
    return Log(home).sql("SELECT id::VARCHAR AS id FROM calls")["id"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reported").mkdir()
    return tmp_path / "reported"


def test_of_a_hundred_killed_processes_no_reported_call_is_lost_and_none_is_there_twice(
    home: Path, folder: Path, program: Program
) -> None:
    rng = random.Random(20260101)
    killed: list[int] = []
    ingesting: list[int] = []
    complaints: list[str] = []

    def kill_one_after_the_other(slot: int, lifetimes: list[float]) -> None:
        for number, lifetime_s in enumerate(lifetimes):
            writer = program(WRITER, home, folder / f"{slot}-{number}")
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n", writer.communicate()
            time.sleep(lifetime_s)
            writer.kill()
            complaints.append(writer.communicate()[1])
            killed.append(writer.pid)
            lock = home / "ingest.lock"
            if lock.exists() and f"process {writer.pid} " in lock.read_text():
                ingesting.append(writer.pid)

    slots = [
        threading.Thread(
            target=kill_one_after_the_other,
            args=(slot, [rng.uniform(0.0, 0.8) for _ in range(KILLS // WRITERS)]),
        )
        for slot in range(WRITERS)
    ]
    for thread in slots:
        thread.start()
    while any(thread.is_alive() for thread in slots):
        before = reports(folder)
        seen = ids(home)
        assert seen.is_unique
        assert before <= set(seen)
    assert len(killed) >= 100
    assert len(ingesting) >= 3
    assert set(complaints) == {""}
    reported = reports(folder)
    assert len(reported) > 1000
    for ingested in (False, True):
        if ingested:
            Store(home).ingest()
        seen = ids(home)
        assert seen.is_unique
        assert reported <= set(seen)
    assert sorted(path.name for path in (home / "journal").iterdir()) == []
    # Plain DuckDB opens the file too, and nothing is left for it to repair.
    assert not (home / "log.duckdb.wal").exists()
    with duckdb.connect(str(home / "log.duckdb"), read_only=True) as db:
        assert db.execute("SELECT count(DISTINCT id) FROM calls").fetchall() == [(len(seen),)]
