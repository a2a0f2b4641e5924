"""Again, where it may help: with jitter, and not before the provider said."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import tenacity

from workbench.calls import Call, Completion
from workbench.errors import CallError
from workbench.pipeline import Policy, Send


def retry(
    attempts: int = 4,
    *,
    first_wait_s: float = 0.5,
    longest_wait_s: float = 60.0,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Policy:
    """Try a call again after an error that may pass.

    The wait is exponential with full jitter, and at least what the provider asked for in Retry-After. An
    error is raised at once where the provider asks for more than `longest_wait_s`, and where content has
    already been shown to an observer: a second answer after half of a first one would be nonsense. A try that
    would begin after the end of the whole call (`Timeouts.deadline_s`) is not begun.

    Args:
        attempts: HTTP tries in all, at least 1.
        first_wait_s: Upper bound of the first wait; it doubles each time.
        longest_wait_s: Upper bound of every wait.
        sleep: How to wait; a test gives its own.
    """
    jitter = tenacity.wait_random_exponential(multiplier=first_wait_s, max=longest_wait_s)
    stop = tenacity.stop_after_attempt(attempts)

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return max(jitter(state), _asked_for_s(error))

    async def policy(call: Call, send: Send) -> Completion:
        # Most calls succeed at once, and do without the machinery, which is a fifth of a call's CPU time.
        try:
            return await send(call)
        except CallError as exc:
            return await after(exc, call, send)

    async def after(first: CallError, call: Call, send: Send) -> Completion:
        failed = [first]

        async def attempt() -> Completion:
            if failed:
                raise failed.pop()
            return await send(call)

        def may_pass(error: BaseException) -> bool:
            shown = call.on_chunk is not None and any(chunk.has_content for chunk in call.progress.chunks)
            retryable = isinstance(error, CallError) and error.retryable
            return retryable and not shown and _asked_for_s(error) <= longest_wait_s

        def over(state: tenacity.RetryCallState) -> bool:
            ends_at = call.progress.ends_at
            now = asyncio.get_running_loop().time()
            too_late = ends_at is not None and now + state.upcoming_sleep >= ends_at
            return too_late or stop(state)

        async def pause(seconds: float) -> None:
            call.progress.waited_s += seconds
            await sleep(seconds)

        def tell(state: tenacity.RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            if call.on_wait is not None and isinstance(error, CallError):
                call.on_wait(state.upcoming_sleep, error)

        retrying = tenacity.AsyncRetrying(
            stop=over,
            wait=wait,
            retry=tenacity.retry_if_exception(may_pass),
            before_sleep=tell,
            sleep=pause,
            reraise=True,
        )
        return await retrying(attempt)

    return policy


def _asked_for_s(error: BaseException | None) -> float:
    """How long the provider asks to wait."""
    return error.retry_after_s or 0.0 if isinstance(error, CallError) else 0.0
