from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workbench.errors import ConfigError
from workbench.log import Log, Recorder, Store
from workbench.log.tail import LATE, Tail

Line = Callable[..., bytes]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A present that is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ended(recorder: Recorder, line: Line) -> Callable[..., None]:
    """Logs a call that ended so many seconds after noon, its model its name."""

    def log(name: str, seconds: float, **fields: object) -> None:
        recorder.append("calls", line(model=name, ended_at=NOON + timedelta(seconds=seconds), **fields))
        recorder.flush()

    return log


def names(rows: list[dict[str, object]]) -> list[object]:
    return [row["model"] for row in rows]


def test_the_last_calls_come_in_the_order_of_their_end(
    home: Path, clock: Clock, ended: Callable[..., None]
) -> None:
    for name, seconds in (("b", -5), ("c", -1), ("a", -900)):
        ended(name, seconds)
    assert names(Tail(Log(home), clock=clock).last(2)) == ["b", "c"]
    assert names(Tail(Log(home), clock=clock).last(0)) == []
    assert names(Tail(Log(home), clock=clock).last(9)) == ["a", "b", "c"]


def test_each_call_is_given_once_in_the_order_of_its_end(
    home: Path, clock: Clock, ended: Callable[..., None]
) -> None:
    ended("before", -1)
    tail = Tail(Log(home), clock=clock)
    assert names(tail.last(5)) == ["before"]
    ended("second", 2)
    ended("first", 1)
    clock.now += timedelta(seconds=3)
    assert names(tail.more()) == ["first", "second"]
    assert tail.more() == []


def test_an_ingest_between_two_looks_gives_nothing_twice(
    home: Path, recorder: Recorder, clock: Clock, ended: Callable[..., None]
) -> None:
    tail = Tail(Log(home), clock=clock)
    tail.last(5)
    ended("one", 1)
    assert names(tail.more()) == ["one"]
    recorder.close()
    assert Store(home).ingest() == 1
    ended("two", 2)
    assert names(tail.more()) == ["two"]


def test_a_call_that_is_found_late_is_given_all_the_same(
    home: Path, clock: Clock, ended: Callable[..., None]
) -> None:
    tail = Tail(Log(home), clock=clock)
    tail.last(5)
    clock.now += LATE - timedelta(seconds=1)
    assert tail.more() == []
    ended("late", 1)  # long ended, written only now
    assert names(tail.more()) == ["late"]


def test_nothing_is_missed_after_a_long_time_without_a_look(
    home: Path, clock: Clock, ended: Callable[..., None]
) -> None:
    tail = Tail(Log(home), clock=clock)
    tail.last(5)
    ended("asleep", 60)
    clock.now += timedelta(hours=9)
    assert names(tail.more()) == ["asleep"]


def test_a_clock_that_is_put_back_brings_nothing_back(
    home: Path, clock: Clock, ended: Callable[..., None]
) -> None:
    ended("old", 0)
    tail = Tail(Log(home), clock=clock)
    clock.now += timedelta(hours=9)
    tail.more()
    tail.more()
    clock.now -= timedelta(hours=9)
    assert tail.more() == []
    assert tail.more() == []


def test_calls_of_a_version_without_their_end_are_among_the_last(
    home: Path, recorder: Recorder, line: Line, clock: Clock, ended: Callable[..., None]
) -> None:
    recorder.append("calls", line(model="old", started_at=NOON - timedelta(hours=2)))
    ended("new", -1)
    tail = Tail(Log(home), clock=clock)
    assert names(tail.last(5)) == ["old", "new"]
    assert tail.more() == []


def test_only_what_is_asked_for_is_given(home: Path, clock: Clock, ended: Callable[..., None]) -> None:
    tail = Tail(Log(home), where="status <> 'ok'", clock=clock)
    tail.last(5)
    ended("fine", 1)
    ended("failed", 2, status="error")
    assert names(tail.more()) == ["failed"]
    with pytest.raises(ConfigError, match="syntax error"):
        Tail(Log(home), where="status =", clock=clock).last(1)
