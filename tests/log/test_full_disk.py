"""A disk that fills up at any moment: it is said in our words, and no row is lost or there twice."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.errors import DataError
from workbench.log import Log, Recorder, Store

Line = Callable[..., bytes]
pytestmark = pytest.mark.filterwarnings("ignore::workbench.log.LogWarning")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def ids(home: Path) -> list[str]:
    return sorted(Log(home).sql("SELECT id::VARCHAR AS id FROM calls")["id"])


@pytest.mark.parametrize("free_kb", [0, 700, 1_400, 2_100])
def test_whatever_is_done_on_a_full_disk_no_row_is_lost_or_there_twice(
    disk: Path, line: Line, tmp_path: Path, free_kb: int
) -> None:
    home, rng = disk / "home", random.Random(20260101)

    def write() -> None:
        recorder = Recorder(home)
        for _ in range(400):
            recorder.append("calls", line(provider="a", model="m", text=rng.randbytes(1500).hex()))
        recorder.close()

    write()
    Store(home).ingest()
    Log(home).export(tmp_path / "more.jsonl")
    Log(home).prune(where="true")
    write()
    Store(home).ingest()
    write()
    log, before = Log(home), ids(home)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - free_kb * 1024))
    refused = 0
    for attempt in (
        Store(home).ingest,
        lambda: log.prune(where=f"id = '{before[0]}'"),
        lambda: log.export(disk / "export.duckdb"),
        lambda: log.load(tmp_path / "more.jsonl"),
    ):
        try:
            attempt()
        except DataError:
            refused += 1
        assert set(before[1:]) <= set(ids(home))
        assert len(set(ids(home))) == len(ids(home))
        (disk / "export.duckdb").unlink(missing_ok=True)
    assert refused
    ballast.unlink()
    Store(home).ingest()
    assert set(before[1:]) <= set(ids(home))
    assert len(set(ids(home))) == len(ids(home))
    assert not list((home / "journal").glob("*.jsonl"))
