"""Work that would hold up the calls that are under way: done in one thread beside them."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from typing import Any

_jobs: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()


class _Worker(threading.Thread):
    """Calls one function after the other, so that none of a user's own is called twice at a time.

    It is a thread of its own, so that a function that takes seconds does not take the place of those who read
    and write the log; and one that does not keep the process from ending, for a function may never end.
    """

    def __init__(self) -> None:
        super().__init__(name="workbench-scorer", daemon=True)
        self.job: Future[Any] | None = None
        self.left_behind = False

    def run(self) -> None:
        while not self.left_behind:
            self.job, call = _jobs.get()
            if self.job.set_running_or_notify_cancel():
                _end(self.job, call)


_worker = _Worker()
_starting = threading.Lock()


async def beside(function: Callable[..., Any], *args: Any) -> Any:
    """What the function gives, called in the thread of scorers, one call after the other.

    Where the wait for it is cancelled half way, another thread goes on with the calls after it.

    Raises:
        RuntimeError: It raised what ends a task, a thread or a process; what else it raises, it raises.
    """
    _see_that_somebody_works()
    job: Future[Any] = Future()
    context = contextvars.copy_context()  # what it prints goes where its caller's output goes
    _jobs.put((job, partial(context.run, function, *args)))
    try:
        return await asyncio.wrap_future(job)
    except asyncio.CancelledError:
        if _worker.job is job and job.running():
            _worker.left_behind = True
            _see_that_somebody_works()
        raise


def _see_that_somebody_works() -> None:
    global _worker  # noqa: PLW0603 - the one thread of scorers
    with _starting:
        begun = _worker.ident is not None
        if _worker.left_behind or (begun and not _worker.is_alive()):  # a forked process has no threads
            _worker = _Worker()
            begun = False
        if not begun:
            _worker.start()


def _end(job: Future[Any], call: Callable[[], Any]) -> None:
    try:
        job.set_result(call())
    except (StopIteration, asyncio.CancelledError, SystemExit) as exc:
        # Whoever awaited it would wait for ever, take it for his own end, or end the process.
        job.set_exception(RuntimeError(f"it raised {exc!r}"))
    except BaseException as exc:
        job.set_exception(exc)
