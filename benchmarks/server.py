"""A server that costs next to nothing: one fixed answer in OpenAI's format, after a set time.

It runs in a process of its own and says what it cost itself, so that nobody has to believe that it was not
the bottleneck. `start` is the way in for the benchmarks; `python benchmarks/server.py 20` serves by hand, the
number being the latency in milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ANSWER = {
    "id": "chatcmpl-benchmark",
    "object": "chat.completion",
    "created": 1_700_000_000,
    "model": "model",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Paris is the capital of France. " * 10},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 60, "completion_tokens": 70, "total_tokens": 130},
}


def _response(body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


_ANSWER = _response(ANSWER)
_LENGTH = b"content-length:"


class Answering(asyncio.Protocol):
    """One connection; every POST gets the answer, every GET the figures of the server.

    Args:
        latency_s: From the last byte of a request to the first of its answer.
        held_s: Where the time that each request really took in here is written down.
    """

    def __init__(self, latency_s: float, held_s: list[float]) -> None:
        self._latency_s = latency_s
        self._held_s = held_s
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Collect a request; no client here sends the next one before it has its answer."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        if head.startswith(b"GET"):
            self._received = b""
            self._transport.write(_response(self._figures()))
            return
        length = head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0]
        if len(body) < int(length):  # a client that sends chunks fails here, and is seen
            return
        self._received = b""
        came = time.perf_counter()
        if self._latency_s:
            asyncio.get_running_loop().call_later(self._latency_s, self._answer, came)
        else:
            self._answer(came)

    def _answer(self, came: float) -> None:
        self._held_s.append(time.perf_counter() - came)
        self._transport.write(_ANSWER)

    def _figures(self) -> dict[str, float]:
        held_s = self._held_s.copy()
        self._held_s.clear()
        return {
            "calls": len(held_s),
            "cpu_s": time.process_time(),
            "held_p50_s": statistics.median(held_s) if held_s else 0.0,
        }


async def serve(latency_s: float) -> None:
    """Serve on a free port, which is written to standard output, until standard input closes."""
    loop = asyncio.get_running_loop()
    held_s: list[float] = []
    server = await loop.create_server(lambda: Answering(latency_s, held_s), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    closed = asyncio.Event()
    loop.add_reader(sys.stdin, closed.set)
    await closed.wait()


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the server says of the calls since it was last asked.

    Attributes:
        calls: How many it answered.
        cpu_s: CPU seconds of its process since it started.
        held_p50_s: Median of the time that it held a call, seconds: the true latency.
    """

    calls: int
    cpu_s: float
    held_p50_s: float


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server; its `url` ends with `/v1`."""

    url: str

    def figures(self) -> Figures:
        """Its figures since they were last asked for."""
        with urllib.request.urlopen(self.url) as answer:
            return Figures(**json.load(answer))


@contextmanager
def start(latency_s: float) -> Iterator[Server]:
    """A server in a process of its own, which ends with this block, or with us."""
    command = [sys.executable, str(Path(__file__)), str(latency_s * 1000)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield Server(url=f"http://127.0.0.1:{int(process.stdout.readline())}/v1")
        process.communicate()  # closes its standard input


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]) / 1000))
