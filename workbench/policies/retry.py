"""Again, where it may help: with jitter, and not before the provider said."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from workbench.calls import Call, Completion
from workbench.errors import CallError
from workbench.pipeline import Policy, Send


def retry(
    attempts: int = 4,
    *,
    first_wait_s: float = 0.5,
    longest_wait_s: float = 60.0,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    rng: random.Random | None = None,
) -> Policy:
    """Try a call again after an error that may pass.

    The wait is exponential with full jitter, and at least what the provider asked for in Retry-After. An
    error is raised at once where the provider asks for more than `longest_wait_s`, and where content has
    already been shown to an observer: a second answer after half of a first one would be nonsense.

    Args:
        attempts: HTTP tries in all, at least 1.
        first_wait_s: Upper bound of the first wait; it doubles each time.
        longest_wait_s: Upper bound of every wait.
        sleep: How to wait; a test gives its own.
        rng: Where the jitter comes from.

    Source:
        M. Brooker (2015), Exponential Backoff and Jitter, https://aws.amazon.com/blogs/architecture/.
    """
    jitter = rng or random.Random()  # noqa: S311 - spreads calls, hides nothing

    def wait_s(error: CallError, tries: int) -> float:
        most_s = min(longest_wait_s, first_wait_s * 2 ** (tries - 1))
        return max(jitter.uniform(0.0, most_s), error.retry_after_s or 0.0)

    def may_pass(error: CallError, call: Call) -> bool:
        shown = call.on_chunk is not None and any(chunk.has_content for chunk in call.progress.chunks)
        return error.retryable and not shown and (error.retry_after_s or 0.0) <= longest_wait_s

    async def policy(call: Call, send: Send) -> Completion:
        for tries in range(1, attempts):
            try:
                return await send(call)
            except CallError as exc:
                if not may_pass(exc, call):
                    raise
                pause_s = wait_s(exc, tries)
            call.progress.waited_s += pause_s
            await sleep(pause_s)
        return await send(call)

    return policy
