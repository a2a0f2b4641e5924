from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from uuid6 import uuid7

from workbench.errors import ConfigError, DataError
from workbench.log import Log, Recorder

FORMATS = ["parquet", "csv", "jsonl", "duckdb"]
every_format = pytest.mark.parametrize("suffix", FORMATS)
NOW = datetime(2026, 11, 21, 8, 5, 0, 123456, UTC)
TABLES = ("calls", "runs", "scores", "labels", "reports", "baselines")


def rows_of(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A call that has in it what is hard to write down, and its score."""
    turns = [{"role": "user", "content": f"turn {turn}: " + "words " * 150} for turn in range(number % 6 + 1)]
    call = {
        "id": str(uuid7()),
        "started_at": NOW - timedelta(days=number),
        "status": "ok",
        "provider": "here",
        "model": ["small", "large"][number % 2],
        "request": {"model": "small", "messages": turns, "temperature": 1e-7},
        "response": orjson.Fragment(
            b'{"n": 12345678901234567890123, "x": "\\u0000\\u00fc", "none": null, "e": 1E2}'
        )
        if number % 3
        else "<html>\n</html>",
        "text": ['a\0b\r\nc", d', "", None, "'", "NULL", "[1]"][number % 6],
        "cost_usd": "123456789.123456789" if number % 2 else None,
        "input_tokens": 2**62,
        "duration_s": 0.1 + number,
        "gaps_s": [[], [0.1, 1e-17, 123456.789012], None][number % 3],
        "tags": [{"a=b, 'c'\"{}": "d\n{}=", "empty": ""}, {}, None][number % 3],
        "attempt_errors": [{"status": 429, "message": "slow"}] if number % 4 == 0 else None,
        "cached": number % 2 == 0,
        "cache_key": str(uuid7()),
        "run": f"run {number % 4}",
    }
    score = {"id": str(uuid7()), "scored_at": NOW, "call_id": call["id"], "run": call["run"], "value": 1 / 3}
    return call, score


def label_of(call: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """A person's vote on a call and the one before it."""
    both = [call["id"], before["id"]]
    said = {"kind": "vote", "labelled_at": NOW, "note": "so\nso", "value": 0.1, "blind": True}
    return {"id": str(uuid7()), "calls": both, "chosen": both[:1], **said}


@pytest.fixture
def log(home: Path) -> Log:
    """A log of forty calls in four runs: thirty in the file, ten in an open journal."""
    recorder = Recorder(home)
    before: dict[str, Any] = {}
    for number in range(40):
        if number == 30:
            recorder.close()
            Log(home).store.ingest()
        call, score = rows_of(number)
        recorder.append("calls", orjson.dumps(call))
        recorder.append("scores", orjson.dumps(score))
        recorder.append("labels", orjson.dumps(label_of(call, before or call)))
        before = call
    for number in range(4):
        run = {"id": f"run {number}", "started_at": NOW, "params": {"t": 0.1}, "samples": 10}
        recorder.append("runs", orjson.dumps(run)).result()
    return Log(home)


def all_of(log: Log, table: str, where: str = "true") -> pd.DataFrame:
    # The field of a long conversation moves to the end of its request when that is ingested.
    moved = "REPLACE (json_merge_patch(request, json_object('messages', request -> 'messages')) AS request)"
    columns = f"* {moved}" if table == "calls" else "*"
    return log.sql(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY id")


@every_format
def test_what_was_exported_and_imported_is_the_same_log(log: Log, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"calls.{suffix}"
    assert log.export(path) == 40
    other = Log(tmp_path / "other")
    assert other.load(path) == (124 if suffix == "duckdb" else 40)
    for table in TABLES if suffix == "duckdb" else ["calls"]:
        assert_frame_equal(all_of(log, table), all_of(other, table))
    types = "SELECT typeof(columns(*)) FROM calls LIMIT 1"
    assert_frame_equal(log.sql(types), other.sql(types))
    assert other.sql("SELECT sum(cost_usd)::VARCHAR AS s FROM calls")["s"].tolist() == [
        "2469135782.469135780"
    ]


@every_format
def test_rows_that_are_there_are_passed_over(log: Log, tmp_path: Path, suffix: str) -> None:
    log.export(tmp_path / f"all.{suffix}")
    log.export(tmp_path / f"some.{suffix}", where="model = 'small'")
    assert log.load(tmp_path / f"all.{suffix}") == 0
    other = Log(tmp_path / "other")
    some = other.load(tmp_path / f"some.{suffix}")
    assert len(other.calls()) == 20
    assert other.load(tmp_path / f"all.{suffix}") == (124 if suffix == "duckdb" else 40) - some
    assert other.load(tmp_path / f"all.{suffix}") == 0
    assert_frame_equal(all_of(log, "calls"), all_of(other, "calls"))


@every_format
def test_a_selection_is_exported(log: Log, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"calls.{suffix}"
    since, until = NOW - timedelta(days=20), NOW - timedelta(days=5)
    assert log.export(path, since=since, until=until, where="model = 'large' OR false -- only these") == 7
    other = Log(tmp_path / "other")
    other.load(path)
    chosen = f"model = 'large' AND started_at >= '{since}' AND started_at < '{until}'"
    assert_frame_equal(all_of(log, "calls", chosen), all_of(other, "calls"))


def test_a_database_has_what_belongs_to_its_calls_and_is_opened_by_any_duckdb(
    log: Log, tmp_path: Path
) -> None:
    path = tmp_path / "for a colleague.duckdb"
    log.export(path, where="run IN ('run 1', 'run 3')")
    with duckdb.connect(str(path), read_only=True) as db:
        tables = db.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        assert [name for (name,) in tables] == sorted(TABLES)
        assert db.execute("SELECT id FROM runs ORDER BY id").fetchall() == [("run 1",), ("run 3",)]
        assert db.execute("SELECT count(*) FROM scores JOIN calls ON calls.id = call_id").fetchall() == [
            (20,)
        ]
        whole = db.execute("SELECT max(json_array_length(request -> 'messages')) FROM calls").fetchall()
        assert whole == [(6,)]
        told = db.execute(
            "SELECT count(*), count(comment) FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
        assert told[0][0] == told[0][1] > 70
        stored = db.execute(
            "SELECT DISTINCT compression FROM pragma_storage_info('calls') "
            "WHERE column_name = 'request' AND segment_type IN ('VARCHAR', 'JSON')"
        ).fetchall()
        assert [name.lower() for (name,) in stored] == ["zstd"]


def test_a_judgement_is_exported_where_all_of_its_answers_are(log: Log, tmp_path: Path) -> None:
    path = tmp_path / "some.duckdb"
    since, until = NOW - timedelta(days=20), NOW - timedelta(days=5)
    assert log.export(path, since=since, until=until) == 15
    other = Log(tmp_path / "other")
    other.load(path)
    assert len(other.labels()) == 14


@every_format
def test_a_file_that_is_there_is_not_lost(log: Log, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"calls.{suffix}"
    path.write_text("dear diary")
    with pytest.raises(ConfigError, match="exists"):
        log.export(path)
    with pytest.raises(ConfigError, match="the query failed"):
        log.export(path, where="no_such_column", overwrite=True)
    assert path.read_text() == "dear diary"
    log.export(path, overwrite=True)
    assert Log(tmp_path / "other").load(path) >= 40
    assert not list(tmp_path.glob("*draft*"))


def test_an_export_that_cannot_be_written_is_said(log: Log, tmp_path: Path) -> None:
    for suffix in FORMATS:
        with pytest.raises(DataError, match="could not be written"):
            log.export(tmp_path / "no such folder" / f"calls.{suffix}")
    with pytest.raises(ConfigError, match=r"'calls.xml'.*\.parquet"):
        log.export(tmp_path / "calls.xml")


def test_an_empty_log_is_exported_and_imported(tmp_path: Path) -> None:
    for suffix in FORMATS:
        path = tmp_path / f"calls.{suffix}"
        assert Log(tmp_path / "empty").export(path) == 0
        if suffix != "jsonl":  # which has no line then
            assert Log(tmp_path / "other").load(path) == 0


ID = "01931111-2222-7333-8444-555566667777"
HEAD = "id,started_at,status,provider,model,cost_usd"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "question,answer\n1,2\n", "no export of calls.*id, model, provider, started_at, status"),
        (
            "a.csv",
            f"{HEAD},mood\n{ID},2026-01-01,ok,p,m,1,good\n",
            "columns that this package does not know, mood",
        ),
        ("a.csv", f"{HEAD}\n{ID},2026-01-01,ok,p,m,1\n{ID[:-1]}8,soon,ok,p,m,1\n", "soon"),
        ("a.csv", f"{HEAD}\n{ID},2026-01-01,ok,p,m,dear\n", "Line: 2.*'dear'|Line: 2\n(.*\n)*.*cost_usd"),
        ("a.csv", f"{HEAD}\n{ID},2026-01-01,ok,p,m,1\nx{ID},2026-01-01,ok,p,m,1\n", "Line: 3"),
        ("a.csv", f"{HEAD}\n{ID},2026-01-01,ok,p\n", "Line: 2"),
        ("a.csv", f"{HEAD}\n{ID},2026-01-01,ok,p,m,1\n{ID},2026-01-02,ok,p,m,1\n", f"id '{ID}'"),
        ("a.csv", f"{HEAD}\n,2026-01-01,ok,p,m,1\n", "id 'None'"),
        ("a.csv", f'{HEAD}\n{ID},2026-01-01,ok,p,m,1\n{ID[:-1]}8,2026-01-01,ok,p,"m', "cut off"),
        ("a.csv", b"\xff\xfe\x00", "utf-8"),
        ("a.csv", "", "no export of calls"),
        ("a.jsonl", '{"question":"?"}\n', "no export of calls"),
        ("a.jsonl", '{"id":', "unexpected end"),
        ("a.jsonl", "[1, 2]\n", "no export of calls"),
        ("a.jsonl", "", "no export of calls"),
        (
            "a.jsonl",
            f'{{"id":"{ID}","started_at":"2026-01-01","status":"ok","provider":"p","model":"m"}}\n{{"id":\n',
            r"in line \d",
        ),
        ("a.parquet", "PAR1", "a.parquet"),
        ("a.duckdb", "no database", "a.duckdb"),
    ],
)
def test_what_is_no_export_is_refused_with_its_place(
    name: str, content: str | bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    log = Log(tmp_path / "home")
    with pytest.raises(DataError, match=said) as caught:
        log.load(path)
    assert repr(str(path)) in str(caught.value)
    assert log.calls().empty
    assert not (tmp_path / "home" / "journal" / "import").exists()


def test_a_file_that_is_not_there_or_of_another_kind_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no file"):
        Log(tmp_path).load(tmp_path / "calls.csv")
    with pytest.raises(ConfigError, match="no format"):
        Log(tmp_path).load(tmp_path / "calls.txt")


def test_a_database_of_something_else_and_a_whole_log_are_refused(log: Log, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as db:
        db.execute("CREATE TABLE goods (number INTEGER)")
    with pytest.raises(DataError, match="no table of them"):
        Log(tmp_path / "other").load(tmp_path / "shop.duckdb")
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as db:
        db.execute("CREATE TABLE calls (number INTEGER)")
    with pytest.raises(DataError, match="no export of calls, for it has no id"):
        Log(tmp_path / "other").load(tmp_path / "shop.duckdb")
    with pytest.raises(DataError, match="whole log"):
        Log(tmp_path / "other").load(log.store.home / "log.duckdb")


def test_an_export_without_newer_columns_is_imported(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text(f"{HEAD}\n{ID},2026-01-01 00:00:00+00,ok,p,m,0.5\n")
    log = Log(tmp_path / "home")
    assert log.load(tmp_path / "old.csv") == 1
    row = log.call(ID)
    assert (str(row["cost_usd"]), row["tags"], row["request"]) == ("0.500000000", None, None)


def test_a_long_line_is_exported_and_imported(home: Path, tmp_path: Path, recorder: Recorder) -> None:
    call, _ = rows_of(1)
    recorder.append("calls", orjson.dumps(call | {"text": "x" * 20_000_000})).result()
    for suffix in FORMATS:
        Log(home).export(tmp_path / f"calls.{suffix}")
        other = Log(tmp_path / suffix)
        other.load(tmp_path / f"calls.{suffix}")
        assert other.sql("SELECT length(text) AS n FROM calls")["n"].tolist() == [20_000_000]


def test_an_import_that_is_killed_is_repeated_without_a_row_twice(
    log: Log, tmp_path: Path, program: Callable[..., subprocess.Popen[str]]
) -> None:
    path = tmp_path / "calls.duckdb"
    log.export(path)
    expected = all_of(log, "calls")
    for milliseconds in (0, 60, 120, 180):
        process = program(
            """
            import sys
            from workbench.log import Log
            log = Log(sys.argv[1])
            log.calls(limit=0)
            print("ready", flush=True)
            log.load(sys.argv[2])
            """,
            tmp_path / "other",
            path,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            process.wait(timeout=milliseconds / 1000)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
    other = Log(tmp_path / "other")
    other.load(path)
    for table in TABLES:
        assert_frame_equal(all_of(log, table), all_of(other, table))
    assert len(expected) == 40
