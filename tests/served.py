"""Servers for tests to talk to: the simulator with its faults and journal, any other one in a few lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from aiohttp import web

ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "small-1",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Oslo"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Steered:
    """The simulator, with what is to go wrong in it."""

    url: str
    session: aiohttp.ClientSession

    async def fault(self, fault: str, *, model: str = "*", **fields: Any) -> None:
        """Order a fault for the next request."""
        async with self.session.post("/faults", json={"fault": fault, "model": model, **fields}) as answer:
            assert answer.status == 204, await answer.text()

    async def forget_faults(self) -> None:
        async with self.session.delete("/faults") as answer:
            assert answer.status == 204

    async def requests(self, mark: str) -> list[dict[str, Any]]:
        """The requests whose body has this mark, oldest first."""
        async with self.session.get("/journal") as answer:
            entries: list[dict[str, Any]] = await answer.json()
        return [entry for entry in entries if mark in orjson.dumps(entry["body"]).decode()]

    async def last_request(self, mark: str) -> dict[str, Any]:
        return (await self.requests(mark))[-1]

    async def disconnected(self, mark: str) -> bool:
        """Whether the client of the last such request leaves before its answer is whole; waits for it."""
        async with asyncio.timeout(5):
            while not (await self.last_request(mark))["disconnected"]:
                pass
        return True


@asynccontextmanager
async def serving(handle: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """A web server that answers everything by `handle`; gives its URL."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def answering(*pieces: bytes, stay: bool = False) -> AsyncIterator[str]:
    """A server that reads a request and sends these bytes as they are, and closes or stays; gives its URL."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            for line in head.split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    await reader.readexactly(int(line.partition(b":")[2]))
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            if stay:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def stream_head(kind: str = "text/event-stream") -> bytes:
    """The head of a streamed answer whose end is the connection's."""
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode()


def sent_event(text: str | None, finish_reason: str | None = None, **fields: Any) -> bytes:
    """An event of OpenAI's protocol."""
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return (
        b"data: "
        + orjson.dumps({"id": "chatcmpl-1", "model": "small-1", "choices": [choice], **fields})
        + b"\n\n"
    )
