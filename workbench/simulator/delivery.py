"""Sending a script over a socket, on time, and noticing when the client has left."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiohttp import web

from workbench.simulator.journal import Entry
from workbench.simulator.script import Script

LONGEST_HANG_S = 600.0
# How often a waiting answer looks whether the client is still there, seconds.
_GLANCE_S = 0.05


class ClientGoneError(ConnectionError):
    """The client closed the connection before the answer was whole."""


async def deliver(
    request: web.Request, script: Script, *, headers: Mapping[str, str], since: float, entry: Entry
) -> web.StreamResponse:
    """Send what a script says; `since` is the loop's time at which the request came.

    Each frame has its own deadline, so a late one does not make the next ones late.
    """
    response = web.StreamResponse(
        status=script.status, headers={**headers, "Content-Type": script.content_type}
    )
    if script.ending == "end" and len(script.frames) == 1:
        response.content_length = len(script.frames[0][1])
    try:
        for due_s, frame in script.frames:
            await _wait_until(since + due_s, request)
            if not response.prepared:
                entry.status = script.status
                await response.prepare(request)
            if frame:
                await response.write(frame)
        if script.ending == "hang":
            await _wait_until(asyncio.get_running_loop().time() + LONGEST_HANG_S, request)
    except asyncio.CancelledError:
        entry.disconnected = True
        raise
    except ConnectionError:  # everyday life of a server: nobody is left to be told
        entry.disconnected = True
        return response
    if script.ending != "end" and request.transport is not None:
        request.transport.abort()
    elif not response.prepared:
        entry.status = script.status
    return response


async def _wait_until(deadline: float, request: web.Request) -> None:
    loop = asyncio.get_running_loop()
    while True:
        if request.transport is None or request.transport.is_closing():
            raise ClientGoneError
        left = deadline - loop.time()
        if left <= 0:
            return
        await asyncio.sleep(min(left, _GLANCE_S))
