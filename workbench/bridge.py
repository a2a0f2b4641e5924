"""Synchronous use of the async code: one event loop in a daemon thread, for a whole process.

It works in a script, in a notebook cell (where a loop is already running), from a widget's callback and
under papermill alike, and a connection pool that was opened on it stays open from one use to the next.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import os
import threading
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from workbench.errors import ConfigError

T = TypeVar("T")
# How long an interrupt, or the end of the process, waits for what was under way.
PATIENCE_S = 5.0
TURN_S = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class _Background:
    """The loop, the thread that it runs in, and what ends it."""

    loop: asyncio.AbstractEventLoop
    thread: threading.Thread
    ended: asyncio.Event


_lock = threading.Lock()
_background: _Background | None = None


def background_loop() -> asyncio.AbstractEventLoop:
    """The process's own event loop, started when first needed, ended in good order with the process."""
    global _background  # noqa: PLW0603 - the one loop of the process
    with _lock:
        if _background is None:
            _background = _start()
            # Registered now and not at import: what was registered before, the log's end, has to come after.
            atexit.register(_end, _background)
        return _background.loop


def submit(work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
    """Start a coroutine on the background loop and return at once; the future's `cancel()` stops it."""
    return asyncio.run_coroutine_threadsafe(work, background_loop())


async def ended(work: concurrent.futures.Future[T]) -> T:
    """Wait for what was submitted, from any loop, and give its result; cancelled, it cancels the work too."""
    future = asyncio.wrap_future(work)
    try:
        while not future.done():
            # A loop that nothing wakes does not hear an interrupt that another thread was given, as a cell
            # that waits would not hear the kernel's stop button: https://github.com/ipython/ipykernel/issues/881
            await asyncio.wait([future], timeout=TURN_S)
    finally:
        future.cancel()
    return future.result()


def run(work: Awaitable[T]) -> T:
    """Wait for an awaitable of the workbench from synchronous code, and give its result.

    An interrupt (Ctrl-C, the kernel's stop button) cancels the work, waits until it has ended and is raised
    again, so that what was under way is in the log.

    Raises:
        ConfigError: Called from the background loop itself, where it would wait for itself for ever.
    """
    if _background is not None and _background.loop is _running_loop():
        if asyncio.iscoroutine(work):
            work.close()
        raise ConfigError("run() was called from inside the workbench's own event loop: write `await` there")
    ended = threading.Event()
    future = submit(_awaited(work, ended))
    try:
        return future.result()
    except KeyboardInterrupt:
        future.cancel()
        ended.wait(PATIENCE_S)
        raise


async def _awaited(work: Awaitable[T], ended: threading.Event) -> T:
    try:
        return await work
    finally:
        ended.set()


def _start() -> _Background:
    started: concurrent.futures.Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = (
        concurrent.futures.Future()
    )

    async def serve() -> None:
        ended = asyncio.Event()
        started.set_result((asyncio.get_running_loop(), ended))
        await ended.wait()

    # asyncio.run cancels what is left at the end, and lets connections be closed.
    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="workbench", daemon=True)
    thread.start()
    loop, ended = started.result()
    return _Background(loop=loop, thread=thread, ended=ended)


def _end(background: _Background) -> None:
    if background is _background:  # and not the one of the process that this one was forked from
        background.loop.call_soon_threadsafe(background.ended.set)
        background.thread.join(PATIENCE_S)


def _after_fork() -> None:
    # A forked child has the loop's object but not its thread.
    global _background, _lock
    _background, _lock = None, threading.Lock()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
