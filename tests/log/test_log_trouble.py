from __future__ import annotations

import os
import resource
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.errors import DataError
from workbench.log import Log, LogWarning, Recorder, Store
from workbench.log.writer import RETRY_S, Writer, check_writable

Line = Callable[..., bytes]
Program = Callable[..., subprocess.Popen[str]]


def test_where_the_folder_cannot_be_made_calls_go_on_and_it_is_said_once(
    tmp_path: Path, home: Path, line: Line
) -> None:
    home.write_text("a file stands where the folder should be")
    recorder = Recorder(home)
    with pytest.warns(LogWarning, match=r"cannot be written .*Calls go on"):
        recorder.append("calls", line()).result()
    recorder.append("calls", line()).result()  # where a warning is not expected it is an error
    home.unlink()
    recorder.close()
    assert len(Log(home).calls()) == 2


def test_a_log_without_room_is_told_before_anything_is_asked(home: Path) -> None:
    check_writable(home)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(DataError, match=r"home' cannot be written \(File too large\): raise the limit"):
            check_writable(home)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list((home / "journal").iterdir())


def test_what_memory_cannot_hold_is_counted(home: Path, line: Line) -> None:
    home.write_text("a file stands where the folder should be")
    row = line()
    now = [0.0]
    writer = Writer(
        home,
        sync_each=False,
        segment_bytes=10**6,
        segment_s=300.0,
        memory_bytes=3 * (len(row) + 1),
        clock=lambda: now[0],
    )
    with pytest.warns(LogWarning, match="cannot be written"):
        writer.write([("calls", row)])
    writer.write([("calls", row)] * 4)
    home.unlink()
    now[0] = 1.0
    with pytest.warns(LogWarning, match=r"can be written again; 2 rows are lost"):
        writer.tend()
    writer.close()
    (segment,) = (home / "journal").iterdir()
    assert segment.read_bytes().splitlines() == [row] * 3


def test_what_is_lost_at_the_end_is_counted(home: Path, line: Line) -> None:
    home.write_text("a file stands where the folder should be")
    recorder = Recorder(home)
    with pytest.warns(LogWarning, match="cannot be written"):
        recorder.append("calls", line()).result()
    recorder.append("calls", line()).result()
    with pytest.warns(LogWarning, match="2 of its rows are lost"):
        recorder.close()


def test_where_warnings_are_errors_the_log_goes_on(
    home: Path, line: Line, capfd: pytest.CaptureFixture[str]
) -> None:
    home.write_text("a file stands where the folder should be")
    recorder = Recorder(home)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recorder.append("calls", line()).result()
    home.unlink()
    recorder.close()
    assert "cannot be written" in capfd.readouterr().err
    assert len(Log(home).calls()) == 1


def test_a_write_that_breaks_off_loses_no_row_and_doubles_none(program: Program, home: Path) -> None:
    # The limit falls into the middle of a line; half a batch has been written when the write fails.
    process = program(
        """
        import resource, sys, warnings
        from pathlib import Path
        from workbench.log import LogWarning, Recorder
        warnings.simplefilter("ignore", LogWarning)
        recorder = Recorder(Path(sys.argv[1]))
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        for n in range(1000):
            recorder.append("runs", b'{"id":"%d","dataset":"%s"}' % (n, b"x" * 100)).result()
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        """,
        home,
    )
    _, err = process.communicate()
    assert err == ""
    runs = Log(home).runs()
    assert sorted(runs["id"].astype(int)) == list(range(1000))


def test_what_keeps_rows_in_memory_is_known_until_they_are_written(tmp_path: Path, line: Line) -> None:
    home, now = tmp_path / "home", [0.0]
    home.write_text("a file where the folder should be")
    writer = Writer(
        home,
        sync_each=False,
        segment_bytes=1_000_000,
        segment_s=300.0,
        memory_bytes=1_000_000,
        clock=lambda: now[0],
    )
    assert writer.trouble == ""
    with pytest.warns(LogWarning, match="see that it is a folder"):
        writer.write([("runs", line(id="1"))])
    assert "see that it is a folder" in writer.trouble
    home.unlink()
    now[0] = 2 * RETRY_S
    writer.tend()
    assert writer.trouble == ""
    writer.close()
    assert list(Log(home).runs()["id"]) == ["1"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_is_told_and_its_rows_follow_when_there_is_room(small_disk: Path, line: Line) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(80_000))
    recorder = Recorder(small_disk / "home")

    def write() -> None:
        for n in range(200):
            recorder.append("runs", line(id=str(n), dataset="x" * 200)).result()

    with pytest.warns(LogWarning, match="free some disk space"):
        write()
    ballast.unlink()
    recorder.close()
    assert sorted(Log(small_disk / "home").runs()["id"].astype(int)) == list(range(200))


@pytest.mark.parametrize("part", [0.5, 0.1])
def test_a_file_that_was_cut_off_is_said_to_be(home: Path, line: Line, part: float) -> None:
    recorder = Recorder(home)
    recorder.append("calls", line())
    recorder.close()
    Store(home).ingest()
    file = home / "log.duckdb"
    os.truncate(file, int(file.stat().st_size * part))
    with pytest.raises(DataError, match=r"log\.duckdb' (is damaged|cannot be opened).*safe in the journal"):
        Log(home).usage()


def test_a_folder_without_permission_is_told(program: Program, strangers_folder: Path) -> None:
    strangers_folder.chmod(0o555)
    process = program(
        """
        import os, sys
        from pathlib import Path
        from workbench.log import Recorder
        if os.geteuid() == 0:
            os.seteuid(65534)
        Recorder(Path(sys.argv[1])).append("runs", b'{"id":"1"}').result()
        print("the call went on")
        """,
        strangers_folder / "home",
    )
    out, err = process.communicate()
    assert out == "the call went on\n"
    assert "make the folder writable or choose another home" in err
    assert "1 of its rows are lost" in err
    assert not list(strangers_folder.iterdir())
