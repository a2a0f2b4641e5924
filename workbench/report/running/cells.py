"""The cells of a notebook one after another, by papermill's client."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient

from workbench.report.running.failure import Failure, without_colours
from workbench.report.running.kernel import ENDING_S, HURRIED_S, Kernel
from workbench.report.running.saving import Saving, Write
from workbench.report.running.stops import Stops

INTERRUPTED_S = 3.0
"""How long an interrupted cell may take to end before its kernel is killed."""
START_S = 120
OUTPUT_S = 60
"""How long a cell's last outputs may take to arrive; papermill's 4 s are too few on a busy machine."""

_logger = logging.getLogger("workbench.report")


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a run is: a cell that begins.

    Attributes:
        cell: Which of the cells with code, from 1.
        cells: How many there are.
        heading: The heading that it stands under, or its first line.
        seconds: Since the run began.
    """

    cell: int
    cells: int
    heading: str
    seconds: float


class Run:
    """One run of a notebook.

    Args:
        document: The notebook; outputs get into it while it runs.
        environment: Settings for its kernel.
        write: Keeps the notebook as it is so far.
        stops: Tells the run to stop.
        cell_timeout_s: How long one cell may take.
        timeout_s: How long all of them may take, the kernel's start included.
        on_progress: Called where a cell begins.

    Attributes:
        cells: How many cells have code.
        cells_run: How many of them were begun.
    """

    def __init__(
        self,
        document: nbformat.NotebookNode,
        *,
        environment: Mapping[str, str],
        write: Write,
        stops: Stops,
        cell_timeout_s: float | None,
        timeout_s: float | None,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.cells = sum(map(_runs, document.cells))
        self.cells_run = 0
        self._document = document
        self._environment = environment
        self._saving = Saving(document, write)
        self._stops = stops
        self._cell_timeout_s, self._timeout_s = cell_timeout_s, timeout_s
        self._on_progress = on_progress
        self._began = time.monotonic()
        self._hurry: asyncio.Future[signal.Signals]
        self._stop: asyncio.Future[signal.Signals]

    async def __call__(self) -> Failure | None:
        """Run all cells, up to the first that fails; the kernel is gone afterwards."""
        self._stop = asyncio.wrap_future(self._stops.first)
        self._hurry = asyncio.wrap_future(self._stops.second)
        self._saving.notebook_start()
        self._kernel = Kernel(self._environment)
        self._client = PapermillNotebookClient(
            self._saving,
            km=self._kernel.manager,
            startup_timeout=START_S,
            iopub_timeout=OUTPUT_S,
            extra_arguments=self._kernel.arguments,
            log=_logger,
        )
        try:
            failure = await self._start() or await self._all()
        finally:
            if self._client.kc is not None:
                self._client.kc.stop_channels()
            await self._kernel.end(HURRIED_S if self._stop.done() else ENDING_S)
            self._saving.notebook_complete()
            self._stop.cancel()
            self._hurry.cancel()
        return failure

    async def _start(self) -> Failure | None:
        async def start() -> None:
            await self._client.async_start_new_kernel(**self._kernel.how_to_start())
            await self._client.async_start_new_kernel_client()

        starting = asyncio.ensure_future(start())
        if stopped := await self._stopped(starting, None):
            starting.cancel()
            await asyncio.wait({starting})
            await self._kernel.kill()
            return stopped
        try:
            starting.result()
        except (RuntimeError, OSError) as exc:
            return Failure(kind="kernel died", message=f"no kernel could be started: {exc}")
        return None

    async def _all(self) -> Failure | None:
        failure, ended = None, False
        for index, cell in enumerate(self._document.cells):
            if not _runs(cell):
                continue
            self.cells_run += 1
            heading = _heading(self._document, index)
            if self._on_progress is not None:
                seconds = time.monotonic() - self._began
                self._on_progress(
                    Progress(cell=self.cells_run, cells=self.cells, heading=heading, seconds=seconds)
                )
            self._saving.cell_start(cell, index)
            try:
                failure, ended = await self._one(cell, index)
                if failure is not None:
                    failure = replace(failure, cell=self.cells_run, heading=heading)
                    self._saving.cell_exception(cell, index)
            finally:
                self._saving.cell_complete(cell, index)
            if failure is not None or ended:
                break
        if failure is None:
            self._client.set_widgets_metadata()
        return failure

    async def _one(self, cell: nbformat.NotebookNode, index: int) -> tuple[Failure | None, bool]:
        """Run a cell; gives why it failed, and whether it ended the notebook in good order."""
        running = asyncio.ensure_future(self._client.async_execute_cell(cell, index))
        stopped = await self._stopped(running, self._cell_timeout_s)
        if stopped is not None:
            await self._end(running)
        try:
            await running
        except CellExecutionError as exc:
            if exc.ename == "SystemExit" and exc.evalue in {"", "0", "None"}:
                return stopped, True
            raised = _raised(exc, cell)
            return raised if stopped is None else replace(stopped, traceback=raised.traceback), False
        except DeadKernelError:
            return stopped or await self._kernel.why_it_died(), False
        except CellTimeoutError:
            message = f"its outputs did not arrive within {OUTPUT_S} s"
            return stopped or Failure(kind="timeout", message=message), False
        return stopped, False

    async def _stopped(self, work: Awaitable[Any], limit_s: float | None) -> Failure | None:
        """Wait for work; why it has to stop, if it has to."""
        work = asyncio.ensure_future(work)
        left = None if self._timeout_s is None else self._began + self._timeout_s - time.monotonic()
        whole = left is not None and (limit_s is None or left < limit_s)
        patience = left if whole else limit_s
        await asyncio.wait(
            {work, self._stop},
            timeout=None if patience is None else max(0.0, patience),
            return_when=asyncio.FIRST_COMPLETED,
        )
        if self._stop.done():
            number = self._stop.result()
            return Failure(kind="interrupted", message=f"interrupted by {number.name}", signal=number)
        if work.done():
            return None
        what, limit = ("the notebook", self._timeout_s) if whole else ("the cell", limit_s)
        return Failure(kind="timeout", message=f"{what} took longer than {limit:g} s")

    async def _end(self, running: asyncio.Future[Any]) -> None:
        await self._kernel.interrupt()
        await asyncio.wait({running, self._hurry}, timeout=INTERRUPTED_S, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            await self._kernel.kill()  # the client hears of it within a second


def _runs(cell: nbformat.NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def _heading(document: nbformat.NotebookNode, index: int) -> str:
    """The heading nearest above a cell; its own first line where there is none."""
    for cell in reversed(document.cells[:index]):
        headings = [line for line in cell.source.splitlines() if line.startswith("#")]
        if cell.cell_type == "markdown" and headings:
            return str(headings[-1]).lstrip("#").strip()
    return str(document.cells[index].source).lstrip("# \n").splitlines()[0][:60]


def _raised(error: CellExecutionError, cell: nbformat.NotebookNode) -> Failure:
    errors = [output for output in cell.outputs if output.output_type == "error"]
    lines = [line for output in errors for line in output.get("traceback", [])]
    return Failure(
        kind="out of memory" if error.ename == "MemoryError" else "cell",
        message=f"{error.ename}: {error.evalue}" if error.evalue else error.ename,
        traceback=without_colours("\n".join(lines)),
    )
