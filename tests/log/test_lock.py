"""The locks of the log."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.log import Store

Program = Callable[..., subprocess.Popen[str]]


@pytest.mark.parametrize("locks", ["to_ingest(home), to_write(home)", "to_read(home), to_read(home)"])
def test_a_child_that_outlives_its_killed_parent_holds_none_of_its_locks(
    home: Path, program: Program, locks: str
) -> None:
    parent = program(
        f"""
        import os, signal, sys, warnings
        from pathlib import Path
        from workbench.log import Recorder
        from workbench.log.lock import to_ingest, to_read, to_write
        warnings.filterwarnings("ignore", ".*fork")  # Python 3.12 advises against what is proven here
        home = Path(sys.argv[1])
        recorder = Recorder(home)
        recorder.append("runs", b'{{"id":"1"}}').result()
        recorder.close()
        with {locks}:
            if os.fork():
                os.kill(os.getpid(), signal.SIGKILL)
            print("forked", flush=True)
            sys.stdin.readline()
            os._exit(0)
        """,
        home,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "forked\n"
    parent.wait()
    assert Store(home).ingest(wait_s=0.1) == 1
