"""The clients that are measured: each asks the same question and reads the text and the tokens of the answer.

Every one is used as its own documentation shows it, with retries off where it has any. A client's library is
loaded when the client is made, for each is measured in a process of its own.
"""
# ruff: noqa: ARG002, D102 - every client has the methods of `Client`, which describes them

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol

QUESTION = "Which city is the capital of France? Think it over, then answer with one word. " * 4
MESSAGES = [{"role": "user", "content": QUESTION}]
BODY = {"model": "model", "messages": MESSAGES}
KEY = "sk-benchmark"


class Client(Protocol):
    """What is measured.

    Attributes:
        package: The distribution that it needs.
    """

    package: ClassVar[str]

    def __init__(self, url: str, home: Path) -> None:
        """A client of the server at `url`, which may write into the folder `home`."""

    async def ask(self) -> tuple[str, int]:
        """One call: the text of the answer and its output tokens."""

    async def close(self) -> None:
        """Close the connections, and bring to an end what else is under way."""

    def durations_s(self) -> Sequence[float]:
        """What the library itself noted, once it is closed.

        Returns:
            Seconds, one for each call, in the order in which they were asked; empty where it notes nothing.
        """

    def under_load(self) -> Sequence[bool]:
        """Of which calls the library itself says that its times are not to be believed, likewise."""
        return ()


class Httpx(Client):
    """Bare httpx with its own pool of connections."""

    package = "httpx"

    def __init__(self, url: str, home: Path) -> None:
        import httpx

        self._http = self._make(httpx)
        self._url = f"{url}/chat/completions"
        self._noted_s: list[float] = []

    def _make(self, httpx: Any) -> Any:
        return httpx.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}, timeout=60)

    async def ask(self) -> tuple[str, int]:
        answer = await self._http.post(self._url, json=BODY)
        answer.raise_for_status()
        self._noted_s.append(answer.elapsed.total_seconds())
        body = answer.json()
        return body["choices"][0]["message"]["content"], body["usage"]["completion_tokens"]

    async def close(self) -> None:
        await self._http.aclose()

    def durations_s(self) -> Sequence[float]:
        return self._noted_s


class HttpxAiohttp(Httpx):
    """httpx over aiohttp's connections: the road that the workbench takes, without the workbench."""

    package = "httpx-aiohttp"

    def _make(self, httpx: Any) -> Any:
        from httpx_aiohttp import HttpxAiohttpClient

        return HttpxAiohttpClient(headers={"Authorization": f"Bearer {KEY}"}, timeout=60)


class Aiohttp(Client):
    """Bare aiohttp."""

    package = "aiohttp"

    def __init__(self, url: str, home: Path) -> None:
        import aiohttp

        self._http = aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"})
        self._url = f"{url}/chat/completions"

    async def ask(self) -> tuple[str, int]:
        async with self._http.post(self._url, json=BODY) as answer:
            answer.raise_for_status()
            body = await answer.json()
        return body["choices"][0]["message"]["content"], body["usage"]["completion_tokens"]

    async def close(self) -> None:
        await self._http.close()

    def durations_s(self) -> Sequence[float]:
        return ()


class OpenAI(Client):
    """The openai SDK."""

    package = "openai"

    def __init__(self, url: str, home: Path) -> None:
        import openai

        self._sdk = openai.AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0)

    async def ask(self) -> tuple[str, int]:
        messages: Any = MESSAGES
        answer = await self._sdk.chat.completions.create(model="model", messages=messages)
        assert answer.usage is not None
        return answer.choices[0].message.content or "", answer.usage.completion_tokens

    async def close(self) -> None:
        await self._sdk.close()

    def durations_s(self) -> Sequence[float]:
        return ()


class LiteLLM(Client):
    """litellm, which keeps its connections in the module."""

    package = "litellm"

    def __init__(self, url: str, home: Path) -> None:
        import litellm

        self._litellm: Any = litellm
        self._url = url
        self._noted_s: list[float] = []

    async def ask(self) -> tuple[str, int]:
        answer = await self._litellm.acompletion(
            model="openai/model", messages=MESSAGES, api_base=self._url, api_key=KEY, max_retries=0
        )
        self._noted_s.append(answer._response_ms / 1000)
        return answer.choices[0].message.content, answer.usage.completion_tokens

    async def close(self) -> None:
        await self._litellm.close_litellm_async_clients()

    def durations_s(self) -> Sequence[float]:
        return self._noted_s


class Workbench(Client):
    """`workbench.Client`, which logs every call; `durations_s` is read from that log."""

    package = "llm-workbench"

    def __init__(self, url: str, home: Path) -> None:
        from workbench import Client
        from workbench.config import Settings

        self._client = Client(home=home, concurrency=64, settings=Settings(project=home, values={}))
        self._url = url

    async def ask(self) -> tuple[str, int]:
        answer = await self._client.chat("model", QUESTION, base_url=self._url, api_key=KEY)
        return answer.text, answer.usage.output_tokens or 0

    async def close(self) -> None:
        from workbench.log import Store

        await self._client.aclose()
        self._client.recorder.close()
        # The end of a process does this otherwise, where no clock of ours sees it.
        Store(self._client.home).ingest()

    def durations_s(self) -> Sequence[float]:
        return list(self._rows()["duration_s"])

    def under_load(self) -> Sequence[bool]:
        return list(self._rows()["under_load"])

    def _rows(self) -> Any:
        from workbench.log.figures import UNDER_LOAD

        query = f"SELECT duration_s, {UNDER_LOAD} AS under_load FROM calls WHERE status = 'ok' ORDER BY id"
        return self._client.log.sql(query)


CLIENTS: dict[str, type[Client]] = {
    "httpx": Httpx,
    "httpx over aiohttp": HttpxAiohttp,
    "aiohttp": Aiohttp,
    "openai": OpenAI,
    "litellm": LiteLLM,
    "workbench": Workbench,
}
"""By the name of the table's row; the first one is what the others are compared with."""
