"""Running code that nobody has read, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from workbench.loops import PerLoop

Isolation = Literal["namespaces", "landlock", "limits"]
GRACE_S = 5.0
"""What the sandbox itself may take, besides the time of the code."""

# The folder goes in by hand: -I keeps all others out, where a module of the user's might be in the way.
_COMMAND = (
    *(sys.executable, "-I", "-S", "-B", "-c"),
    "import sys; sys.path.insert(0, sys.argv[1]); from guest.keeper import main; main()",
    str(Path(__file__).parent),
)
_PREFIX = "workbench-code-"
_SLOTS: PerLoop[asyncio.Semaphore] = PerLoop()


class SandboxError(Exception):
    """The sandbox itself failed: nothing is known of the code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What code may use.

    Attributes:
        timeout_s: Seconds for all that is tried with one answer.
        memory_mb: Address space of each process, in MiB.
        output_kb: What is read of what one play prints or gives, in KiB.
    """

    timeout_s: float = 10
    memory_mb: int = 512
    output_kb: int = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What a sandbox is to do.

    Attributes:
        blocks: The blocks of code of an answer.
        plays: What is tried with them: mappings with a `kind` (tests, call or stdin) and `try` or `stdin`.
        level: What it is kept in.
        limits: What it may use.
        before: What goes before the code, where both together are Python.
    """

    blocks: Sequence[str]
    plays: Sequence[Mapping[str, Any]]
    level: Isolation
    limits: Limits
    before: str = ""

    def written(self, folder: str) -> bytes:
        """As the keeper reads it; the folder is its own and empty."""
        job = {
            "blocks": self.blocks,
            "before": self.before,
            "plays": self.plays,
            "level": self.level,
            "folder": folder,
            "timeout_s": self.limits.timeout_s,
            "memory_bytes": self.limits.memory_mb * 2**20,
            "output_bytes": self.limits.output_kb * 2**10,
        }
        return json.dumps(job).encode()


async def played(job: Job) -> list[dict[str, Any]]:
    """How each play ended, in a process that is gone with all its children when this returns.

    As many run at once as the machine has processors; the others wait.

    Raises:
        SandboxError: It could not be run.
    """
    async with _SLOTS.get() or _SLOTS.put(asyncio.Semaphore(os.cpu_count() or 1)):
        try:
            folder = tempfile.mkdtemp(prefix=_PREFIX)
            try:
                return await _played_in(folder, job)
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        except TimeoutError:
            raise SandboxError("the sandbox does not answer") from None
        except OSError as exc:
            raise SandboxError(f"the sandbox does not start: {exc}") from exc


async def _played_in(folder: str, job: Job) -> list[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(*_COMMAND, **_streams(folder))
    try:
        async with asyncio.timeout(job.limits.timeout_s + GRACE_S):
            return _ends(*await process.communicate(job.written(folder)))
    finally:
        if process.returncode is None:
            _kill(process.pid)
            await process.wait()


def played_now(job: Job) -> list[dict[str, Any]]:
    """The same, for whoever does not mind waiting."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder:
        most_s = job.limits.timeout_s + GRACE_S
        try:
            with subprocess.Popen(_COMMAND, **_streams(folder)) as process:  # noqa: S603 - ourselves
                try:
                    out, err = process.communicate(job.written(folder), timeout=most_s)
                except subprocess.TimeoutExpired:
                    _kill(process.pid)
                    raise
        except subprocess.TimeoutExpired:
            raise SandboxError("the sandbox does not answer") from None
        except OSError as exc:
            raise SandboxError(f"the sandbox does not start: {exc}") from exc
    return _ends(out, err)


def _streams(folder: str) -> dict[str, Any]:
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    # With an arena for each thread a dozen of them would use up the address space that is allowed.
    return {**pipes, "cwd": folder, "env": {"MALLOC_ARENA_MAX": "1"}, "start_new_session": True}


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _ends(out: bytes, err: bytes) -> list[dict[str, Any]]:
    try:
        said = json.loads(out)
    except ValueError:
        last = err.decode(errors="replace").strip().rpartition("\n")[2]
        raise SandboxError(
            f"the sandbox fell over: {last:.200}" if last else "the sandbox was killed"
        ) from None
    ends: list[dict[str, Any]] = said.get("ends", [])
    problems = [end["said"] for end in ends if end["end"] == "problem"]
    if "problem" in said or problems:
        raise SandboxError(f"the sandbox cannot be closed: {said.get('problem') or problems[0]}")
    return ends
