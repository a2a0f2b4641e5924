"""Not too many calls at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from workbench.calls import Call, Completion
from workbench.loops import PerLoop
from workbench.pipeline import Policy, Send


def limit(concurrency: int, per_provider: Mapping[str, int] | None = None) -> Policy:
    """Let at most so many calls of a provider be under way; the others wait, and `queued_s` says how long.

    Args:
        concurrency: At once for each provider, at least 1. Each event loop of the process counts by itself.
        per_provider: Other numbers for some providers.
    """
    numbers = per_provider or {}
    slots: PerLoop[dict[str, asyncio.Semaphore]] = PerLoop()

    def slot(provider: str) -> asyncio.Semaphore:
        of_loop = slots.get()
        if of_loop is None:
            of_loop = slots.put({})
        if provider not in of_loop:
            of_loop[provider] = asyncio.Semaphore(numbers.get(provider, concurrency))
        return of_loop[provider]

    async def policy(call: Call, send: Send) -> Completion:
        place = slot(call.endpoint.provider)
        queued_at = time.perf_counter()
        try:
            await place.acquire()
        finally:
            call.progress.queued_s += time.perf_counter() - queued_at
        try:
            return await send(call)
        finally:
            place.release()

    return policy
