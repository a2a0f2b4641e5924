"""One log for many machines: a DuckLake on a real PostgreSQL, and a DuckDB server over Quack."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import orjson
import pandas as pd
import pytest
from project import ROOT, Project
from servers import PATIENCE_S
from stores import PASSWORD, POSTGRES, Postgres, QuackServer, SharedServer, postgres_folder

from workbench.calls import Secret
from workbench.errors import ConfigError, DataError
from workbench.log import Log, Recorder
from workbench.log.place import DuckLakePlace, place_of
from workbench.log.remote import DuckLake, remote_of
from workbench.log.schema import SCHEMA_VERSION
from workbench.log.shared import AwayError, store_of

# Writes rows until its input ends, several under way at once, and reports each on its output when it is done.
WRITER = """
import asyncio, sys, threading
from pathlib import Path
from uuid6 import uuid7
from workbench.calls import Secret
from workbench.log import Recorder

recorder = Recorder(Path(sys.argv[1]), shared=Secret(sys.argv[2]), segment_bytes=30_000)
running = True

async def write():
    while running:
        id = str(uuid7())
        row = b'{"id":"%s","dataset":"%s"}' % (id.encode(), b"x" * 500)
        await asyncio.wrap_future(recorder.append("runs", row))
        sys.stdout.write(id + "\\n")
        sys.stdout.flush()
        await asyncio.sleep(0.002)

async def main():
    await asyncio.gather(*(write() for _ in range(5)))

def stop():
    global running
    sys.stdin.read()
    running = False

threading.Thread(target=stop, daemon=True).start()
asyncio.run(main())
"""
Start = Callable[[Path, SharedServer], subprocess.Popen[str]]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    binaries = postgres_folder()
    if binaries is None:
        pytest.skip(f"no PostgreSQL: install one (package postgresql), or name its bin folder in {POSTGRES}")
    server = Postgres(binaries)
    yield server
    server.remove()


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path) -> Iterator[None]:
    """Or the end of the session would ingest it, when the servers are gone."""
    yield
    for home in ("here", "home"):
        shutil.rmtree(tmp_path / home, ignore_errors=True)


@pytest.fixture
def lake(postgres: Postgres, tmp_path: Path) -> SharedServer:
    return postgres.fresh(tmp_path / "data")


@pytest.fixture(params=["ducklake", "quack"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SharedServer]:
    if request.param == "ducklake":
        yield request.getfixturevalue("lake")
        return
    quack = QuackServer(tmp_path)
    yield quack
    quack.stop()


@pytest.fixture
def writer() -> Iterator[Start]:
    """Starts a writer with the journal in a home."""
    started: list[subprocess.Popen[str]] = []

    def start(home: Path, server: SharedServer) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(home), server.setting],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()


def ids(home: Path, setting: str) -> list[str]:
    return list(Log(home, Secret(setting)).runs()["id"])


def read(writers: list[subprocess.Popen[str]], rows: int, reported: set[str]) -> None:
    """Wait until each has reported so many rows more."""
    for process in writers:
        assert process.stdout is not None
        for _ in range(rows):
            line = process.stdout.readline()
            assert line.endswith("\n"), process.communicate()
            reported.add(line.strip())


def rest(process: subprocess.Popen[str]) -> tuple[set[str], str]:
    """What else a writer reported, and what it complained of."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.close()
    lines = process.stdout.readlines()
    return {line.strip() for line in lines if line.endswith("\n")}, process.stderr.read()


def test_of_many_machines_with_kills_and_a_crashed_server_no_row_is_lost_or_there_twice(
    server: SharedServer, writer: Start, tmp_path: Path
) -> None:
    homes = [tmp_path / f"machine{n}" for n in range(3)]
    reported: set[str] = set()
    writers = [writer(home, server) for home in homes for _ in range(2)]
    read(writers, 200, reported)
    killed = [writers.pop(0), writers.pop(2)]
    for process in killed:
        process.kill()
        reported |= rest(process)[0]
    elsewhere = ids(tmp_path / "elsewhere", server.setting)
    assert len(elsewhere) == len(set(elsewhere))
    server.stop()
    read(writers, 200, reported)
    server.start()
    writers.append(writer(homes[0], server))
    read(writers, 200, reported)
    writers[1].kill()
    for process in writers:
        more, complaints = rest(process)
        reported |= more
        # The ones that were there while it was away said so once.
        assert complaints.count("is away") <= 1, complaints
        assert complaints.count("Warning") <= 1, complaints
    for home in homes:
        seen = ids(home, server.setting)
        assert len(seen) == len(set(seen))
        store_of(home, Secret(server.setting)).ingest()
        assert not list((home / "journal").iterdir())
    seen = ids(tmp_path / "elsewhere", server.setting)
    assert len(seen) == len(set(seen))
    assert reported <= set(seen)


def test_while_small_files_are_joined_no_row_is_lost_or_there_twice(
    lake: SharedServer, writer: Start, tmp_path: Path
) -> None:
    place = place_of(Secret(lake.setting))
    assert isinstance(place, DuckLakePlace)
    store_with_a_row(tmp_path / "home", Secret(lake.setting))
    homes = [tmp_path / f"machine{n}" for n in range(3)]
    writers = [writer(home, lake) for home in homes]
    reported = {"r1"}
    joined = 0
    with duckdb.connect() as db:
        remote = DuckLake(place)
        remote.attach_to_write(db, tmp_path / "home")
        for _ in range(6):
            read(writers, 50, reported)
            with contextlib.suppress(duckdb.TransactionException):
                remote.tidy(db, many=0)
                joined += 1
            seen = ids(tmp_path / "elsewhere", lake.setting)
            assert len(seen) == len(set(seen))
    assert joined
    for process, home in zip(writers, homes, strict=True):
        reported |= rest(process)[0]
        store_of(home, Secret(lake.setting)).ingest()
    seen = ids(tmp_path / "elsewhere", lake.setting)
    assert len(seen) == len(set(seen))
    assert reported == set(seen)


def test_a_row_is_seen_on_another_machine_soon_after_its_call(server: SharedServer, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "here", shared=Secret(server.setting), segment_s=0.2)
    recorder.append("runs", b'{"id":"r1"}').result()
    deadline = time.monotonic() + PATIENCE_S
    while ids(tmp_path / "there", server.setting) != ["r1"]:
        assert time.monotonic() < deadline
    recorder.close()


def test_where_it_was_written_a_row_is_seen_at_once(server: SharedServer, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "here", shared=Secret(server.setting))
    for n in range(3):
        recorder.append("runs", b'{"id":"r%d"}' % n).result()
        assert len(ids(tmp_path / "here", server.setting)) == n + 1
    assert ids(tmp_path / "there", server.setting) == []
    recorder.close()


def test_while_the_store_is_away_rows_wait_and_it_is_said_once(server: SharedServer, tmp_path: Path) -> None:
    source = """
        import sys
        from pathlib import Path
        from workbench.calls import Secret
        from workbench.log import Recorder
        for n in range(3):
            recorder = Recorder(Path(sys.argv[1]), shared=Secret(sys.argv[2]), segment_bytes=1)
            recorder.append("runs", b'{"id":"%d"}' % n).result()
            recorder.close()
        """
    said = subprocess.run(
        [sys.executable, "-c", "if True:" + source, str(tmp_path / "home"), server.down],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    )
    assert said.stderr.count("is away") == 1
    assert PASSWORD not in said.stderr
    assert len(list((tmp_path / "home" / "journal").glob("*.jsonl"))) == 3
    assert sorted(ids(tmp_path / "home", server.setting)) == ["0", "1", "2"]
    assert store_of(tmp_path / "home", Secret(server.setting)).ingest() == 3
    assert sorted(ids(tmp_path / "elsewhere", server.setting)) == ["0", "1", "2"]


def test_what_is_away_is_said_without_its_password(server: SharedServer, tmp_path: Path) -> None:
    log = Log(tmp_path / "home", Secret(server.down))
    with pytest.raises(AwayError, match=r"is away: .*DuckDB says") as caught:
        log.calls()
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    assert PASSWORD not in repr(place_of(Secret(server.setting)))
    tables = Log(tmp_path / "home", Secret(server.setting))
    Recorder(tmp_path / "home", shared=Secret(server.setting)).append("runs", b'{"id":"r1"}').result()
    for query in ("FROM duckdb_databases()", "FROM duckdb_secrets()", "FROM runs"):
        assert PASSWORD not in tables.sql(query).to_string()


def test_a_wrong_password_is_said_as_such(server: SharedServer, tmp_path: Path) -> None:
    log = Log(tmp_path / "home", Secret(server.setting.replace(PASSWORD, "another-password")))
    with pytest.raises(AwayError, match=r"that you may use it.*(?i:authentication failed)") as caught:
        log.calls()
    assert "another-password" not in "".join(traceback.format_exception(caught.value))


def test_a_row_comes_back_as_it_does_from_the_file(server: SharedServer, tmp_path: Path) -> None:
    call = {
        "id": "01a1fdc1-cea6-7c87-935f-1dbce2ee432c",
        "started_at": "2026-01-02T03:04:05.678901Z",
        "status": "ok",
        "cached": False,
        "provider": "sim",
        "model": "swift",
        "request": {"messages": [{"role": "user", "content": f"Zürich 'q' \\ \n {n}"} for n in range(9)]},
        "response": {"text": "x" * 50_000},
        "cost_usd": "0.123456789",
        "gaps_s": [0.5, 0.25],
        "tags": {"project": "a; b", "ü": ""},
        "epoch": 0,
    }
    label = {"id": call["id"], "kind": "vote", "calls": [call["id"]] * 2, "chosen": [], "value": 0.1}
    frames = []
    for home, shared in ((tmp_path / "file", None), (tmp_path / "shared", Secret(server.setting))):
        recorder = Recorder(home, shared=shared)
        recorder.append("calls", orjson.dumps(call)).result()
        recorder.append("scores", orjson.dumps({"id": call["id"], "value": 0.5, "label": None})).result()
        recorder.append("labels", orjson.dumps(label)).result()
        recorder.close()
        store_of(home, shared).ingest()
        assert not list((home / "journal").iterdir())
        log = Log(home, shared)
        frames.append(
            (log.calls(), log.scores(), log.labels(), log.runs(), log.usage(["provider", "tag:project"]))
        )
    for of_file, of_store in zip(*frames, strict=True):
        pd.testing.assert_frame_equal(of_file, of_store)


def test_what_is_stored_cannot_be_changed_by_a_query(server: SharedServer, tmp_path: Path) -> None:
    store_with_a_row(tmp_path / "home", Secret(server.setting))
    with pytest.raises(ConfigError, match="read-only"):
        Log(tmp_path / "home", Secret(server.setting)).sql("INSERT INTO log.runs (id) VALUES ('r2')")


def test_a_store_of_a_newer_version_is_left_alone(server: SharedServer, tmp_path: Path) -> None:
    shared = Secret(server.setting)
    store_with_a_row(tmp_path / "home", shared)
    change(tmp_path / "home", shared, f"UPDATE {{at}}meta SET schema_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(DataError, match="install that or a later one") as caught:
        ids(tmp_path / "home", server.setting)
    assert not isinstance(caught.value, AwayError)
    Recorder(tmp_path / "home", shared=shared).append("runs", b'{"id":"r2"}').result()


def test_a_store_of_an_older_version_is_brought_up_to_date(server: SharedServer, tmp_path: Path) -> None:
    shared = Secret(server.setting)
    store_with_a_row(tmp_path / "home", shared)
    change(tmp_path / "home", shared, "ALTER TABLE {at}runs DROP COLUMN params")
    change(tmp_path / "home", shared, "DROP TABLE {at}labels")
    change(tmp_path / "home", shared, f"UPDATE {{at}}meta SET schema_version = {SCHEMA_VERSION - 1}")
    frame = Log(tmp_path / "home", shared).runs()
    assert list(frame["id"]) == ["r1"]
    assert list(frame["params"].isna()) == [True]
    assert Log(tmp_path / "home", shared).labels().empty


def test_an_ingest_that_was_killed_with_its_commit_on_the_way_is_not_committed_late(
    lake: SharedServer, tmp_path: Path
) -> None:
    shared = Secret(lake.setting)
    store_with_a_row(tmp_path / "home", shared)
    remote = remote_of(place_of(shared))
    with duckdb.connect() as killed, duckdb.connect() as next_one:
        remote.attach_to_write(killed, tmp_path / "home")
        remote.execute(killed, "BEGIN")
        killed.execute("INSERT INTO log.runs (id) VALUES ('r2')")
        remote.attach_to_write(next_one, tmp_path / "home")
        with pytest.raises(duckdb.Error):
            killed.execute("COMMIT")
    assert ids(tmp_path / "elsewhere", lake.setting) == ["r1"]


def test_the_setting_puts_the_log_of_a_project_into_the_store(
    server: SharedServer, simulated: Project
) -> None:
    asked = simulated.workbench(
        "compare", "-m", "sim/swift", "--limit", "3", "--no-report", WORKBENCH_LOG=server.setting
    )
    assert asked.code == 0, asked.err
    assert not (simulated.home / "log.duckdb").exists()
    elsewhere = Project(folder=simulated.folder.parent / "elsewhere")
    elsewhere.folder.mkdir()
    used = elsewhere.workbench("usage", "--format", "csv", WORKBENCH_LOG=server.setting)
    assert used.out.splitlines()[1].startswith("sim,swift,3,"), used
    assert not simulated.holds(PASSWORD)


def store_with_a_row(home: Path, shared: Secret) -> None:
    recorder = Recorder(home, shared=shared)
    recorder.append("runs", b'{"id":"r1"}').result()
    recorder.close()
    store_of(home, shared).ingest()


def change(home: Path, shared: Secret, statement: str) -> None:
    """Change the store behind the back of the workbench."""
    remote = remote_of(place_of(shared))
    with duckdb.connect() as db:
        remote.attach_to_write(db, home)
        remote.execute(db, statement.format(at=remote.ddl_prefix))
