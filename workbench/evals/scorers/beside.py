"""Work that would hold up the calls that are under way: done in one thread beside them."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

# One thread, so that a function of a user's own is never called twice at a time; a thread of its own, so that
# one that takes seconds does not take the place of those who read and write the log.
_WORKER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="workbench-scorer")


async def beside(function: Callable[..., Any], *args: Any) -> Any:
    """What the function gives, called in the thread of scorers, one call after the other."""
    context = contextvars.copy_context()  # what it prints goes where its caller's output goes
    return await asyncio.get_running_loop().run_in_executor(_WORKER, context.run, _called, function, args)


def _called(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    try:
        return function(*args)
    except StopIteration as exc:
        # No future can hold it, so that whoever waits for it would wait for ever.
        raise RuntimeError("StopIteration: it asked for one more than there were") from exc
