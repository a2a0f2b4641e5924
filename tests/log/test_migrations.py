from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from workbench.errors import DataError
from workbench.log import Log, LogWarning, Recorder, Store
from workbench.log.migrations import MIGRATIONS
from workbench.log.schema import SCHEMA_VERSION, TABLES

Program = Callable[..., subprocess.Popen[str]]


@pytest.fixture(params=range(1, SCHEMA_VERSION))
def old_schema(request: pytest.FixtureRequest) -> int:
    version: int = request.param
    return version


@pytest.fixture
def old_home(home: Path, old_schema: int) -> Path:
    """A log that a process of an older schema left: a file with one call, and a segment with another."""
    (home / "journal").mkdir(parents=True)
    with duckdb.connect() as db:
        db.execute(f"ATTACH '{home / 'log.duckdb'}' AS old (STORAGE_VERSION 'v1.2.0')")
        db.execute("USE old")
        for step in MIGRATIONS[:old_schema]:
            db.execute(step)
        db.execute("UPDATE meta SET schema_version = ?", [old_schema])
        db.execute(
            "INSERT INTO calls (id, model, request, tags) "
            "VALUES ('01890000-0000-7000-8000-000000000001', 'old', '{\"a\":1}', MAP {'team': 'red'})"
        )
        db.execute("INSERT INTO ingested VALUES ('calls-01890000-0000-7000-8000-000000000000', 1, false)")
    (home / "journal" / "calls-01890000-0000-7000-8000-000000000002.jsonl").write_text(
        '{"id":"01890000-0000-7000-8000-000000000002","model":"newer"}\n'
    )
    return home


def version(home: Path) -> tuple[object, ...]:
    with duckdb.connect(str(home / "log.duckdb"), read_only=True) as db:
        (found,) = db.execute("SELECT schema_version, package_version FROM meta").fetchall()
        return tuple(found)


def test_every_step_has_a_number() -> None:
    assert len(MIGRATIONS) == SCHEMA_VERSION


def test_all_steps_together_give_the_tables_of_the_schema(home: Path) -> None:
    recorder = Recorder(home)
    recorder.append("runs", b'{"id":"1"}')
    recorder.close()
    Store(home).ingest()
    with duckdb.connect(str(home / "log.duckdb"), read_only=True) as db:
        found = db.execute(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() "
            "WHERE column_name <> 'request_pieces'"
        ).fetchall()
    for table, columns in TABLES.items():
        assert {(name, type_, comment) for of, name, type_, comment in found if of == table} == {
            (name, column.type.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"), column.meaning)
            for name, column in columns.items()
        }


def test_an_older_file_is_migrated_when_it_is_read(old_home: Path, old_schema: int) -> None:
    calls = Log(old_home).calls().set_index("model")
    assert sorted(calls.index) == ["newer", "old"]
    assert calls.loc["old", "tags"] == {"team": "red"}
    assert calls.loc["old", "request"] == '{"a":1}'
    if old_schema < 3:  # later ones say it themselves
        assert calls.loc["old", "operation"] == "chat"
    assert version(old_home)[0] == SCHEMA_VERSION


def test_what_people_say_of_answers_in_an_older_file_is_kept_in_it(old_home: Path) -> None:
    recorder = Recorder(old_home)
    recorder.append(
        "labels",
        b'{"id":"01890000-0000-7000-8000-000000000003","kind":"label","label":"right",'
        b'"calls":["01890000-0000-7000-8000-000000000001"]}',
    )
    recorder.close()
    assert Log(old_home).labels()["label"].tolist() == ["right"]
    assert Store(old_home).ingest() == 2
    assert Log(old_home).labels()["label"].tolist() == ["right"]


def test_an_older_file_is_migrated_when_it_is_written(old_home: Path) -> None:
    assert Store(old_home).ingest() == 1
    assert version(old_home)[0] == SCHEMA_VERSION
    assert sorted(Log(old_home).calls()["model"]) == ["newer", "old"]


def test_an_older_file_in_a_folder_without_permission_is_left_as_it_is(
    strangers_folder: Path, old_home: Path, old_schema: int, program: Program
) -> None:
    home = old_home.rename(strangers_folder / "home")
    for path in [home, *home.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    out, err = program(
        """
        import os, sys
        from pathlib import Path
        from workbench.errors import DataError
        from workbench.log import Log
        if os.geteuid() == 0:
            os.seteuid(65534)
        try:
            Log(Path(sys.argv[1])).calls()
        except DataError as exc:
            print(exc)
        """,
        home,
    ).communicate()
    for path in [home, *home.rglob("*")]:
        path.chmod(0o755)
    assert "make the folder writable" in out, err
    with duckdb.connect(str(home / "log.duckdb"), read_only=True) as db:
        assert db.execute("SELECT schema_version FROM meta").fetchall() == [(old_schema,)]


def test_a_migration_that_fails_leaves_the_file_as_it_was(old_home: Path, old_schema: int) -> None:
    table, column = ("runs", "until") if old_schema < 6 else ("reports", "parameters")
    with duckdb.connect(str(old_home / "log.duckdb")) as db:
        db.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER")  # in the way of a late step
        before = db.sql("SELECT * FROM calls").columns
    with pytest.raises(DataError, match=f"could not be brought from schema {old_schema} to {SCHEMA_VERSION}"):
        Log(old_home).calls()
    with duckdb.connect(str(old_home / "log.duckdb"), read_only=True) as db:
        assert db.execute("SELECT schema_version FROM meta").fetchall() == [(old_schema,)]
        assert db.sql("SELECT * FROM calls").columns == before
        assert db.sql(f"SELECT {column} FROM {table}").types == ["INTEGER"]


def test_segments_of_a_newer_package_are_left_alone_and_told(home: Path) -> None:
    recorder = Recorder(home)
    recorder.append("runs", b'{"id":"1"}')
    recorder.close()
    newer = home / "journal" / "runs.99-01890000-0000-7000-8000-000000000000.jsonl"
    newer.write_text('{"id":"2","of_a_newer_version":5}\n')
    with pytest.warns(LogWarning, match=r"1 segments .* newer llm-workbench .*pip install -U"):
        assert list(Log(home).runs()["id"]) == ["1"]
    with pytest.warns(LogWarning, match="newer llm-workbench"):
        assert Store(home).ingest() == 1
    assert newer.exists()
