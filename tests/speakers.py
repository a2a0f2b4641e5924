"""How each protocol is spoken to the simulator, and a client that shows what comes over the socket."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

HELLO = [{"role": "user", "content": "Tell me something about the sea."}]


@dataclass(frozen=True)
class Speaker:
    """How a protocol is spoken, as far as these tests care."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    stream_type: str
    text_mark: str
    end_mark: str
    error_mark: str


SPEAKERS = {
    "openai": Speaker(
        path="/v1/chat/completions",
        headers={"Authorization": "Bearer secret-key"},
        body={},
        stream_type="text/event-stream",
        text_mark='"delta":{"content"',
        end_mark="[DONE]",
        error_mark='data: {"error":{',
    ),
    "anthropic": Speaker(
        path="/v1/messages",
        headers={"x-api-key": "secret-key", "anthropic-version": "2023-06-01"},
        body={"max_tokens": 500},
        stream_type="text/event-stream",
        text_mark='"type":"text_delta"',
        end_mark="message_stop",
        error_mark="event: error\n",
    ),
    "ollama": Speaker(
        path="/api/chat",
        headers={},
        body={},
        stream_type="application/x-ndjson",
        text_mark='"done":false',
        end_mark='"done":true',
        error_mark='{"error":"',
    ),
}
every_protocol = pytest.mark.parametrize("protocol", SPEAKERS)


class Wire:
    """A client that shows what comes over the socket."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def order(self, fault: str, **fields: Any) -> None:
        async with self.session.post("/faults", json={"model": "swift", "fault": fault, **fields}) as answer:
            assert answer.status == 204, await answer.text()

    def ask(
        self, protocol: str, *, stream: bool = False, **fields: Any
    ) -> aiohttp.client._RequestContextManager:
        speaker = SPEAKERS[protocol]
        body = {"model": "swift", "messages": HELLO, "stream": stream, **speaker.body, **fields}
        return self.session.post(speaker.path, json=body, headers=speaker.headers)

    async def last_entry(self, mark: str) -> dict[str, Any]:
        async with self.session.get("/journal") as answer:
            entries = await answer.json()
        found: dict[str, Any] = [entry for entry in entries if mark in json.dumps(entry["body"])][-1]
        return found
