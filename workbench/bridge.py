"""Synchronous use of the async code: one event loop in a daemon thread, for a whole process.

It works in a script, in a notebook cell (where a loop is already running), from a widget's callback and
under papermill alike, and a connection pool that was opened on it stays open from one use to the next.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import threading
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from workbench.errors import ConfigError

T = TypeVar("T")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def _forget_loop() -> None:
    # A forked child has the loop's object but not its thread.
    global _loop, _lock  # noqa: PLW0603 - the one loop of the process
    _loop, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget_loop)


def background_loop() -> asyncio.AbstractEventLoop:
    """The process's own event loop, started when first needed."""
    global _loop  # noqa: PLW0603 - the one loop of the process
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="workbench", daemon=True).start()
        return _loop


def submit(work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
    """Start a coroutine on the background loop and return at once; the future's `cancel()` stops it."""
    return asyncio.run_coroutine_threadsafe(work, background_loop())


def run(work: Awaitable[T]) -> T:
    """Wait for an awaitable of the workbench from synchronous code, and give its result.

    An interrupt (Ctrl-C, the kernel's stop button) cancels the work, waits until it has ended and is raised
    again, so that what was under way is in the log.

    Raises:
        ConfigError: Called from the background loop itself, where it would wait for itself for ever.
    """
    if _loop is not None and _running_loop() is _loop:
        if asyncio.iscoroutine(work):
            work.close()
        raise ConfigError("run() was called from inside the workbench's own event loop: write `await` there")
    future = submit(_awaited(work))
    try:
        return future.result()
    except KeyboardInterrupt:
        future.cancel()
        concurrent.futures.wait([submit(_settled())], timeout=5)
        raise


async def _awaited(work: Awaitable[T]) -> T:
    return await work


async def _settled() -> None:
    # The cancelled work needs a few turns of the loop to write its rows and close its connections.
    for _ in range(5):
        await asyncio.sleep(0.02)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
