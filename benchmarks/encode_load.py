"""The measured process: one library writes a request and reads its answer; a line of JSON comes of it.

`python benchmarks/encode_load.py CODER REQUESTS STREAMS`

A library that can only be used whole speaks over a transport that answers from memory, and what the bare
transport takes for the same bytes, unread, is subtracted.
"""
# ruff: noqa: ARG002, D102 - every coder has the methods of `Coder`, which describes them

from __future__ import annotations

import asyncio
import importlib
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

BATCHES = 5
KEY = "sk-benchmark"
URL = "http://127.0.0.1:9/v1"
SAID = "Which of these cities is the capital of France? Think it over, then answer with one word. " * 2
MESSAGES: list[dict[str, str]] = [
    {"role": "system", "content": "Answer in one word."},
    *({"role": ("user", "assistant")[n % 2], "content": SAID} for n in range(9)),
]
PARAMS = {"temperature": 0.0, "max_tokens": 100}
# Each another one: litellm refuses an answer that repeats itself.
WORDS = [f"word{n} " for n in range(1_000)]
_HEAD = {"id": "chatcmpl-1", "created": 1_790_000_000, "model": "model"}
_USAGE = {"prompt_tokens": 420, "completion_tokens": 1_000, "total_tokens": 1_420}
ANSWER = json.dumps(
    {
        **_HEAD,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": SAID}, "finish_reason": "stop"}],
        "usage": _USAGE,
    }
).encode()
EVENTS = [
    json.dumps({**_HEAD, "object": "chat.completion.chunk", **event})
    for event in (
        *({"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]} for word in WORDS),
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": _USAGE},
    )
]
STREAM = "".join(f"data: {event}\n\n" for event in [*EVENTS, "[DONE]"]).encode()


class Coder(Protocol):
    """What is measured.

    Attributes:
        package: The distribution that it needs.
    """

    package: ClassVar[str]

    def ask(self) -> str:
        """Write the request of ten messages and read its answer: the text."""

    def stream(self) -> str:
        """Write the same and read the stream of 1,000 chunks: the text."""

    def bare(self, streamed: bool) -> int:
        """What is no part of it: bytes to and fro; the number of those that came back."""


class Functions:
    """The workbench's protocol alone: `encode`, `decode` and `decode_event`, with the JSON on both sides."""

    package = "llm-workbench"

    def __init__(self) -> None:
        import orjson

        from workbench.calls import fold
        from workbench.client.messages import messages_of
        from workbench.protocols import openai

        self._json, self._wire, self._fold = orjson, openai, fold
        self._messages = messages_of(MESSAGES)

    def ask(self) -> str:
        self._write(stream=False)
        return self._wire.decode(self._json.loads(ANSWER)).text

    def stream(self) -> str:
        self._write(stream=True)
        return self._fold([self._wire.decode_event(self._json.loads(event)) for event in EVENTS]).text

    def _write(self, *, stream: bool) -> bytes:
        from workbench.calls import Params, Request

        request = Request(
            model="model",
            messages=self._messages,
            params=Params(temperature=0.0, max_tokens=100),
            stream=stream,
        )
        return self._json.dumps(self._wire.encode(request)[1])

    def bare(self, streamed: bool) -> int:
        return 0


class Workbench:
    """The workbench's protocol and transport: headers, events of the stream, times and errors too."""

    package = "llm-workbench"

    def __init__(self) -> None:
        import httpx

        from workbench.calls import Call, Endpoint, Params, Request, Secret
        from workbench.client.messages import messages_of
        from workbench.transport import Transport

        self._loop = asyncio.new_event_loop()
        self._http = httpx.AsyncClient(transport=_from_memory(httpx))
        self._transport = Transport(lambda: self._http)
        self._call, self._request, self._params = Call, Request, Params
        self._to = Endpoint(provider="p", protocol="openai", base_url=URL, secret=Secret(KEY))
        self._messages = messages_of(MESSAGES)

    def ask(self) -> str:
        return self._loop.run_until_complete(self._sent(stream=False))

    def stream(self) -> str:
        return self._loop.run_until_complete(self._sent(stream=True))

    async def _sent(self, *, stream: bool) -> str:
        from datetime import UTC, datetime

        from uuid6 import uuid7

        request = self._request(
            model="model",
            messages=self._messages,
            params=self._params(temperature=0.0, max_tokens=100),
            stream=stream,
        )
        call = self._call(id=uuid7(), started_at=datetime.now(UTC), endpoint=self._to, request=request)
        return (await self._transport.send(call)).text

    def bare(self, streamed: bool) -> int:
        return self._loop.run_until_complete(self._unread(streamed))

    async def _unread(self, streamed: bool) -> int:
        answer = await self._http.post(f"{URL}/chat/completions", content=_asked(streamed))
        return len(answer.content)


class OpenAI:
    """The openai SDK."""

    package = "openai"

    def __init__(self) -> None:
        import openai

        # Its library is httpx, and from its version 3 httpx2, which has the same names.
        base = next(each for each in openai.DefaultHttpxClient.__mro__ if each.__module__.startswith("httpx"))
        library = importlib.import_module(base.__module__.partition(".")[0])
        self._http = library.Client(transport=_from_memory(library))
        self.sdk = openai.OpenAI(base_url=URL, api_key=KEY, max_retries=0, http_client=self._http)

    def ask(self) -> str:
        messages: Any = MESSAGES
        answer = self.sdk.chat.completions.create(
            model="model", messages=messages, temperature=0.0, max_tokens=100
        )
        return answer.choices[0].message.content or ""

    def stream(self) -> str:
        messages: Any = MESSAGES
        chunks = self.sdk.chat.completions.create(
            model="model",
            messages=messages,
            temperature=0.0,
            max_tokens=100,
            stream=True,
            stream_options={"include_usage": True},
        )
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)

    def bare(self, streamed: bool) -> int:
        return len(self._http.post(f"{URL}/chat/completions", content=_asked(streamed)).content)


class LiteLLM(OpenAI):
    """litellm, which sends its calls to such hosts by the openai SDK."""

    package = "litellm"

    def __init__(self) -> None:
        super().__init__()
        import litellm

        self._litellm: Any = litellm

    def ask(self) -> str:
        answer = self._litellm.completion(
            model="openai/model", messages=MESSAGES, client=self.sdk, max_retries=0, **PARAMS
        )
        return str(answer.choices[0].message.content)

    def stream(self) -> str:
        chunks = self._litellm.completion(
            model="openai/model",
            messages=MESSAGES,
            client=self.sdk,
            max_retries=0,
            stream=True,
            stream_options={"include_usage": True},
            **PARAMS,
        )
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


CODERS: dict[str, type[Coder]] = {
    "workbench": Workbench,
    "workbench, functions alone": Functions,
    "openai": OpenAI,
    "litellm": LiteLLM,
}
"""By the name of the table's row; the first one is what the others are compared with."""


def _asked(streamed: bool) -> bytes:
    return json.dumps({"model": "model", "messages": MESSAGES, **PARAMS, "stream": streamed}).encode()


def _from_memory(library: Any) -> Any:
    """A transport of httpx, or of a library with its names, that answers from memory."""

    def answer(request: Any) -> Any:
        streamed = b'"stream":true' in request.content.replace(b" ", b"")
        kind = "text/event-stream" if streamed else "application/json"
        return library.Response(
            200, headers={"content-type": kind}, content=STREAM if streamed else ANSWER, request=request
        )

    return library.MockTransport(answer)


def cpu_s(work: Callable[[], object], times: int) -> float:
    """CPU seconds of the process for one of so many, all threads together."""
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times


def main(name: str, requests: int, streams: int) -> None:
    """Measure one coder and print its figures, in seconds of CPU."""
    coder = CODERS[name]()
    assert coder.ask() == SAID
    assert coder.stream() == "".join(WORDS)

    def measured(work: Callable[[], object], streamed: bool, times: int) -> float:
        rounds = [cpu_s(work, times) - cpu_s(lambda: coder.bare(streamed), times) for _ in range(BATCHES)]
        return statistics.median(rounds)

    figures = {
        "request_s": measured(coder.ask, False, requests),
        "stream_s": measured(coder.stream, True, streams),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
