"""One HTTP request of a call: from a `Call` to its `Completion`, or to an error that says why not."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

import httpx
import orjson

from workbench.calls import Call, Completion, Endpoint, Timeouts
from workbench.errors import ConfigError
from workbench.protocols import SHAPE_ERRORS, ModelInfo, protocol
from workbench.transport.answer import Answer
from workbench.transport.authorising import authorise
from workbench.transport.clock import Clock
from workbench.transport.deadline import Deadline
from workbench.transport.failures import LOST, Failures
from workbench.transport.lag import Lag
from workbench.transport.listing import list_models
from workbench.transport.pools import MakeHttp, Pools, make_http
from workbench.transport.reading import Heard

T = TypeVar("T")
LOG = logging.getLogger("workbench")
HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": "llm-workbench",
    "Accept-Encoding": "gzip, deflate",  # what can be unpacked without further libraries
}


class Transport:
    """Sends calls, by a pool of connections for each event loop that uses it."""

    def __init__(self, make: MakeHttp = make_http) -> None:
        self._pools = Pools(make)
        self._lag = Lag()

    async def send(self, call: Call) -> Completion:
        """Make one HTTP request of a call and give the completion; `call.progress` is told on the way.

        Raises:
            ConfigError: The request cannot be expressed in the protocol; nothing was sent.
            CallError: Something was sent, and no completion came of it; `partial` holds what had arrived.
        """
        wire = protocol(call.endpoint.protocol)
        path, body = wire.encode(call.request)
        for old, new in call.endpoint.renames.items():
            if old in body:
                value = body.pop(old)
                body |= {new: value} if new else {}
        try:
            call.progress.restart(orjson.dumps(body))
        except TypeError as exc:
            raise ConfigError(f"{call.name}: a parameter cannot be written as JSON: {exc}") from exc
        request = await _request("POST", call.endpoint, path, call.timeouts, call.progress.sent_body)
        failures = Failures(name=call.name, endpoint=call.endpoint, wire=wire, timeouts=call.timeouts)
        http = await self._pools.http()
        clock = Clock()
        answer = Answer(call, failures, clock)
        listener = self._lag.listen()
        failure: BaseException | None = None
        try:
            with clock:
                async with _exchange(http, request, failures) as response:
                    completion = await answer.read(response)
        except BaseException as exc:
            failure = exc
            raise
        finally:
            call.progress.lag_s = listener.end()
            answer.end(failure)
        return replace(
            completion,
            provider=call.endpoint.provider,
            model=call.request.model,
            timing=call.progress.timing(),
            received=call.progress.received,
            attempts=tuple(call.progress.attempts),
            call_id=call.id,
        )

    async def models(self, endpoint: Endpoint, timeouts: Timeouts) -> tuple[ModelInfo, ...]:
        """The models that a provider lists.

        Raises:
            CallError: It does not answer, or not with a listing.
        """

        async def ask(
            place: Endpoint, path: str, decode: Callable[[Any], T], body: Mapping[str, Any] | None
        ) -> T:
            return await self.ask(place, path, timeouts, decode, what="list of models", body=body)

        return await list_models(endpoint, protocol(endpoint.protocol), ask)

    async def ask(
        self,
        endpoint: Endpoint,
        path: str,
        timeouts: Timeouts,
        decode: Callable[[Any], T],
        *,
        what: str,
        body: Mapping[str, Any] | None = None,
    ) -> T:
        """Ask a provider for something besides an answer of a model, such as its models.

        Args:
            endpoint: Who is asked.
            path: Appended to the base URL, or a whole URL.
            timeouts: How long to wait.
            decode: Reads the answer's JSON; one of `SHAPE_ERRORS` says that it is not what was asked for.
            what: What is asked for, for messages of errors.
            body: Is posted; without it the path is got.

        Raises:
            CallError: It does not answer, or refuses, or answers something else.
        """
        method, content = ("GET", None) if body is None else ("POST", orjson.dumps(body))
        request = await _request(method, endpoint, path, timeouts, content)
        failures = Failures(
            name=f"{endpoint.provider}: {what}",
            endpoint=endpoint,
            wire=protocol(endpoint.protocol),
            timeouts=timeouts,
        )
        async with _exchange(await self._pools.http(), request, failures) as response:
            received = await response.aread()
        if response.status_code >= 400:
            raise failures.refused(response, received)
        with contextlib.suppress(*SHAPE_ERRORS):
            return decode(orjson.loads(received))
        raise failures.unreadable(response, received)

    async def aclose(self) -> None:
        """Close the connections of the running loop; those of other loops close with them."""
        await self._pools.aclose()


@contextlib.asynccontextmanager
async def _exchange(
    http: httpx.AsyncClient, request: httpx.Request, failures: Failures
) -> AsyncIterator[httpx.Response]:
    """Send a request and let its answer be read, in time; say in our words what goes wrong on the way."""
    deadline = Deadline(failures.timeouts)
    try:
        async with deadline:
            response = await http.send(request, stream=True)
            deadline.answered = True
            if LOG.isEnabledFor(logging.DEBUG):
                # Not the whole URL: there may be a password in it.
                at = f"{request.url.host}{request.url.path}"
                LOG.debug("%s %s: %d", request.method, at, response.status_code)
            if isinstance(response.stream, httpx.AsyncByteStream):
                response.stream = Heard(response.stream, deadline)
            try:
                yield response
            finally:
                await response.aclose()
    except TimeoutError as exc:
        if not deadline.missed:
            raise
        raise failures.late(deadline) from exc
    except LOST as exc:
        raise failures.lost(exc, deadline) from exc


async def _request(
    method: str, endpoint: Endpoint, path: str, timeouts: Timeouts, body: bytes | None = None
) -> httpx.Request:
    limits = {"connect": timeouts.connect_s, "read": None, "write": None, "pool": None}
    url = _url(path if path.startswith("https://") else endpoint.base_url + path)
    if endpoint.query:
        url = url.copy_merge_params(dict(endpoint.query))
    headers = httpx.Headers({"Host": url.netloc.decode(), **HEADERS, **_length(body)})
    if endpoint.headers:
        headers.update(endpoint.headers)
    # Beside a stream httpx leaves the headers alone: seeing what they lack takes longer than all of this.
    stream = httpx.ByteStream(body or b"")
    request = httpx.Request(method, url, headers=headers, stream=stream, extensions={"timeout": limits})
    request.read()
    await authorise(endpoint, request)
    return request


def _length(body: bytes | None) -> dict[str, str]:
    return {} if body is None else {"Content-Length": str(len(body))}


@lru_cache(maxsize=256)
def _url(text: str) -> httpx.URL:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL as exc:
        raise ConfigError(f"{text!r} is no URL that can be called: {exc}: mend the base URL") from exc
