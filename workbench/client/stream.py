"""A streamed answer as an asynchronous iterator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from workbench.calls import Chunk, Completion
from workbench.errors import ConfigError


class Stream:
    """The chunks of one answer, as an asynchronous iterator; leaving the loop early stops the call.

    Attributes:
        completion: The whole answer, once the iteration has ended; `None` before.
    """

    def __init__(self, start: Callable[[Callable[[Chunk], None]], Any]) -> None:
        self._start = start
        self._begun = False
        self.completion: Completion | None = None

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        if self._begun:
            raise ConfigError("a stream is read once: ask again, or keep its chunks and its completion")
        self._begun = True
        chunks: asyncio.Queue[Chunk | None] = asyncio.Queue()
        work = asyncio.ensure_future(self._start(chunks.put_nowait))
        work.add_done_callback(lambda _: chunks.put_nowait(None))
        try:
            while (chunk := await chunks.get()) is not None:
                yield chunk
            self.completion = await work
        finally:
            work.cancel()
            # Whoever leaves early does not want to hear how the call ended.
            await asyncio.gather(work, return_exceptions=True)
