from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import portalocker
import pytest

from workbench.log import Log, Recorder
from workbench.log.journal import table_of
from workbench.log.writer import Writer

Line = Callable[..., bytes]
Program = Callable[..., subprocess.Popen[str]]


def journal(home: Path) -> list[Path]:
    return sorted((home / "journal").iterdir())


def lines(home: Path) -> list[bytes]:
    return [line for path in journal(home) for line in path.read_bytes().splitlines()]


def test_a_row_is_in_the_journal_when_its_future_is_done(recorder: Recorder, home: Path, line: Line) -> None:
    row = line()
    recorder.append("calls", row).result()
    assert lines(home) == [row]


def test_the_folder_keeps_itself_out_of_git(recorder: Recorder, home: Path, line: Line) -> None:
    recorder.append("calls", line()).result()
    assert (home / ".gitignore").read_text() == "*\n"


def test_nothing_is_made_before_the_first_row(recorder: Recorder, home: Path) -> None:
    recorder.flush()
    recorder.close()
    assert not home.exists()


def test_rows_of_threads_and_tables_keep_their_order_and_are_there_once(
    recorder: Recorder, home: Path, line: Line
) -> None:
    rows = {table: [line(text=f"{table} {n}") for n in range(200)] for table in ("calls", "scores", "runs")}

    def write(table: str) -> None:
        for row in rows[table]:
            recorder.append(table, row)

    threads = [threading.Thread(target=write, args=(table,)) for table in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.flush()
    for path in journal(home):
        assert path.read_bytes().splitlines() == rows[table_of(path.stem)]


def test_rows_outlive_the_loops_that_asked_for_them(recorder: Recorder, home: Path, line: Line) -> None:
    async def cell() -> None:
        await asyncio.wrap_future(recorder.append("calls", line()))

    asyncio.run(cell())
    asyncio.run(cell())
    assert len(lines(home)) == 2


async def test_a_row_is_in_the_journal_when_its_writing_is_over(
    recorder: Recorder, home: Path, line: Line
) -> None:
    rows = {line() for _ in range(100)}
    await asyncio.gather(*(recorder.write("calls", row) for row in rows))
    assert set(lines(home)) == rows


async def test_whoever_is_cancelled_while_a_row_is_written_leaves_the_others_waiting_in_peace(
    recorder: Recorder, home: Path, line: Line
) -> None:
    cancelled, other = (asyncio.create_task(recorder.write("calls", line())) for _ in range(2))
    await asyncio.sleep(0)  # both have begun to wait
    cancelled.cancel()
    await other
    recorder.flush()
    assert cancelled.cancelled()
    assert len(lines(home)) == 2


def test_a_row_is_written_although_the_loop_that_waited_for_it_is_closed(
    recorder: Recorder, home: Path, line: Line
) -> None:
    loop = asyncio.new_event_loop()
    waiting = loop.create_task(recorder.write("calls", line()))
    loop.call_soon(loop.stop)
    loop.run_forever()  # just until it waits
    waiting.cancel()
    loop.close()
    recorder.append("calls", line()).result()
    assert len(lines(home)) == 2


def test_a_row_cannot_be_cancelled(recorder: Recorder, home: Path, line: Line) -> None:
    done = recorder.append("calls", line())
    assert not done.cancel()
    done.result()
    assert len(lines(home)) == 1


def test_a_row_with_a_line_end_inside_is_refused(recorder: Recorder) -> None:
    with pytest.raises(ValueError, match="one line of JSON"):
        recorder.append("calls", b'{"id":\n1}')


def test_a_segment_is_locked_while_it_is_written_and_renamed_when_it_is_closed(
    recorder: Recorder, home: Path, line: Line
) -> None:
    recorder.append("calls", line()).result()
    (path,) = journal(home)
    assert path.suffix == ".open"
    with path.open("rb") as file, pytest.raises(portalocker.AlreadyLocked):
        portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
    recorder.close()
    assert journal(home) == [path.with_suffix(".jsonl")]


def test_a_closed_recorder_starts_anew(recorder: Recorder, home: Path, line: Line) -> None:
    recorder.append("calls", line())
    recorder.close()
    recorder.append("calls", line()).result()
    assert len(lines(home)) == 2


def test_a_deleted_journal_is_made_anew(recorder: Recorder, home: Path, line: Line) -> None:
    recorder.append("calls", line()).result()
    (path,) = journal(home)
    path.unlink()
    row = line()
    recorder.append("calls", row).result()
    assert lines(home) == [row]


@pytest.mark.parametrize("copied", [True, False])
def test_a_journal_that_was_moved_away_is_made_anew(
    recorder: Recorder, home: Path, line: Line, copied: bool
) -> None:
    before, after = line(), line()
    recorder.append("calls", before).result()
    moved = home.rename(home.with_name("moved"))
    if copied:
        shutil.copytree(moved, home)
    recorder.append("calls", after).result()
    assert lines(home) == ([before, after] if copied else [after])
    assert lines(moved) == [before]


def test_a_backup_by_hard_links_is_no_journal_to_write(recorder: Recorder, home: Path, line: Line) -> None:
    recorder.append("calls", line()).result()
    (path,) = journal(home)
    backup = home.parent / "backup"
    backup.hardlink_to(path)
    path.unlink()
    row = line()
    recorder.append("calls", row).result()
    assert lines(home) == [row]


def test_a_full_segment_is_sealed_and_ingested(home: Path, line: Line) -> None:
    recorder = Recorder(home, segment_bytes=1)
    recorder.append("calls", line()).result()
    recorder.close()
    for thread in threading.enumerate():
        if thread.name == "workbench-ingest":
            thread.join()
    assert journal(home) == []
    assert len(Log(home).calls()) == 1


def writer(home: Path, now: list[float], *, sync_each: bool = False) -> Writer:
    return Writer(
        home,
        sync_each=sync_each,
        segment_bytes=10**6,
        segment_s=300.0,
        memory_bytes=10**6,
        clock=lambda: now[0],
    )


def test_a_segment_is_sealed_when_it_is_five_minutes_old(home: Path, line: Line) -> None:
    now = [1000.0]
    w = writer(home, now)
    w.write([("calls", line())])
    now[0] = 1299.9
    assert not w.tend()
    assert w.wait_s() == pytest.approx(0.1)
    now[0] = 1300.0
    assert w.tend()
    assert [path.suffix for path in journal(home)] == [".jsonl"]
    assert w.wait_s() is None


def test_the_disk_is_asked_to_confirm_a_quarter_of_a_second_after_a_row(home: Path, line: Line) -> None:
    now = [1000.0]
    w = writer(home, now)
    w.write([("calls", line())])
    assert w.wait_s() == 0.25
    w.write([("calls", line())])
    now[0] = 1000.25
    w.tend()
    assert w.wait_s() == 299.75
    w.close()


def test_the_disk_can_be_asked_at_every_batch(home: Path, line: Line) -> None:
    w = writer(home, [1000.0], sync_each=True)
    w.write([("calls", line())])
    assert w.wait_s() == 300.0
    w.close()


def test_the_half_that_writes_loads_neither_duckdb_nor_pandas(program: Program) -> None:
    out, err = program(
        """
        import sys
        import workbench.log.recorder, workbench.log.record
        print(sorted({"duckdb", "pandas", "numpy"} & set(sys.modules)))
        """
    ).communicate()
    assert out == "[]\n", err


def test_what_a_program_appended_is_in_the_file_when_it_has_ended(program: Program, home: Path) -> None:
    out, err = program(
        """
        import sys
        from pathlib import Path
        from workbench.log import Recorder
        recorder = Recorder(Path(sys.argv[1]))
        for n in range(100):
            recorder.append("runs", b'{"id":"%d"}' % n)
        """,
        home,
    ).communicate()
    assert (out, err) == ("", "")
    assert list((home / "journal").iterdir()) == []
    assert len(Log(home).runs()) == 100


def test_a_forked_child_has_segments_and_a_session_of_its_own(program: Program, home: Path) -> None:
    out, err = program(
        """
        import json, os, sys, warnings
        from pathlib import Path
        from workbench.log import Recorder, Store
        from workbench.log.process import process_facts
        warnings.filterwarnings("ignore", ".*fork")  # Python 3.12 advises against what is proven here
        home = Path(sys.argv[1])
        recorder = Recorder(home)
        sessions = [process_facts()["session"]]
        recorder.append("runs", b'{"id":"before"}').result()
        child = os.fork()
        if child == 0:
            row = {"id": "child", "session": process_facts()["session"]}
            recorder.append("runs", json.dumps(row).encode()).result()
            os._exit(0)
        os.waitpid(child, 0)
        print(Store(home).ingest())
        recorder.append("runs", b'{"id":"after"}').result()
        print(process_facts()["session"])
        """,
        home,
    ).communicate()
    ingested, session = out.split()
    assert err == ""
    # The child's row can be had; the parent's segment is locked still, though the child had it open.
    assert ingested == "1"
    runs = Log(home).runs().set_index("id")
    assert sorted(runs.index) == ["after", "before", "child"]
    assert str(runs.loc["child", "session"]) != session


def test_rows_are_json_lines_that_other_tools_can_read(recorder: Recorder, home: Path, line: Line) -> None:
    recorder.append("calls", line(text="Grüße\n")).result()
    (row,) = lines(home)
    assert json.loads(row)["text"] == "Grüße\n"
