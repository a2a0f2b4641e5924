"""Connections: kept for the next call, closed with their loop, and without a memory."""

from __future__ import annotations

import asyncio
import gzip
import threading
from pathlib import Path

import httpx
import orjson
import pytest
from aiohttp import web
from served import ANSWER, answering, sent_event, serving

from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConnectionFailedError
from workbench.providers import Host, register
from workbench.transport.pools import Pools, make_http

DONE = b"data: [DONE]\n\n"


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
async def test_calls_that_follow_each_other_share_a_connection(stream: bool, client: Client) -> None:
    ports: set[int] = set()

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        if not stream:
            return web.json_response(ANSWER)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(sent_event("Oslo", "stop"))
        await response.write(DONE)
        await asyncio.sleep(0.01)  # the end of the body comes in a packet of its own, as it often does
        return response

    async with serving(answer) as url:
        for _ in range(3):
            await client.chat("small", "?", base_url=url, stream=stream)
    assert len(ports) == 1


async def test_a_call_does_not_remember_the_cookies_of_another(client: Client) -> None:
    cookies: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        cookies.append(request.headers.get("cookie"))
        response = web.json_response(ANSWER)
        response.set_cookie("session", "first")
        return response

    async with serving(answer) as url:
        for _ in range(2):
            await client.chat("small", "?", base_url=url.replace("127.0.0.1", "localhost"))
    assert cookies == [None, None]


async def test_a_packed_answer_is_unpacked(client: Client) -> None:
    async def answer(request: web.Request) -> web.Response:
        packed = gzip.compress(orjson.dumps(ANSWER))
        return web.Response(
            body=packed, headers={"Content-Encoding": "gzip"}, content_type="application/json"
        )

    async with serving(answer) as url:
        completion = await client.chat("small", "?", base_url=url)
    assert completion.text == "Oslo"
    assert completion.raw == ANSWER


async def test_an_http_client_of_ones_own_may_have_read_the_answer(tmp_path: Path) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(ANSWER)

    async def read(response: httpx.Response) -> None:
        await response.aread()

    def make() -> httpx.AsyncClient:
        return httpx.AsyncClient(event_hooks={"response": [read]})

    async with (
        serving(answer) as url,
        Client(home=tmp_path, make_http=make) as client,
    ):
        assert (await client.chat("small", "?", base_url=url)).text == "Oslo"


async def test_a_hosts_own_header_replaces_ours_however_it_is_written(client: Client) -> None:
    told: list[tuple[str, ...]] = []

    async def answer(request: web.Request) -> web.Response:
        names = ("Host", "User-Agent", "Content-Length")
        told.append(tuple(value for name in names for value in request.headers.getall(name)))
        assert len(await request.read()) == request.content_length
        return web.json_response(ANSWER)

    async with serving(answer) as url:
        own = {"host": "models.example", "USER-AGENT": "mine"}
        register(Host(name="farm", base_url=url, needs_key=False, headers=own))
        await client.chat("farm/small", "?")
    ((host, agent, length),) = told
    assert (host, agent) == ("models.example", "mine")
    assert length.isdecimal()


async def test_the_proxy_of_the_environment_is_used_and_no_proxy_is_heeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def forward(request: web.Request) -> web.Response:
        asked.append(str(request.url))
        return web.json_response(ANSWER)

    async with serving(forward) as proxy, serving(forward) as direct:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        async with Client(home=tmp_path / "home", settings=Settings(project=tmp_path, values={})) as client:
            await client.chat("small", "?", base_url="http://models.example/v1")
            await client.chat("small", "?", base_url=f"{direct}/v1")
    assert asked == ["http://models.example/v1/chat/completions", f"{direct}/v1/chat/completions"]


async def test_a_proxy_that_refuses_is_named_and_shows_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(project=tmp_path, values={"OPENAI_API_KEY": "sk-canary-0123456789"})
    async with answering(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        async with Client(home=tmp_path / "home", settings=settings, attempts=1) as client:
            with pytest.raises(
                ConnectionFailedError, match=r"the proxy .* refused \(.*407.*HTTPS_PROXY"
            ) as caught:
                await client.chat("openai/gpt-4o", "?")
    assert "canary" not in repr(caught.value.__cause__) + repr(caught.value.__context__)


async def test_each_loop_has_its_own_connections_and_closes_them_at_its_end() -> None:
    pools = Pools(make_http)
    here = await pools.http()
    assert await pools.http() is here

    async def there() -> object:
        http = await pools.http()
        assert not http.is_closed
        return http

    found = await asyncio.to_thread(asyncio.run, there())
    assert found is not here
    assert found.is_closed  # type: ignore[attr-defined]
    assert not here.is_closed
    await pools.aclose()
    assert here.is_closed


def test_threads_that_begin_at_once_have_connections_of_their_own() -> None:
    pools = Pools(make_http)
    found: list[object] = []
    at_once = threading.Barrier(4)

    async def begin() -> None:
        at_once.wait()
        found.append(await pools.http())

    threads = [threading.Thread(target=asyncio.run, args=(begin(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 4
