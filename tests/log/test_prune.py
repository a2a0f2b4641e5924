from __future__ import annotations

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
from uuid6 import uuid7

from workbench.errors import ConfigError
from workbench.log import Log, Recorder
from workbench.log.conditions import Conditions
from workbench.log.lock import BusyError, to_ingest, to_read
from workbench.log.pruning import Pruned, prune

NOW = datetime.now(UTC)
OLD = Conditions("started_at", None, "50d", None)
Program = Callable[..., subprocess.Popen[str]]


def call_of(days: int, *, run: str | None = None, turns: int = 6) -> dict[str, Any]:
    """A call that many days ago, which says so in every part of it."""
    words = f"canary-{days}. "
    messages = [{"role": "user", "content": f"{turn} {words * 60}"} for turn in range(turns)]
    return {
        "id": str(uuid7()),
        "started_at": NOW - timedelta(days=days),
        "status": "ok",
        "provider": "here",
        "model": "small",
        "request": {"model": "small", "messages": messages},
        "response": {"choices": [{"text": words * 40}]},
        "text": words * 40,
        "cost_usd": "0.5",
        "run": run,
    }


def score_of(call: dict[str, Any]) -> bytes:
    row = {"id": str(uuid7()), "scored_at": NOW, "run": call["run"], "call_id": call["id"], "value": 1}
    return orjson.dumps(row)


def vote_on(*calls: dict[str, Any]) -> bytes:
    return orjson.dumps({"id": str(uuid7()), "kind": "vote", "chosen": [], "calls": [c["id"] for c in calls]})


@pytest.fixture
def log(home: Path) -> Log:
    """Calls of 0 to 99 days ago with their scores, ten runs that are over and one that goes on."""
    recorder = Recorder(home)
    for days in range(100):
        call = call_of(days, run="goes on" if days in {1, 99} else f"run {days // 10}")
        recorder.append("calls", orjson.dumps(call))
        recorder.append("scores", score_of(call))
    for run in [*(f"run {number}" for number in range(10)), "goes on", "had no call yet"]:
        recorder.append("runs", orjson.dumps({"id": run, "started_at": NOW}))
    recorder.close()
    log = Log(home)
    log.store.ingest()
    return log


def numbers(log: Log) -> list[int]:
    counts = "SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM scores), (SELECT count(*) FROM runs)"
    return [int(number) for number in log.sql(counts).iloc[0]]


def words_on_disk(home: Path) -> set[str]:
    """Of what calls said, all that is anywhere in the folder, also where it is compressed."""
    found = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    with duckdb.connect(str(home / "log.duckdb"), read_only=True) as db:
        for (table,) in db.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            found += repr(db.execute(f"SELECT columns(*)::VARCHAR FROM {table}").fetchall()).encode()
    return {f"canary-{days}" for days in range(100) if f"canary-{days}.".encode() in found}


def test_old_calls_are_gone_with_their_scores_and_their_runs(log: Log, home: Path) -> None:
    assert words_on_disk(home) == {f"canary-{days}" for days in range(100)}
    before = (home / "log.duckdb").stat().st_size
    pruned = log.prune("50d")
    assert (pruned.calls, pruned.scores, pruned.runs, pruned.waiting) == (50, 50, 5, 0)
    assert before - pruned.freed_bytes == (home / "log.duckdb").stat().st_size
    assert numbers(log) == [50, 50, 7]
    assert set(log.runs()["id"]) == {*(f"run {n}" for n in range(5)), "goes on", "had no call yet"}
    assert words_on_disk(home) == {f"canary-{days}" for days in range(50)}


def test_a_judgement_goes_with_the_first_of_the_answers_that_it_is_about(
    home: Path, recorder: Recorder
) -> None:
    old, new, newer = call_of(60), call_of(10), call_of(0)
    for call in (old, new, newer):
        recorder.append("calls", orjson.dumps(call))
    for calls in ([old], [old, new], [new, newer]):
        recorder.append("labels", vote_on(*calls))
    log = Log(home)
    assert log.prune("50d", bodies=True).labels == 0
    assert log.prune("50d", dry_run=True).labels == 2
    assert len(log.labels()) == 3
    assert log.prune("50d").labels == 2
    (kept,) = log.labels()["calls"]
    assert [str(call) for call in kept] == [new["id"], newer["id"]]


def test_what_stays_stays_as_it_was(log: Log) -> None:
    kept = "SELECT * FROM calls WHERE started_at >= now() - INTERVAL 50 DAYS + INTERVAL 1 HOUR ORDER BY id"
    before = log.sql(kept)
    comments = "SELECT column_name, comment FROM duckdb_columns() WHERE database_name = 'log' ORDER BY ALL"
    described = log.sql(comments)
    made_at = log.sql("SELECT made_at FROM log.meta")["made_at"][0]
    log.prune("50d")
    assert log.sql(kept).equals(before)
    assert log.sql(comments).equals(described)
    assert log.sql("SELECT made_at FROM log.meta")["made_at"][0] == made_at


def test_only_bodies_go_and_figures_stay(log: Log, home: Path) -> None:
    pruned = log.prune("50d", bodies=True)
    assert (pruned.calls, pruned.scores, pruned.runs) == (50, 0, 0)
    assert words_on_disk(home) == {f"canary-{days}" for days in range(50)}
    assert numbers(log) == [100, 100, 12]
    rows = log.sql("SELECT count(request) AS a, count(response) AS b, count(text) AS c FROM calls").iloc[0]
    assert rows.tolist() == [50, 50, 50]
    assert log.usage(by="provider")["cost_usd"].tolist() == [50.0]
    assert log.prune("50d", bodies=True) == Pruned()


def test_a_condition_chooses_too(log: Log, home: Path) -> None:
    pruned = log.prune(where="request LIKE '%canary-7.%' OR run = 'run 3' -- and nothing else")
    assert (pruned.calls, pruned.runs) == (11, 1)
    assert log.prune("90d", where="run = 'run 4'") == Pruned()
    assert numbers(log) == [89, 89, 11]
    assert "canary-7" not in words_on_disk(home)


def test_a_dry_run_counts_and_changes_nothing(log: Log, home: Path) -> None:
    before = (home / "log.duckdb").read_bytes()
    pruned = log.prune("50d", dry_run=True)
    assert pruned == Pruned(calls=50, scores=50, runs=5)
    assert (home / "log.duckdb").read_bytes() == before


def test_a_message_that_newer_calls_have_too_stays(home: Path, recorder: Recorder) -> None:
    old, new = call_of(60), call_of(60)
    new["started_at"] = NOW
    new["request"]["messages"].append({"role": "user", "content": "And now?"})
    for call in (old, new):
        recorder.append("calls", orjson.dumps(call))
    log = Log(home)
    assert log.prune("50d").calls == 1
    row = log.call(new["id"])
    assert orjson.loads(row["request"])["messages"] == new["request"]["messages"]
    assert log.sql("SELECT count(*) AS n FROM log.pieces")["n"].tolist() == [7]


def test_what_is_in_this_process_goes_and_what_another_writes_waits(
    home: Path, recorder: Recorder, program: Program
) -> None:
    recorder.append("calls", orjson.dumps(call_of(60)))
    recorder.append("calls", orjson.dumps(call_of(0)))
    other = program(
        """
        import sys
        from workbench.log import Recorder
        recorder = Recorder(sys.argv[1])
        recorder.append("calls", sys.argv[2].encode()).result()
        print("written", flush=True)
        sys.stdin.readline()
        """,
        home,
        orjson.dumps(call_of(61)).decode(),
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "written\n"
    log = Log(home)
    assert log.prune("50d").waiting == 1
    assert words_on_disk(home) == {"canary-61", "canary-0"}
    other.communicate("\n")
    assert log.prune("50d").calls == 1
    assert words_on_disk(home) == {"canary-0"}


def test_which_calls_has_to_be_said(log: Log) -> None:
    with pytest.raises(ConfigError, match="which calls"):
        log.prune()
    with pytest.raises(ConfigError, match="no moment in 'long ago'"):
        log.prune("long ago")
    with pytest.raises(ConfigError, match="the query failed"):
        log.prune(where="no_such_column")
    assert numbers(log) == [100, 100, 12]


def test_an_empty_log_has_nothing_to_prune(home: Path) -> None:
    assert Log(home).prune("0d") == Pruned()
    assert not home.exists()


def test_the_file_stays_as_closed_as_it_was(log: Log, home: Path) -> None:
    (home / "log.duckdb").chmod(0o600)
    log.prune("50d")
    assert (home / "log.duckdb").stat().st_mode & 0o777 == 0o600


def test_somebody_who_reads_or_ingests_for_long_is_waited_for_in_vain(log: Log, home: Path) -> None:
    for lock in (to_ingest, to_read):
        with lock(home), pytest.raises(BusyError):
            prune(log.store, OLD, wait_s=0.1)
    assert numbers(log) == [100, 100, 12]
    assert not list(home.glob("log.new*"))


def test_others_read_and_write_while_the_file_is_written_anew(log: Log, home: Path) -> None:
    with ThreadPoolExecutor() as threads:
        with to_read(home):
            pruning = threads.submit(prune, log.store, OLD)
            while not (home / "log.new").exists():
                pruning.done() and pruning.result()
            assert numbers(log) == [100, 100, 12]
            recorder = Recorder(home)
            recorder.append("calls", orjson.dumps(call_of(0))).result()
            recorder.close()
            assert numbers(log)[0] == 101
            assert not pruning.done()
        assert pruning.result().calls == 50
    assert numbers(log) == [51, 50, 7]


def test_what_was_committed_but_not_checkpointed_stays(log: Log, home: Path) -> None:
    with duckdb.connect(str(home / "log.duckdb")) as db:
        db.execute("PRAGMA disable_checkpoint_on_shutdown")
        db.execute(
            "INSERT INTO calls (id, started_at, text) VALUES (uuid(), now(), 'only in the write-ahead log')"
        )
    assert (home / "log.duckdb.wal").exists()
    assert log.prune("50d").calls == 50
    assert numbers(log)[0] == 51
    assert not (home / "log.duckdb.wal").exists()


def test_too_little_disk_is_said_and_loses_nothing(log: Log, home: Path, program: Program) -> None:
    pruning = program(
        """
        import resource, sys
        from workbench.log import Log
        log = Log(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (800_000, 800_000))
        log.prune("1d")
        """,
        home,
    )
    _, said = pruning.communicate()
    assert pruning.returncode == 1
    assert "DataError" in said
    assert "could not be written anew" in said
    assert numbers(log) == [100, 100, 12]
    assert not list(home.glob("log.new*"))


def test_killed_at_any_moment_it_leaves_the_old_file_or_the_new_one(
    log: Log, home: Path, program: Program
) -> None:
    seen = set()
    for milliseconds in (0, 30, 60, 90, 120, 180, 240, 2_000):
        pruning = program(
            """
            import sys
            from workbench.log import Log
            log = Log(sys.argv[1])
            log.calls(limit=0)
            print("ready", flush=True)
            log.prune("50d")
            """,
            home,
        )
        assert pruning.stdout is not None
        assert pruning.stdout.readline() == "ready\n"
        try:
            pruning.wait(timeout=milliseconds / 1000)
        except subprocess.TimeoutExpired:
            pruning.kill()
        pruning.wait()
        seen.add(tuple(numbers(log)))
    assert seen == {(100, 100, 12), (50, 50, 7)}
    log.prune("50d")
    assert numbers(log) == [50, 50, 7]
