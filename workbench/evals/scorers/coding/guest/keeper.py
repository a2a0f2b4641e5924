"""The keeper: has code played behind walls, watches it, kills what is left of it, and says how it went.

Nothing here is done by the code that is watched: it runs in a process of its own for each play, whose files
are a channel, its input and its output.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from contextlib import suppress
from io import TextIOWrapper
from typing import Any

from . import player, walls

_TICK_S = 0.02
_PIECE = 65_536


def main() -> None:
    """Read a job, play its plays one after the other, write how each ended: JSON on the standard streams."""
    job = json.loads(sys.stdin.buffer.read())
    sys.path.pop(0)  # what the code imports is not to be ours
    os.umask(0o022)
    try:
        if job["level"] == "namespaces":
            walls.into_namespaces(job["folder"])
        else:
            walls.hide()
        until = time.monotonic() + job["timeout_s"]
        said: dict[str, Any] = {"ends": [_play(job, each, until) for each in job["plays"]]}
    except OSError as exc:
        said = {"problem": str(exc)}
    os.write(1, json.dumps(said).encode())


def _play(job: dict[str, Any], wanted: dict[str, Any], until: float) -> dict[str, Any]:
    if time.monotonic() >= until:
        return {"end": "timeout"}
    told, tell = os.pipe()
    asked, answer = os.pipe()
    read, out = os.pipe()
    given = _file_with(wanted.get("stdin", ""))
    pid = os.fork()
    if pid == 0:
        _be_played(job, wanted, stdin=given, out=out, channel=(asked, tell))
    for fd in (tell, asked, out, given):
        os.close(fd)
    proof = os.urandom(16).hex()
    part = {"try": wanted.get("try"), "proof": proof if wanted["kind"] == "tests" else None}
    try:
        end = _watch(pid, told, read, answer, part, until=until, most=job["output_bytes"])
    finally:
        _clear_away(pid)
        for fd in (told, read, answer):
            os.close(fd)
    if end["end"] == "done" and end.pop("proof", None) != part["proof"]:
        return {"end": "crashed", "said": "a tale of its own instead of the end of the tests"}
    if wanted["kind"] == "stdin" and end.get("status") == 0:
        return {"end": "done", "out": end["out"]}
    return end


def _file_with(text: str) -> int:
    name = os.urandom(8).hex()
    file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.unlink(name)
    data = text.encode(errors="surrogatepass")
    while data:
        data = data[os.write(file, data) :]
    os.lseek(file, 0, os.SEEK_SET)
    return file


def _be_played(
    job: dict[str, Any], wanted: dict[str, Any], *, stdin: int, out: int, channel: tuple[int, int]
) -> None:
    """What the child does; it does not come back."""
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        prints = out if wanted["kind"] == "stdin" else nothing
        for number, fd in enumerate((stdin, prints, nothing, *channel)):
            os.dup2(
                fd, number + 100, inheritable=False
            )  # none of them has one of the numbers yet to be given
        for number in range(5):
            os.dup2(number + 100, number, inheritable=number < 3)
        os.closerange(5, 1024)
        sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
        sys.stdout = sys.__stdout__ = _written(1)  # type: ignore[misc]
        sys.stderr = sys.__stderr__ = _written(2)  # type: ignore[misc]
        kind, blocks, before = wanted["kind"], job["blocks"], job["before"]
        limits = {"cpu_s": int(job["timeout_s"]) + 2, "memory_bytes": job["memory_bytes"]}
        tell = _teller(4)
        try:
            walls.lock_in(job["level"], job["folder"], **limits)
        except OSError as exc:
            tell({"end": "problem", "said": str(exc)})
            os._exit(0)
        ask = _asker(3, tell)
        for each in job["plays"]:
            each.clear()  # what is to be tried is in it
        for name in [name for name in sys.modules if name.partition(".")[0] == "guest"]:
            del sys.modules[name]
        player.play(kind, blocks, before, ask, tell)
    finally:
        os._exit(70)


def _written(fd: int) -> TextIOWrapper:
    return open(fd, "w", encoding="utf-8", errors="replace", closefd=False)


def _teller(fd: int) -> Any:
    write, dumps = os.write, json.dumps

    def tell(said: dict[str, Any]) -> None:
        data = dumps(said).encode() + b"\n"
        while data:
            data = data[write(fd, data) :]

    return tell


def _asker(fd: int, tell: Any) -> Any:
    read, loads = os.read, json.loads

    def ask() -> Any:
        tell({"end": ""})
        data = b""
        while not data.endswith(b"\n"):
            piece = read(fd, _PIECE)
            if not piece:
                raise EOFError
            data += piece
        return loads(data)

    return ask


def _watch(
    pid: int, told: int, read: int, answer: int, part: dict[str, Any], *, until: float, most: int
) -> dict[str, Any]:
    """How a play ended; never more than so many bytes are kept of what it tells and prints."""
    got = {told: b"", read: b""}
    open_ones = {told, read}
    status = None
    while True:
        if time.monotonic() >= until:
            return {"end": "timeout"}
        ready, _, _ = select.select(list(open_ones), [], [], 0 if status is not None else _TICK_S)
        for fd in ready:
            piece = os.read(fd, _PIECE)
            got[fd] += piece
            if not piece:
                open_ones.discard(fd)
            if len(got[fd]) > most:
                return {"end": "output"}
        if read in ready and got[read] and read in open_ones:
            continue  # what it printed comes before what it told
        line, ended, rest = got[told].partition(b"\n")
        if ended:
            said = _parsed(line)
            if said["end"]:
                return said | {"out": got[read].decode(errors="replace")}
            got[told] = rest
            _send(answer, part)
        elif status is not None and not ready:
            return _crashed(status) | {"out": got[read].decode(errors="replace")}
        elif status is None and not ready:
            done, state = os.waitpid(pid, os.WNOHANG)
            status = os.waitstatus_to_exitcode(state) if done else None


def _parsed(line: bytes) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        said = json.loads(line)
        if isinstance(said, dict) and isinstance(said.get("end"), str):
            return said
    return {"end": "crashed", "said": "it wrote into our channel"}


def _send(fd: int, part: dict[str, Any]) -> None:
    data = json.dumps(part).encode() + b"\n"
    with suppress(BrokenPipeError):
        while data:
            data = data[os.write(fd, data) :]


def _crashed(status: int) -> dict[str, Any]:
    if status == -signal.SIGXCPU:
        return {"end": "timeout"}
    said = f"killed by {signal.Signals(-status).name}" if status < 0 else f"it ended with status {status}"
    return {"end": "crashed", "said": f"{said}, before the tests were through", "status": status}


def _clear_away(pid: int) -> None:
    """Kill all that the play has left, whoever started it, until nothing is there."""
    while True:
        if os.getpid() == 1 and os.getppid() == 0:  # in our own namespace: nobody else is there
            with suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        else:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            for child in _children():
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(child, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


def _children() -> list[int]:
    """Ours, orphans that have become ours among them; none where the system does not say."""
    with suppress(OSError), open(f"/proc/self/task/{os.getpid()}/children") as file:
        return [int(word) for word in file.read().split()]
    return []
