"""Not for longer than the caller wants to wait, whatever happens in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from workbench.calls import Call, Completion, fold
from workbench.errors import CallTimeoutError
from workbench.pipeline import Send


async def deadline(call: Call, send: Send) -> Completion:
    """Policy: end a call that takes longer than `Timeouts.deadline_s`, queue, attempts and waits together.

    Raises:
        CallTimeoutError: It was not; not retryable, since the time for the whole call is over.
    """
    allowed_s = call.timeouts.deadline_s
    if allowed_s is None:
        return await send(call)
    call.progress.ends_at = asyncio.get_running_loop().time() + allowed_s
    timer = asyncio.timeout_at(call.progress.ends_at)
    try:
        async with timer:
            return await send(call)
    except TimeoutError as exc:
        if not timer.expired():
            raise
        raise _late(call, allowed_s) from exc


def _late(call: Call, allowed_s: float) -> CallTimeoutError:
    progress = call.progress
    error = CallTimeoutError(
        f"{call.name}: not answered within {allowed_s:g} s, {progress.queued_s:.1f} s in the queue, "
        f"{progress.waited_s:.1f} s between {len(progress.attempts)} attempts: allow more with "
        "Timeouts(deadline_s=…)",
        provider=call.endpoint.provider,
        model=call.request.model,
        request_id=progress.request_id,
        retryable=False,
    )
    error.attempts = tuple(progress.attempts)
    error.timing = progress.timing()
    if progress.chunks:
        error.partial = replace(
            fold(progress.chunks),
            provider=error.provider,
            model=error.model,
            received=progress.received,
            call_id=call.id,
        )
    return error
