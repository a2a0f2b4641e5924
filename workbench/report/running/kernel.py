"""The kernel of a report: this very Python, whatever kernels are installed, and no process left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

from workbench.report.running.failure import Failure

ENDING_S = 20.0
"""How long a kernel may take to end: the log's last rows are written then."""
HURRIED_S = 3.0
"""The same where the runner is to end too: CI kills it 7 to 10 s after it asked for that."""
_LAST = 20_000


class ThisPython(KernelSpecManager):  # type: ignore[misc] # jupyter_client has no types for mypy here
    """Knows one kernel: the Python that runs this."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The same, whatever the name."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, name=kernel_name, display_name="Python", language="python")


class Kernel:
    """A kernel's process.

    Args:
        environment: What is set for it, beside what is set for this process.

    Attributes:
        manager: Starts and ends it.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ThisPython())
        self._environment = {**os.environ, **environment}
        self._said = tempfile.NamedTemporaryFile()  # noqa: SIM115 - open as long as the process
        self._killed = False

    def how_to_start(self) -> dict[str, Any]:
        """Arguments of the manager's `start_kernel`."""
        return {"env": self._environment, "cwd": str(Path.cwd()), "stdout": self._said, "stderr": self._said}

    @property
    def arguments(self) -> list[str]:
        """Arguments of the kernel's command."""
        # A crash in a library tells where it was; in a file, as standard error is kept for the cells.
        crashes = f"__import__('faulthandler').enable(open({self._said.name!r}, 'ab'))"
        return ["--log-level=ERROR", f"--IPKernelApp.exec_lines={crashes}"]

    async def interrupt(self) -> None:
        """Ctrl-C for what runs in it."""
        if await self.manager.is_alive():
            await self.manager.interrupt_kernel()

    async def kill(self) -> None:
        """End it at once."""
        self._killed = True
        await self._to_all(signal.SIGKILL)

    async def end(self, within_s: float) -> None:
        """End it in good order, or else at once; with whatever it had started."""
        manager = self.manager
        if manager.has_kernel:
            group = manager.provisioner.pgid
            manager.shutdown_wait_time = within_s
            if await manager.is_alive():
                await manager.shutdown_kernel(now=self._killed)
            # What a dead kernel had started would live on: the group is its own, and only theirs.
            if group is not None and group != os.getpgrp():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(group, signal.SIGKILL)
        await manager.cleanup_resources()
        with contextlib.suppress(FileNotFoundError):  # where the notebook cleared it away
            self._said.close()

    async def why_it_died(self) -> Failure:
        """What its exit status and its last words on standard error say."""
        status = await self.manager.provisioner.poll() if self.manager.provisioner is not None else None
        if status == -signal.SIGKILL:
            message = "the kernel was killed, probably for lack of memory (SIGKILL)"
            return Failure(kind="out of memory", message=message, traceback=self._last_words())
        if status is not None and status < 0:
            how = f"of {signal.Signals(-status).name} ({signal.strsignal(-status)})"
        else:
            how = "" if status is None else f"with exit status {status}"
        message = f"the kernel died {how}".rstrip()
        return Failure(kind="kernel died", message=message, traceback=self._last_words())

    async def _to_all(self, number: signal.Signals) -> None:
        if self.manager.has_kernel:
            with contextlib.suppress(ProcessLookupError):
                await self.manager.signal_kernel(number)

    def _last_words(self) -> str:
        self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, self._said.tell() - _LAST))
        return self._said.read().decode("utf-8", "replace").strip()
