"""HTTP once: encode, post, decode, time it. The only room that knows the HTTP library.

The library is httpx's API over aiohttp's connections: httpx's own pool does work for every open connection at
every request, which makes calls at high concurrency wait for the client instead of the provider.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from weakref import WeakKeyDictionary

import httpx
import orjson
from httpx_aiohttp import HttpxAiohttpClient
from httpx_sse import EventSource

from workbench.calls import Attempt, Call, Chunk, Completion, Endpoint, Progress, Timeouts, fold
from workbench.errors import (
    AuthenticationError,
    CallError,
    CallTimeoutError,
    ConfigError,
    ConnectionFailedError,
    UnreadableError,
    kind_of,
)
from workbench.protocols import ModelInfo, Protocol, protocol

BODY_CHARACTERS = 4_000
SHAPE_ERRORS = (KeyError, TypeError, ValueError, AttributeError, IndexError)
MakeHttp = Callable[[], httpx.AsyncClient]


def make_http() -> httpx.AsyncClient:
    """The HTTP client of one event loop. Waiting is bounded by our own deadlines, not by its time-outs."""
    return HttpxAiohttpClient(
        timeout=None,
        limits=httpx.Limits(max_connections=0, keepalive_expiry=60.0),  # 0 is aiohttp's word for no limit
        headers={"User-Agent": "llm-workbench", "Accept-Encoding": "gzip, deflate"},
    )


class Transport:
    """Sends calls, by a pool of connections for each event loop that uses it.

    A pool is closed when its loop shuts down in the ordinary way (`asyncio.run`), so that a client made in one
    loop, cell or thread works in another and nothing is left open.
    """

    def __init__(self, make: MakeHttp = make_http) -> None:
        self._make = make
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[httpx.AsyncClient, AsyncGenerator[None]]]
        self._pools = WeakKeyDictionary()

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
        progress = call.progress
        progress.sent_body = orjson.dumps(body)
        progress.received = b""
        progress.chunks, progress.gaps_s = [], []
        progress.duration_s = progress.ttft_s = progress.ttfv_s = None
        began = time.perf_counter()
        status: int | None = None
        failure: BaseException | None = None
        try:
            request = _request("POST", call.endpoint, path, call.timeouts, progress.sent_body)
            async with self._answer(request, call.timeouts, call.name) as (response, deadline):
                status = response.status_code
                if _streams(response):
                    completion = await _read_stream(response, deadline, wire, call, began)
                else:
                    completion = await _read_body(response, wire, call)
        except BaseException as exc:
            failure = exc
            if isinstance(exc, CallError):
                _redact(exc, call.endpoint)
                _advise(exc, call.endpoint)
            raise
        finally:
            progress.duration_s = time.perf_counter() - began
            progress.attempts.append(_attempt(progress.duration_s, status, failure))
            if isinstance(failure, CallError):
                _complete(failure, call)
        return replace(
            completion,
            provider=call.endpoint.provider,
            model=call.request.model,
            timing=progress.timing(),
            received=progress.received,
            attempts=tuple(progress.attempts),
            call_id=call.id,
        )

    async def models(self, endpoint: Endpoint, timeouts: Timeouts) -> tuple[ModelInfo, ...]:
        """The models that a provider lists.

        Raises:
            CallError: It does not answer, or not with a listing.
        """
        wire = protocol(endpoint.protocol)
        request = _request("GET", endpoint, wire.MODELS_PATH, timeouts)
        name = f"{endpoint.provider}: list of models"
        try:
            async with self._answer(request, timeouts, name) as (response, _):
                content = await response.aread()
                if response.status_code >= 400:
                    raise _refusal(response, content, wire, name)
                try:
                    body = orjson.loads(content)
                    # Together answers with the bare list that others put under "data".
                    return wire.decode_models({"data": body} if isinstance(body, list) else body)
                except SHAPE_ERRORS as exc:
                    raise _unreadable(response, content, name) from exc
        except CallError as exc:
            exc.provider = endpoint.provider
            _redact(exc, endpoint)
            _advise(exc, endpoint)
            raise

    async def aclose(self) -> None:
        """Close the connections of the running loop; those of other loops close with them."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool[1].aclose()

    async def _http(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if loop not in self._pools:
            http = self._make()
            # A loop closes the asynchronous generators that were begun in it before it ends: the one place
            # where it tells us that it is going, while connections can still be closed.
            guard = _closing(http)
            self._pools[loop] = (http, guard)
            await anext(guard)
        return self._pools[loop][0]

    @contextlib.asynccontextmanager
    async def _answer(
        self, request: httpx.Request, timeouts: Timeouts, name: str
    ) -> AsyncIterator[tuple[httpx.Response, _Deadline]]:
        """Send a request, and translate what goes wrong between us and the provider, reading included."""
        http = await self._http()
        deadline = _Deadline(timeouts)
        try:
            async with asyncio.timeout_at(deadline.at) as deadline.timer:
                response = await http.send(request, stream=True)
                deadline.answered = True
                try:
                    yield response, deadline
                finally:
                    await response.aclose()
        except TimeoutError as exc:
            raise CallTimeoutError(f"{name}: {deadline.missed()}") from exc
        except httpx.TimeoutException as exc:
            # httpx-aiohttp calls every lost connection a time-out; only some of them are.
            if deadline.answered:
                raise _cut(name) from exc
            if isinstance(exc.__cause__, TimeoutError):
                raise ConnectionFailedError(
                    f"{name}: no connection to {_origin(request)} within {timeouts.connect_s:g} s"
                ) from exc
            raise ConnectionFailedError(f"{name}: {_origin(request)} hung up before it answered") from exc
        except httpx.ConnectError as exc:
            raise ConnectionFailedError(
                f"{name}: nothing answers at {_origin(request)} ({exc}): is the server running, is the URL right?"
            ) from exc
        except (httpx.ReadError, httpx.RemoteProtocolError) as exc:
            raise _cut(name) from exc
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as exc:
            raise ConfigError(f"{name}: {_origin(request)} is no URL that can be called: {exc}") from exc
        except httpx.HTTPError as exc:
            raise ConnectionFailedError(f"{name}: {_origin(request)}: {type(exc).__name__}: {exc}") from exc


def _cut(name: str) -> CallTimeoutError:
    return CallTimeoutError(f"{name}: the answer stopped half way: the connection was cut")


class _Deadline:
    """One timer for the phases of an answer: to its first piece, then from piece to piece, and all in all."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._loop = asyncio.get_running_loop()
        self._timeouts = timeouts
        now = self._loop.time()
        self._end = None if timeouts.total_s is None else now + timeouts.total_s
        self._silent = True
        self.answered = False
        self.at = self._sooner(now, timeouts.first_byte_s)
        self.timer: asyncio.Timeout | None = None

    def heard(self) -> None:
        """A piece has arrived: wait for the next one from now on."""
        self._silent = False
        self.at = self._sooner(self._loop.time(), self._timeouts.between_chunks_s)
        if self.timer is not None:
            self.timer.reschedule(self.at)

    def missed(self) -> str:
        """What did not come in time, in words."""
        if self.at is not None and self.at == self._end:
            return f"not complete within {self._timeouts.total_s:g} s (total_s)"
        if self._silent:
            return f"no answer within {self._timeouts.first_byte_s:g} s (first_byte_s)"
        return f"the answer stopped half way: nothing for {self._timeouts.between_chunks_s:g} s (between_chunks_s)"

    def _sooner(self, now: float, wait_s: float | None) -> float | None:
        if wait_s is None:
            return self._end
        return now + wait_s if self._end is None else min(now + wait_s, self._end)


async def _closing(http: httpx.AsyncClient) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await http.aclose()


def _request(
    method: str, endpoint: Endpoint, path: str, timeouts: Timeouts, body: bytes | None = None
) -> httpx.Request:
    headers = {"Content-Type": "application/json", **endpoint.headers}
    if endpoint.secret is not None:
        headers[endpoint.auth_header] = endpoint.auth_prefix + endpoint.secret.reveal()
    limits = httpx.Timeout(None, connect=timeouts.connect_s).as_dict()
    return httpx.Request(
        method, endpoint.base_url + path, headers=headers, content=body, extensions={"timeout": limits}
    )


def _streams(response: httpx.Response) -> bool:
    return response.status_code < 300 and _content_type(response) in {
        "text/event-stream",
        "application/x-ndjson",
        "application/jsonl",
    }


def _content_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


async def _read_body(response: httpx.Response, wire: Protocol, call: Call) -> Completion:
    content = await response.aread()
    call.progress.received = content
    if response.status_code >= 400:
        raise _refusal(response, content, wire, call.name)
    body = _json(content, response, call.name)
    try:
        if wire.decode_error(body) is not None:
            raise _refusal(response, content, wire, call.name)
        completion = wire.decode(body)
    except SHAPE_ERRORS as exc:
        raise _unreadable(response, content, call.name) from exc
    if call.on_chunk is not None:
        call.on_chunk(Chunk(text=completion.text, reasoning=completion.reasoning, usage=completion.usage))
    return completion


async def _read_stream(
    response: httpx.Response, deadline: _Deadline, wire: Protocol, call: Call, began: float
) -> Completion:
    received: list[str] = []
    done = False
    try:
        async with contextlib.aclosing(_events(response)) as events:
            async for data in events:
                deadline.heard()
                if data == wire.END:
                    done = True
                    break
                received.append(data)
                chunk = _decode_event(data.encode(), response, wire, call.name)
                done = done or chunk.done
                _note(chunk, call.progress, began)
                if call.on_chunk is not None:
                    call.on_chunk(chunk)
    finally:
        call.progress.received = f"[{','.join(received)}]".encode()
    completion = fold(call.progress.chunks)
    if not done and completion.finish_reason is None:
        raise CallTimeoutError(
            f"{call.name}: the answer stopped half way: the stream ended without saying that it was complete"
        )
    return replace(completion, finish_reason=completion.finish_reason or "other")


def _decode_event(content: bytes, response: httpx.Response, wire: Protocol, name: str) -> Chunk:
    event = _json(content, response, name)
    try:
        if wire.decode_error(event) is not None:
            raise _refusal(response, content, wire, name)
        return wire.decode_event(event)
    except SHAPE_ERRORS as exc:
        raise _unreadable(response, content, name) from exc


def _note(chunk: Chunk, progress: Progress, began: float) -> None:
    """Keep a chunk and the time at which it came."""
    progress.chunks.append(chunk)
    if not chunk.has_content:
        return
    since_s = time.perf_counter() - began
    if progress.ttft_s is None:
        progress.ttft_s = since_s
    else:
        progress.gaps_s.append(since_s - progress.last_content_s)
    progress.last_content_s = since_s
    if progress.ttfv_s is None and chunk.text:
        progress.ttfv_s = since_s


async def _events(response: httpx.Response) -> AsyncGenerator[str]:
    """The data of each event: of server-sent events, or the lines of an NDJSON body."""
    if _content_type(response) == "text/event-stream":
        async with contextlib.aclosing(EventSource(response).aiter_sse()) as events:
            async for event in events:
                if event.data:
                    yield event.data
    else:
        async for line in response.aiter_lines():
            if line.strip():
                yield line


def _json(content: bytes, response: httpx.Response, name: str) -> Mapping[str, Any]:
    try:
        body = orjson.loads(content)
    except ValueError as exc:
        raise _unreadable(response, content, name) from exc
    if not isinstance(body, dict):
        raise _unreadable(response, content, name)
    return body


def _unreadable(response: httpx.Response, content: bytes, name: str) -> UnreadableError:
    kind = _content_type(response) or "no content type"
    text = content.decode(errors="replace")
    return UnreadableError(
        f"{name}: the answer of {_origin(response.request)} ({response.status_code}, {kind}) is not in the protocol; "
        f"it begins with {text[:80]!r}: is the base URL right?",
        status=response.status_code,
        body=text[:BODY_CHARACTERS],
        request_id=_request_id(response),
    )


def _refusal(response: httpx.Response, content: bytes, wire: Protocol, name: str) -> CallError:
    """The error that a provider answered with, by its status and its own words."""
    words = None
    with contextlib.suppress(*SHAPE_ERRORS):  # a proxy's error page is in nobody's protocol
        words = wire.decode_error(orjson.loads(content))
    text = content.decode(errors="replace")
    message = words.message if words else text[:200] or response.reason_phrase
    code = words.code if words else None
    kind, retryable = kind_of(response.status_code, code, message)
    told = response.headers.get("x-should-retry")  # OpenAI's own word on whether to try again
    if told in {"true", "false"}:
        retryable = told == "true"
    return kind(
        f"{name}: {response.status_code}{f' {code}' if code else ''}: {message}",
        status=response.status_code,
        request_id=_request_id(response),
        retry_after_s=_retry_after_s(response.headers),
        body=text[:BODY_CHARACTERS],
        retryable=retryable,
    )


def _request_id(response: httpx.Response) -> str | None:
    headers = response.headers
    found: str | None = headers.get("x-request-id") or headers.get("request-id")
    return found


def _retry_after_s(headers: httpx.Headers) -> float | None:
    """Seconds to wait, of `retry-after-ms` or `Retry-After` (seconds or a date); `None` where neither is there."""
    with contextlib.suppress(KeyError, ValueError):
        return max(0.0, float(headers["retry-after-ms"]) / 1000)
    value = headers.get("retry-after")
    if value is None:
        return None
    with contextlib.suppress(ValueError):
        return max(0.0, float(value))
    with contextlib.suppress(ValueError):
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    return None


def _attempt(duration_s: float, status: int | None, failure: BaseException | None) -> Attempt:
    if failure is None:
        return Attempt(duration_s=duration_s, status=status)
    return Attempt(duration_s=duration_s, status=status, error=type(failure).__name__, message=str(failure))


def _complete(error: CallError, call: Call) -> None:
    """Say on an error what it was about and what had arrived."""
    error.provider, error.model = call.endpoint.provider, call.request.model
    error.timing = call.progress.timing()
    error.attempts = tuple(call.progress.attempts)
    if call.progress.chunks:
        error.partial = replace(
            fold(call.progress.chunks), provider=error.provider, model=error.model, call_id=call.id
        )


def _redact(error: CallError, endpoint: Endpoint) -> None:
    # Some providers repeat the key in the error that they answer with.
    if endpoint.secret is not None:
        key = endpoint.secret.reveal()
        error.args = (str(error).replace(key, "***"),)
        error.body = error.body.replace(key, "***")


def _advise(error: CallError, endpoint: Endpoint) -> None:
    if isinstance(error, AuthenticationError) and endpoint.key_hint:
        error.args = (f"{error}; {endpoint.key_hint}",)


def _origin(request: httpx.Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc.decode()}"
