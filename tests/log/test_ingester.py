"""Ingests beside the calls: again where others were at it, and never in a call's way."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from workbench.log import Log, Recorder
from workbench.log.ingester import Ingester
from workbench.log.lock import to_ingest, to_read


def row(home: Path, name: bytes) -> None:
    recorder = Recorder(home)
    recorder.append("runs", b'{"id":"%s"}' % name).result()
    recorder.close()


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def wait_for_an_empty_journal(home: Path) -> None:
    wait_until(lambda: not list((home / "journal").iterdir()))


def test_what_others_kept_it_from_is_ingested_after_them(home: Path) -> None:
    row(home, b"r1")
    ingester = Ingester(home, None)
    with to_read(home):
        ingester.soon()
        wait_until(lambda: (home / "ingest.lock").exists() and (home / "ingest.lock").read_text() != "")
        with to_ingest(home):
            assert list((home / "journal").iterdir())  # it gave up, for the time being
    wait_for_an_empty_journal(home)
    assert list(Log(home).runs()["id"]) == ["r1"]


def test_it_can_be_asked_any_number_of_times(home: Path) -> None:
    ingester = Ingester(home, None)
    for n in range(20):
        row(home, b"r%d" % n)
        ingester.soon()
    wait_for_an_empty_journal(home)
    assert Log(home).runs()["id"].nunique() == 20


def test_one_that_is_stopped_leaves_the_rest_in_the_journal(home: Path) -> None:
    row(home, b"r1")
    ingester = Ingester(home, None)
    with to_ingest(home):
        ingester.soon()
        ingester.stop()
    assert list((home / "journal").iterdir())
    ingester.ingest_at_exit()
    assert not list((home / "journal").iterdir())
