"""Reading an answer: whole, or event by event."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing

import httpx
from httpx_sse import EventSource

from workbench.transport.deadline import Deadline
from workbench.transport.eventstream import EVENT_STREAM, aws_events
from workbench.transport.failures import content_type

SERVER_SENT = "text/event-stream"
STREAMS = frozenset({SERVER_SENT, EVENT_STREAM, "application/x-ndjson", "application/jsonl"})


class Heard(httpx.AsyncByteStream):
    """The body of an answer, each piece of which starts the deadline anew, be it a mere sign of life."""

    def __init__(self, body: httpx.AsyncByteStream, deadline: Deadline) -> None:
        self._body = body
        self._deadline = deadline

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._body:
            self._deadline.heard()
            yield piece

    async def aclose(self) -> None:
        """Let the connection go."""
        await self._body.aclose()


def streams(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer comes in events: its content type decides, not what was asked for.

    Args:
        status: Of the answer.
        headers: Of the answer, their names in lower case.
    """
    return status < 300 and content_type(headers) in STREAMS


async def body_of(response: httpx.Response, headers: Mapping[str, str]) -> bytes:
    """The whole body, unpacked."""
    body = response.stream
    if (
        isinstance(body, httpx.AsyncByteStream)
        and not response.is_stream_consumed
        and "content-encoding" not in headers
    ):
        # What is not packed goes without the generators that httpx unpacks with.
        return b"".join([piece async for piece in body])
    return await response.aread()


async def events(response: httpx.Response) -> AsyncGenerator[str]:
    """The data of each event: of server-sent events, of AWS's frames, or the lines of an NDJSON body."""
    kind = content_type(response.headers)
    if kind == SERVER_SENT:
        async with aclosing(EventSource(response).aiter_sse()) as sent:
            async for event in sent:
                if event.data:
                    yield event.data
        return
    if kind == EVENT_STREAM:
        async with aclosing(aws_events(response.aiter_bytes())) as sent:
            async for data in sent:
                yield data
        return
    # Not `aiter_lines`: it takes U+2028 and its like for line ends, which JSON may have inside its texts.
    begun = b""
    async for piece in response.aiter_bytes():
        *lines, begun = (begun + piece).split(b"\n")
        for line in lines:
            if line.strip():
                yield line.decode(errors="replace")
    if begun.strip():
        yield begun.decode(errors="replace")
