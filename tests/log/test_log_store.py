from __future__ import annotations

import shutil
import subprocess
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from workbench.errors import DataError
from workbench.log import Log, LogWarning, Recorder, Store
from workbench.log.lock import BusyError, to_read, to_write
from workbench.log.schema import SCHEMA_VERSION, TABLES

Line = Callable[..., bytes]
Program = Callable[..., subprocess.Popen[str]]


def write(home: Path, *ids: object) -> None:
    """Rows in a sealed segment."""
    recorder = Recorder(home)
    for number in ids:
        recorder.append("runs", b'{"id":"%s"}' % str(number).encode())
    recorder.close()


def ids(home: Path) -> list[str]:
    return sorted(Log(home).runs()["id"])


def test_where_there_is_no_log_the_tables_are_empty(home: Path) -> None:
    with Store(home).connect() as db:
        for table, columns in TABLES.items():
            relation = db.sql(f"SELECT * FROM {table}")
            assert dict(zip(relation.columns, map(str, relation.types), strict=True)) == {
                name: column.type.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE")
                for name, column in columns.items()
            }
            assert len(relation) == 0
    assert Store(home).ingest() == 0
    assert not home.exists()


def test_rows_are_seen_once_before_and_after_they_are_ingested(home: Path) -> None:
    write(home, 1, 2)
    assert ids(home) == ["1", "2"]
    assert Store(home).ingest() == 2
    assert ids(home) == ["1", "2"]
    write(home, 3)
    assert ids(home) == ["1", "2", "3"]
    assert list((home / "journal").glob("*.jsonl")) != []


def test_ingested_segments_are_deleted(home: Path) -> None:
    write(home, 1)
    Store(home).ingest()
    assert list((home / "journal").iterdir()) == []


def test_readers_come_in_between_while_many_small_segments_are_ingested(home: Path) -> None:
    journal = home / "journal"
    journal.mkdir(parents=True)
    for number in range(1_100):
        (journal / f"runs.2-{number:04}.jsonl").write_bytes(b'{"id":"%d"}\n' % number)
    seen: set[int] = set()
    ingest = threading.Thread(target=Store(home).ingest)
    ingest.start()
    while ingest.is_alive():
        with duckdb.connect() as db, Store(home).file.reading(db) as stored:
            rows = db.execute("SELECT count(*) FROM log.runs").fetchall() if stored else [(0,)]
            seen.add(rows[0][0])
    assert seen & {500, 1_000}


def test_the_file_tells_what_its_columns_mean(home: Path) -> None:
    write(home, 1)
    Store(home).ingest()
    with duckdb.connect(str(home / "log.duckdb"), read_only=True) as db:
        comments = db.execute("SELECT table_name, column_name, comment FROM duckdb_columns()").fetchall()
    assert ("calls", "cost_usd", "price at the time of the call; NULL unknown, 0 free") in comments


def test_bodies_are_compressed_with_zstd(home: Path, line: Line) -> None:
    recorder = Recorder(home)
    for n in range(3000):
        recorder.append("calls", line(request={"n": n, "text": "some words " * 50}))
    recorder.close()
    Store(home).ingest()
    with duckdb.connect(str(home / "log.duckdb"), read_only=True) as db:
        kinds = db.execute(
            "SELECT DISTINCT compression FROM pragma_storage_info('calls') "
            "WHERE column_name = 'request' AND segment_type <> 'VALIDITY'"
        ).fetchall()
    assert kinds == [("ZSTD",)]


def test_an_ingest_that_died_before_it_deleted_is_repeated_without_doubles(
    home: Path, tmp_path: Path
) -> None:
    write(home, 1, 2)
    shutil.copytree(home / "journal", tmp_path / "before")
    Store(home).ingest()
    shutil.copytree(tmp_path / "before", home / "journal", dirs_exist_ok=True)
    assert ids(home) == ["1", "2"]
    assert Store(home).ingest() == 0
    assert ids(home) == ["1", "2"]
    assert list((home / "journal").iterdir()) == []


def test_half_a_new_file_is_made_anew(home: Path) -> None:
    write(home, 1)
    (home / "log.new").write_bytes(b"half a file")
    (home / "log.new.wal").write_bytes(b"half a log")
    Store(home).ingest()
    assert ids(home) == ["1"]


def test_rows_of_a_file_that_was_deleted_do_not_come_back(home: Path, program: Program) -> None:
    write(home, 1)
    Store(home).ingest()
    killed = program(
        """
        import duckdb, os, sys
        db = duckdb.connect(sys.argv[1])
        db.execute("INSERT INTO runs (id) VALUES ('2')")
        os._exit(0)
        """,
        home / "log.duckdb",
    )
    assert killed.communicate() == ("", "")
    assert (home / "log.duckdb.wal").exists()
    (home / "log.duckdb").unlink()
    write(home, 3)
    Store(home).ingest()
    assert ids(home) == ["3"]


def test_the_torn_line_of_a_dead_writer_is_cut_and_its_rows_are_kept(home: Path) -> None:
    journal = home / "journal"
    journal.mkdir(parents=True)
    dead = journal / "runs-01890000-0000-7000-8000-000000000000.open"
    dead.write_bytes(b'{"id":"1"}\n{"id":"2"}\n{"id":"3')
    assert ids(home) == ["1", "2"]
    assert Store(home).ingest() == 2
    assert ids(home) == ["1", "2"]


def test_a_living_writers_segment_is_read_and_left_alone(home: Path) -> None:
    recorder = Recorder(home)
    recorder.append("runs", b'{"id":"1"}').result()
    assert ids(home) == ["1"]
    assert Store(home).ingest() == 0
    assert [path.suffix for path in (home / "journal").iterdir()] == [".open"]
    recorder.append("runs", b'{"id":"2"}').result()
    assert ids(home) == ["1", "2"]
    recorder.close()


@pytest.mark.parametrize(
    "corruption", [b"%%%\n", b"\0" * 100 + b"\n", b'{"id":"\xff"}\n', b"[1]\n", b'{"no":1}\n{\n']
)
def test_a_corrupt_segment_is_set_aside_and_its_good_rows_are_kept(home: Path, corruption: bytes) -> None:
    write(home, 1, 2)
    write(home, 3)
    first = min((home / "journal").iterdir())
    good = first.read_bytes().splitlines(keepends=True)
    first.write_bytes(good[0] + corruption + good[1])
    assert ids(home) == ["1", "2", "3"]
    with pytest.warns(
        LogWarning, match=r"of . lines of '.*jsonl' are no rows of 'runs'.* moved to '.*corrupt'"
    ):
        assert Store(home).ingest() == 3
    assert ids(home) == ["1", "2", "3"]
    assert (home / "journal" / "corrupt" / first.name).read_bytes() == good[0] + corruption + good[1]
    assert Store(home).ingest() == 0


def test_a_corrupt_segment_whose_ingest_died_is_set_aside_later(home: Path, tmp_path: Path) -> None:
    write(home, 1)
    (segment,) = (home / "journal").iterdir()
    segment.write_bytes(b'%%%\n{"id":"1"}\n')
    with pytest.warns(LogWarning):
        Store(home).ingest()
    (home / "journal" / "corrupt" / segment.name).rename(segment)
    assert Store(home).ingest() == 0
    assert (home / "journal" / "corrupt" / segment.name).exists()
    assert ids(home) == ["1"]


def test_columns_that_are_not_known_and_files_that_are_no_segments_do_no_harm(home: Path) -> None:
    write(home, 1)
    (segment,) = (home / "journal").iterdir()
    segment.write_bytes(b'{"id":"1","of_a_newer_version":5}\n')
    (home / "journal" / "notes.txt").write_text("mine")
    (home / "journal" / "letters-01890000.jsonl").write_text('{"id":"x"}\n')
    assert ids(home) == ["1"]
    assert Store(home).ingest() == 1
    assert len(list((home / "journal").iterdir())) == 2


def test_a_newer_file_is_refused_and_left_alone(home: Path) -> None:
    write(home, 1)
    Store(home).ingest()
    with duckdb.connect(str(home / "log.duckdb")) as db:
        db.execute("UPDATE meta SET schema_version = 99, package_version = '9.1'")
    write(home, 2)
    for attempt in (Store(home).ingest, Log(home).runs):
        with pytest.raises(
            DataError,
            match=rf"schema 99, this package knows {SCHEMA_VERSION}: .* 9.1, .*pip install -U llm-workbench",
        ):
            attempt()
    assert len(list((home / "journal").glob("*.jsonl"))) == 1


@pytest.mark.parametrize("content", [b"no database " * 1000, b""])
def test_a_file_that_is_no_duckdb_file_is_told_and_its_journal_stays(home: Path, content: bytes) -> None:
    write(home, 1)
    (home / "log.duckdb").write_bytes(content)
    for attempt in (Store(home).ingest, Log(home).runs):
        with pytest.raises(DataError, match="is not a DuckDB file: move it away"):
            attempt()
    (home / "log.duckdb").unlink()
    assert ids(home) == ["1"]


def test_a_duckdb_file_that_is_no_log_is_told(home: Path) -> None:
    write(home, 1)
    with duckdb.connect(str(home / "log.duckdb")) as db:
        db.execute("CREATE TABLE mine (a INTEGER)")
    for attempt in (Store(home).ingest, Log(home).runs):
        with pytest.raises(DataError, match="not a call log: move it away"):
            attempt()


def test_who_holds_the_file_open_is_named_and_no_row_is_lost(home: Path, program: Program) -> None:
    write(home, 1)
    Store(home).ingest()
    write(home, 2)
    holder = program(
        """
        import duckdb, sys
        db = duckdb.connect(sys.argv[1])
        print("open", flush=True)
        sys.stdin.readline()
        """,
        home / "log.duckdb",
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    for attempt in (Store(home).ingest, Log(home).runs):
        with pytest.raises(DataError, match=rf"held open by process {holder.pid} .*safe in the journal"):
            attempt()
    holder.communicate("close\n")
    assert Store(home).ingest() == 1
    assert ids(home) == ["1", "2"]


def test_a_process_that_is_dying_is_waited_for(home: Path, program: Program) -> None:
    write(home, 1)
    Store(home).ingest()
    write(home, 2)
    holder = program(
        """
        import duckdb, os, sys, time
        db = duckdb.connect(sys.argv[1])
        print("open", flush=True)
        time.sleep(0.2)
        os._exit(0)
        """,
        home / "log.duckdb",
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    assert Store(home).ingest() == 1


def test_a_connection_of_this_process_that_holds_the_file_is_told(home: Path) -> None:
    write(home, 1)
    Store(home).ingest()
    with (
        duckdb.connect(str(home / "log.duckdb")),
        pytest.raises(DataError, match="this very process: close it"),
    ):
        Log(home).runs()


def test_readers_do_not_wait_for_each_other_and_ingest_waits_for_them(home: Path) -> None:
    write(home, 1)
    with Store(home).connect() as one, Store(home).connect() as other:
        assert one.execute("SELECT count(*) FROM runs").fetchone() == (1,)
        assert other.execute("SELECT count(*) FROM runs").fetchone() == (1,)
        with pytest.raises(
            BusyError, match=r"stayed locked for 0.05 s: somebody reads it.*safe in the journal"
        ):
            Store(home).ingest(wait_s=0.05)
    assert Store(home).ingest() == 1


def test_who_has_read_lets_go_of_the_file_before_others_may_write_it(home: Path) -> None:
    write(home, 1)
    Store(home).ingest()
    waited: list[bool] = []

    def when_the_connection_is_closed() -> None:
        try:
            with to_write(home, wait_s=0):
                waited.append(False)
        except BusyError:
            waited.append(True)

    with Store(home).connect() as db:
        frame = pd.DataFrame({"n": [1]})
        weakref.finalize(frame, when_the_connection_is_closed)
        db.register("mine", frame)
        del frame
    assert waited == [True]


def test_who_ingests_is_named_to_those_who_waited_in_vain(home: Path, program: Program) -> None:
    write(home, 1)
    ingester = program(
        """
        import sys
        from pathlib import Path
        from workbench.log.lock import to_ingest, to_write
        home = Path(sys.argv[1])
        with to_ingest(home), to_write(home):
            print("locked", flush=True)
            sys.stdin.readline()
        """,
        home,
    )
    assert ingester.stdout is not None
    ingester.stdout.readline()
    with (
        pytest.raises(BusyError, match=rf"process {ingester.pid} on .* is ingesting"),
        to_read(home, wait_s=0.05),
    ):
        pass
    ingester.communicate("done\n")
    assert ids(home) == ["1"]


@pytest.mark.parametrize("with_lock_file", [True, False])
def test_a_log_in_a_read_only_folder_can_be_read(
    strangers_folder: Path, program: Program, with_lock_file: bool
) -> None:
    home = strangers_folder / "home"
    write(home, 1)
    Store(home).ingest()
    write(home, 2)
    # A program that died between commit and checkpoint leaves its last rows in DuckDB's own log.
    program(
        """
        import duckdb, os, signal, sys
        db = duckdb.connect(sys.argv[1])
        db.execute("INSERT INTO runs (id) VALUES ('3')")
        os.kill(os.getpid(), signal.SIGKILL)
        """,
        home / "log.duckdb",
    ).communicate()
    assert (home / "log.duckdb.wal").exists()
    if not with_lock_file:
        (home / "log.lock").unlink()
    for path in [home, *home.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    out, err = program(
        """
        import os, sys
        from pathlib import Path
        from workbench.errors import DataError
        from workbench.log import Log, Store
        if os.geteuid() == 0:
            os.seteuid(65534)
        home = Path(sys.argv[1])
        print(sorted(Log(home).runs()["id"]))
        try:
            Store(home).ingest()
        except DataError as exc:
            print(exc)
        """,
        home,
    ).communicate()
    for path in [home, *home.rglob("*")]:
        path.chmod(0o755)
    assert out.startswith("['1', '2', '3']\n"), err
    assert "make the folder writable" in out


def test_no_progress_bar_is_printed_into_the_users_output(home: Path) -> None:
    write(home, 1)
    with Store(home).connect() as db:
        assert db.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(False,)]


def test_a_home_that_is_no_folder_is_told(home: Path) -> None:
    home.write_text("a file stands where the folder should be")
    with pytest.raises(DataError, match="WORKBENCH_HOME has to be a folder that you may read"):
        Log(home).calls()
