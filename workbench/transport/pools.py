"""Connections: one pool for each event loop, closed with it.

The library is httpx's API over aiohttp's connections: httpx's own pool does work for every open connection at
every request (https://github.com/encode/httpx/issues/3215), which makes calls at high concurrency wait for
the client instead of the provider.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Callable
from functools import lru_cache
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from workbench.loops import PerLoop
from workbench.transport.clock import Connector, Request

MakeHttp = Callable[[], httpx.AsyncClient]
KEEP_IDLE_S = 60.0


class _Http(httpx.AsyncClient):
    """httpx's client with its proxies and TLS, without what an API has no use for.

    No cookies, so that a call does not depend on the one before it; no redirects, no sign-on; and no
    time-outs but for the connection, since our own deadlines bound the rest.
    """

    def __init__(self) -> None:
        super().__init__(timeout=None, verify=_tls())

    def _init_transport(self, *_: Any, **__: Any) -> httpx.AsyncBaseTransport:
        return _over_aiohttp()

    def _init_proxy_transport(self, proxy: httpx.Proxy, *_: Any, **__: Any) -> httpx.AsyncBaseTransport:
        return _over_aiohttp(proxy)

    async def send(self, request: httpx.Request, **_: Any) -> httpx.Response:
        # Past cookies, redirects and sign-on, which are half of what httpx does for a request.
        try:
            return await self._transport_for_url(request.url).handle_async_request(request)
        except (aiohttp.ClientResponseError, httpx.ProxyError) as exc:
            kind: type[httpx.HTTPError] = (
                httpx.ProxyError if isinstance(exc, httpx.ProxyError) else httpx.RemoteProtocolError
            )
            words = str(exc)
        # Not chained: aiohttp's exception shows the headers of the request, and the key is one of them.
        raise kind(words)


def make_http() -> httpx.AsyncClient:
    """The HTTP client of one event loop."""
    return _Http()


def _over_aiohttp(proxy: httpx.Proxy | None = None) -> AiohttpTransport:
    def session() -> aiohttp.ClientSession:
        # 0 is aiohttp's word for no limit: how many calls are under way is for the policy to say.
        connector = Connector(limit=0, keepalive_timeout=KEEP_IDLE_S, ssl=_tls())
        jar = aiohttp.DummyCookieJar()
        return aiohttp.ClientSession(connector=connector, cookie_jar=jar, request_class=Request)

    return AiohttpTransport(verify=_tls(), proxy=proxy, client=session)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # Reading the certificates takes longer than a call does; loops and threads may share them.
    return httpx.create_ssl_context()


class Pools:
    """The HTTP client of each event loop that asks for one.

    Before it ends (`asyncio.run` and the like) a loop closes the asynchronous generators that were begun in
    it: the one place where it tells us that it is going, while connections can still be closed.
    """

    def __init__(self, make: MakeHttp) -> None:
        self._make = make
        self._open: PerLoop[tuple[httpx.AsyncClient, AsyncGenerator[None]]] = PerLoop()

    async def http(self) -> httpx.AsyncClient:
        """The running loop's client."""
        pool = self._open.get()
        if pool is None:
            http = self._make()
            pool = self._open.put((http, _closing(http)))
            (_guards.get() or _guards.put(set())).add(pool[1])
            await anext(pool[1])
        return pool[0]

    async def aclose(self) -> None:
        """Close the running loop's client; those of other loops close with them."""
        pool = self._open.pop()
        if pool is not None:
            await pool[1].aclose()
            (_guards.get() or set()).discard(pool[1])


# Held here, since a generator that is dropped with its owner is closed by a task, which a loop that ends
# cancels. Connections of an owner that was dropped close when they have been idle, the rest with the loop.
_guards: PerLoop[set[AsyncGenerator[None]]] = PerLoop()


async def _closing(http: httpx.AsyncClient) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await http.aclose()
