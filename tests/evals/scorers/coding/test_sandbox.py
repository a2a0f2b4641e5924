"""What code that nobody has read can do, and what it cannot."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from workbench.evals.scorers.coding.isolation import ISOLATIONS, problem_of
from workbench.evals.scorers.coding.sandbox import Isolation, Job, Limits, played, played_now

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no such limits")
LEVELS = [level for level in ISOLATIONS if not problem_of(level)]
WALLS = [level for level in LEVELS if level != "limits"]


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest) -> Isolation:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(params=WALLS)
def walls(request: pytest.FixtureRequest) -> Isolation:
    return request.param  # type: ignore[no-any-return]


def end_of(level: Isolation, code: str, play: Mapping[str, Any], **limits: Any) -> dict[str, Any]:
    [end] = played_now(Job(blocks=[code], plays=[play], level=level, limits=Limits(**limits)))
    return end


def tried(level: Isolation, code: str, tests: str = "assert f(1) == 2", **limits: Any) -> dict[str, Any]:
    return end_of(level, code, {"kind": "tests", "try": tests}, **limits)


def value_of(level: Isolation, call: str, code: str = "import os") -> Any:
    end = end_of(level, code, {"kind": "call", "try": call})
    return end.get("json", end)


def test_something_keeps_code_in_here() -> None:
    assert LEVELS


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("def f(x): return x + 1", "done"),
        (
            "import dataclasses\n@dataclasses.dataclass\nclass A:\n    x: 'int' = 2\ndef f(x): return A().x",
            "done",
        ),
        ("def f(x): return len('aé東😀') // 2", "done"),
        (
            "import threading as t, time\nt.Thread(target=time.sleep, args=(60,)).start()\nf = lambda x: 2",
            "done",
        ),
        (
            "import threading as t, time\nfor _ in range(20): t.Thread(target=time.sleep, args=(9,)).start()"
            "\nf = lambda x: 2",
            "done",
        ),
        ("def f(x): return x", "error"),
        ("def f(x: return x", "error"),
        ("(" * 10_000, "error"),
        ("def f(x): return f(x)", "error"),
        ("class E(Exception):\n    def __str__(self): 1 / 0\nraise E", "error"),
        ("x = bytearray(10**10)", "memory"),
        ("import ctypes\nctypes.string_at(0)", "crashed"),
    ],
)
def test_how_code_ends_is_told(level: Isolation, code: str, end: str) -> None:
    assert tried(level, code)["end"] == end


@pytest.mark.parametrize(
    "code",
    [
        "import sys; sys.exit(0)",
        "raise SystemExit",
        "import os; os._exit(0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
        "import atexit, os; atexit.register(os._exit, 0)",
        "import builtins; builtins.AssertionError = type('E', (BaseException,), {})",
        "import builtins; builtins.all = builtins.abs = lambda *a: True; builtins.f = lambda x: 2",
        "import sys; sys.settrace(lambda *a: sys.exit(0))\nf = lambda x: 0",
        'print(\'{"end": "done"}\')\nf = lambda x: 0',
        """
import os
for n in range(1, 20):
    try:
        os.write(n, b'{"end": "done", "proof": null}\\n')
    except OSError:
        pass
""",
        'import os\nos.write(4, b"rubbish\\n")\nf = lambda x: 2',
        'import os\nos.write(4, b"x" * 10**6)\nf = lambda x: 2',
        'import json\njson.dumps = lambda *a, **k: \'{"end": "done"}\'\nf = lambda x: 0',
        "import sys\nfor m in list(sys.modules): sys.modules.pop(m)\nf = lambda x: 0",
        """
import sys
for module in list(sys.modules.values()):
    if hasattr(module, "play"):
        module.play = module.tell = lambda *a: None
f = lambda x: 0
""",
        "__builtins__ = {}\nf = lambda x: 0",
        "import os\nif os.fork(): os._exit(0)\nf = lambda x: 0",
    ],
)
def test_what_has_not_passed_cannot_pretend(code: str) -> None:
    assert tried(LEVELS[0], code, "assert all([f(1) == 2, abs(0) == 0])")["end"] in (
        "error",
        "crashed",
        "output",
    )


def test_code_does_not_see_its_tests_before_it_has_run(level: Isolation) -> None:
    code = """
import gc, sys
frame, found = sys._getframe(), []
while frame:
    found.append(repr(frame.f_locals))
    frame = frame.f_back
found += [repr(each) for each in gc.get_objects() if type(each) in (dict, list, tuple)]
SEEN = chr(113) + "zxv9" in str(found)
"""
    assert tried(level, code, "qzxv9 = SEEN\nassert qzxv9 is False")["end"] == "done"


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "try:\n    while 1: pass\nfinally:\n    while 1: pass",
    ],
)
def test_what_takes_too_long_is_ended(level: Isolation, code: str) -> None:
    began = time.monotonic()
    assert tried(level, code, timeout_s=0.3)["end"] == "timeout"
    assert time.monotonic() - began < 5


def test_the_time_of_the_processor_is_limited_too(level: Isolation) -> None:
    call = "os.kill(os.getpid(), signal.SIGXCPU)"  # what it gets then
    assert end_of(level, "import os, signal", {"kind": "call", "try": call})["end"] == "timeout"
    assert value_of(level, "resource.getrlimit(resource.RLIMIT_CPU)", "import resource") == [11, 12]


MARK = "97.0731"  # seconds that nobody else sleeps


def sleepers() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if MARK.encode() in words.split(b"\0"):
            found.append(str(path))
    return found


LEAVES = {
    "a daemon": f"""
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv("/bin/sleep", ["sleep", "{MARK}"])
    os._exit(0)
os.wait()
""",
    "many": f"""
import os
try:
    while True:
        if os.fork() == 0:
            os.setsid()
            os.execv("/bin/sleep", ["sleep", "{MARK}"])
except OSError:
    pass
""",
}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives us their orphans")
@pytest.mark.parametrize("leaves", LEAVES)
def test_nothing_of_it_goes_on(level: Isolation, leaves: str) -> None:
    end = tried(level, LEAVES[leaves], "")
    assert end["end"] == "done", end
    assert sleepers() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives us their orphans")
def test_a_bomb_of_processes_is_ended_with_all_of_them(level: Isolation) -> None:
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    assert tried(level, bomb, timeout_s=0.3)["end"] == "timeout"
    assert tried(level, "def f(x): return 2")["end"] == "done"


def test_endless_output_is_not_kept(level: Isolation) -> None:
    endless = {"code": "while True: print('x' * 1000)", "play": {"kind": "stdin", "stdin": ""}}
    assert end_of(level, **endless, output_kb=16) == {"end": "output"}
    assert value_of(level, "'x' * 10**6") == {"end": "output"}
    assert tried(level, "print('x' * 10**6)\nf = lambda x: 2")["end"] == "done"


def test_an_empty_environment_and_no_way_to_ours(walls: Isolation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    assert "sk-canary" not in str(value_of(walls, "dict(os.environ)"))
    code = f"""
import glob, os

def readable(path):
    try:
        return bool(open(path, "rb").read(1))
    except OSError:
        return False

OURS = "/proc/{os.getpid()}/"
PATHS = [*glob.glob("/proc/[0-9]*/environ"), OURS + "environ", OURS + "mem", OURS + "maps", OURS + "cmdline"]
FOUND = [path for path in PATHS if path != "/proc/%d/environ" % os.getpid() and readable(path)]
"""
    assert value_of(walls, "FOUND", code) == []


def test_no_files_but_the_system_s_and_an_empty_folder(walls: Isolation, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    tmp_path.chmod(0o755)
    hidden = [str(mine), __file__, "/etc/passwd"]
    ours = ["/usr/x", f"{sys.base_prefix}/x", str(tmp_path / "x"), "/x", os.__file__]
    code = f"""
def refused(path, mode):
    try:
        return open(path, mode) and False
    except OSError:
        return True

NONE = [refused(path, "r") for path in {hidden}] + [refused(path, "a") for path in {ours}]
"""
    assert value_of(walls, "NONE", code) == [True] * 8
    mine_alone = "[os.listdir(), open('x', 'w').write('é'), open('x').read(), os.mkdir('d')]"
    assert value_of(walls, mine_alone) == [[], 1, "é", None]


def test_its_folder_is_gone_afterwards(
    level: Isolation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tmp_path.chmod(0o755)
    asyncio.run(
        played(
            Job(
                blocks=["open('left', 'w').write('x')"],
                plays=[{"kind": "tests", "try": ""}],
                level=level,
                limits=Limits(),
            )
        )
    )
    assert list(tmp_path.iterdir()) == []


def test_a_file_has_a_size_that_it_cannot_exceed(level: Isolation) -> None:
    end = value_of(level, "open('x', 'wb').write(bytes(10**8))")
    assert (end["end"], end["said"][:7]) == ("error", "OSError")


def test_no_connection_goes_out(walls: Isolation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        end = value_of(walls, f"socket.create_connection(('127.0.0.1', {port}), 1)", "import socket")
        assert end["end"] == "error", end
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_no_other_process_can_be_signalled(walls: Isolation) -> None:
    if walls == "landlock" and tuple(map(int, os.uname().release.split(".")[:2])) < (6, 12):
        return  # of which the guide and a warning tell
    assert value_of(walls, f"os.kill({os.getpid()}, 0)")["end"] == "error"


def test_a_program_has_its_input_and_its_output_is_read(level: Isolation) -> None:
    code = """
import sys
if __name__ == "__main__":
    for line in sys.stdin:
        print(line.strip()[::-1])
    sys.exit()
"""
    end = end_of(level, code, {"kind": "stdin", "stdin": "abc\né東\n" + "x" * 20_000})
    assert (end["end"], end["out"][:7], len(end["out"])) == ("done", "cba\n東é\n", 20_008)
    threads = (
        "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.05), print('late'))).start()"
    )
    assert end_of(level, threads, {"kind": "stdin"})["out"] == "late\n"
    assert end_of(level, "import os; print('x', flush=True); os._exit(0)", {"kind": "stdin"})["out"] == "x\n"
    assert end_of(level, "print('x', flush=True); 1 / 0", {"kind": "stdin"})["end"] == "error"


def test_what_is_no_json_is_given_as_python_shows_it(level: Isolation) -> None:
    assert value_of(level, "(1, [2.5, None], {'é': True})") == [1, [2.5, None], {"é": True}]
    assert end_of(level, "", {"kind": "call", "try": "{1}"})["repr"] == "{1}"


def test_plays_know_nothing_of_each_other(level: Isolation) -> None:
    plays = [
        {"kind": "call", "try": call} for call in ("x.append(1) or x", "x.append(1) or x", "1 / 0", "len(x)")
    ]
    ends = played_now(Job(blocks=["x = []"], plays=plays, level=level, limits=Limits()))
    assert [end.get("json") for end in ends] == [[1], [1], None, 0]


async def test_one_that_is_given_up_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = f'import os; os.execv("/bin/sleep", ["sleep", "{MARK}"])'
    job = Job(blocks=[code], plays=[{"kind": "tests", "try": ""}], level=LEVELS[0], limits=Limits())
    task = asyncio.create_task(played(job))
    assert await asyncio.to_thread(seen, sleeping=sys.platform == "linux")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(os.listdir, tmp_path) == []
    assert await asyncio.to_thread(seen, sleeping=False)


def seen(*, sleeping: bool) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if bool(sleepers()) is sleeping:
            return True
    return False
