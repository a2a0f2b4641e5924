"""When a request went out and its answer came in: noted where the bytes pass.

A task that waits for an answer gets its turn when those before it had theirs, which at fifty calls at once is
milliseconds later. So requests are stamped by whoever writes them into the connection, answers by the
connection's own callback.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler


class Clock:
    """The clock of one attempt; it runs from now on, and anew from when the request is written.

    A request that has to have a connection opened for it is not waited for: opening is part of what its
    answer takes.
    """

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._connection: _Connection | None = None

    def __enter__(self) -> Clock:
        _CLOCK.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        # Not `reset`: what is closed with its loop is closed in another context.
        _CLOCK.set(None)

    def written(self) -> None:
        """The request is being written now."""
        if self._connection is not None and self._connection.heard_at is not None:
            self._began = time.perf_counter()

    def carried_by(self, connection: Any) -> None:
        """The request goes by this connection."""
        if isinstance(connection, _Connection):
            self._connection = connection

    def heard_s(self) -> float:
        """Seconds from the request to the last piece of the answer that has arrived.

        Where nobody saw it arrive, as with an HTTP library of a test's own, to now.
        """
        heard_at = None if self._connection is None else self._connection.heard_at
        return self.since_s() if heard_at is None else max(heard_at - self._began, 0.0)

    def since_s(self) -> float:
        """Seconds from the request to now."""
        return time.perf_counter() - self._began


# Between the call and its connection lies httpx, which hands nothing through.
_CLOCK: ContextVar[Clock | None] = ContextVar("clock", default=None)


class Request(aiohttp.ClientRequest):
    """A request that tells the clock when it goes out, and by which connection."""

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        """Begin to send it."""
        if clock := _CLOCK.get():
            clock.carried_by(conn.protocol)
        return await super().send(conn)

    async def write_bytes(self, *args: Any, **kwargs: Any) -> None:
        """Write its body, and its head with it: before Python 3.12 in a task of its own, later."""
        if clock := _CLOCK.get():
            clock.written()
        await super().write_bytes(*args, **kwargs)


class Connector(aiohttp.TCPConnector):
    """Opens connections that know when they were last heard."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # The one place where aiohttp's private parts are touched: without it times are those of the task.
        kind: type[ResponseHandler] = _Connection
        self._factory = partial(kind, loop=self._loop)


class _Connection(ResponseHandler):
    heard_at: float | None = None

    def data_received(self, data: bytes) -> None:
        if data:  # aiohttp itself calls it without any, to go on reading
            self.heard_at = time.perf_counter()
        super().data_received(data)
