"""Settings of a shared log: what they mean, and that a wrong one is never quoted."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from workbench.calls import Secret
from workbench.errors import ConfigError
from workbench.log import Recorder
from workbench.log.place import DuckLakePlace, QuackPlace, place_of


@pytest.mark.parametrize(
    "setting",
    [
        r"ducklake:postgres:host=db port=5433 dbname='my log' user=ann password='it\'s \\ me';data=/mnt/log",
        "ducklake:postgresql://ann:it%27s%20%5C%20me@db:5433/my%20log;data=/mnt/log",
        "ducklake:postgres://ann@db/my%20log?port=5433&password=it%27s%20%5C%20me ; data=/mnt/log;",
    ],
)
def test_a_database_can_be_named_in_libpqs_words_or_as_a_url(setting: str) -> None:
    place = place_of(Secret(setting))
    assert isinstance(place, DuckLakePlace)
    assert place.postgres == {"host": "db", "port": "5433", "dbname": "my log", "user": "ann"}
    assert place.password == Secret(r"it's \ me")
    assert place.data == "/mnt/log"


def test_password_and_folder_may_be_left_to_postgresql_and_the_catalog() -> None:
    assert place_of(Secret("ducklake:postgres:service=team")) == DuckLakePlace(postgres={"service": "team"})


def test_rows_may_be_in_an_object_store() -> None:
    place = place_of(Secret("ducklake:postgres:dbname=log;data=s3://bucket/log"))
    assert isinstance(place, DuckLakePlace)
    assert place.data == "s3://bucket/log"


def test_a_server_is_named_with_its_token() -> None:
    assert place_of(Secret("quack:db.example:9494;token=a=b;disable_ssl=true")) == QuackPlace(
        uri="quack:db.example:9494", token=Secret("a=b"), disable_ssl=True
    )


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("/mnt/canary", "names no shared log"),
        ("mysql:canary", "names no shared log"),
        ("ducklake:", "names no shared log"),
        ("ducklake:canary.duckdb", "names no PostgreSQL database"),
        ("ducklake:postgres:canary", "names no PostgreSQL database"),
        ("ducklake:postgresql://ann:canary@db:port/log", "the port in WORKBENCH_LOG is no number"),
        ("ducklake:postgres:dbname=log;password=canary", "an option that ducklake lacks; it has data"),
        ("ducklake:postgres:dbname=log password=a;canary;data=/mnt", "an option that ducklake lacks"),
        ("ducklake:postgres:password=canary dbname=log;data=logs", "'logs' in WORKBENCH_LOG is not the same"),
        ("quack:canary", "lacks the server's token"),
    ],
)
def test_a_setting_that_cannot_be_read_is_said_but_not_quoted(setting: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as caught:
        place_of(Secret(setting))
    assert "canary" not in str(caught.value)


def test_a_setting_that_cannot_be_read_is_said_before_any_row_is_written(home: Path) -> None:
    with pytest.raises(ConfigError, match="names no shared log"):
        Recorder(home, shared=Secret("somewhere"))


def test_neither_words_nor_pickles_of_a_place_have_its_password() -> None:
    for setting in ("ducklake:postgres:host=db password=canary-1", "quack:db;token=canary-1"):
        place = place_of(Secret(setting))
        assert "canary" not in f"{place} {place!r} {pickle.dumps(place)!r}"
