"""The answer to one HTTP request of a call: read, decoded and timed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace
from types import UnionType
from typing import Any

import httpx
import orjson

from workbench.calls import Attempt, Call, Chunk, Completion, fold, in_one_chunk
from workbench.errors import CallError
from workbench.protocols import SHAPE_ERRORS
from workbench.transport.aws import counts, without_token
from workbench.transport.clock import Clock
from workbench.transport.failures import LOST, Failures, request_id
from workbench.transport.hints import rest_s
from workbench.transport.reading import body_of, events, streams

# A body should end with its last event. Its connection is used again only where it has, so that is waited
# for, but not for long: some servers leave it open.
LINGER_S = 0.2


class Answer:
    """What comes of one attempt; `call.progress` is told as it comes."""

    def __init__(self, call: Call, failures: Failures, clock: Clock) -> None:
        self._call = call
        self._progress = call.progress
        self._failures = failures
        self._status: int | None = None
        self._headers: dict[str, str] = {}
        self._clock = clock

    async def read(self, response: httpx.Response) -> Completion:
        """Read the answer.

        Raises:
            CallError: It is an error, not in the protocol, or not whole.
        """
        self._status = response.status_code
        # Looked up in them often, and httpx goes through all of them each time.
        self._headers = {
            name.lower().decode("latin-1"): value.decode("latin-1") for name, value in response.headers.raw
        }
        self._progress.request_id = request_id(self._headers)
        self._progress.rest_s = rest_s(self._headers)
        if streams(self._status, self._headers):
            return await self._read_events(response)
        return await self._read_whole(response)

    def end(self, failure: BaseException | None) -> None:
        """Note that the attempt has ended, and how; an error is told what it was about."""
        if self._progress.duration_s is None:
            self._progress.duration_s = self._clock.since_s()
        self._progress.attempts.append(
            Attempt(
                duration_s=self._progress.duration_s,
                status=self._status,
                error=None if failure is None else type(failure).__name__,
                message="" if failure is None else str(failure),
            )
        )
        if isinstance(failure, CallError):
            self._complete(failure)

    async def _read_whole(self, response: httpx.Response) -> Completion:
        content = self._progress.received = without_token(response, await body_of(response, self._headers))
        self._progress.duration_s = self._clock.heard_s()
        if response.status_code >= 400:
            raise self._failures.refused(response, content)
        try:
            completion = self._decoded(response, content)
        except SHAPE_ERRORS as exc:
            raise self._failures.unreadable(response, content) from exc
        counted = counts(self._headers)
        if counted is not None or completion.finish_reason is None:
            completion = replace(
                completion,
                usage=completion.usage if counted is None else counted.updated(completion.usage),
                finish_reason=completion.finish_reason or "other",
            )
        if self._call.on_chunk is not None:
            self._call.on_chunk(in_one_chunk(completion))
        return completion

    def _decoded(self, response: httpx.Response, content: bytes) -> Completion:
        wire = self._failures.wire
        body = self._json(response, content, dict | list)
        if isinstance(body, dict):
            if wire.decode_error(body) is not None:
                raise self._failures.refused(response, content)
            return wire.decode(body)
        # Hugging Face answers with a list, and so does Gemini to some ways of asking for a stream: it is read
        # like the events of one.
        if any(wire.decode_error(event) is not None for event in body):
            raise self._failures.refused(response, content)
        chunks = [wire.decode_event(event) for event in body]
        if not any(chunk.done or chunk.finish_reason for chunk in chunks):
            raise ValueError("the list has no answer in it")
        return fold(chunks)

    async def _read_events(self, response: httpx.Response) -> Completion:
        received: list[str] = []
        whole = False
        try:
            async with aclosing(events(response)) as sent:
                async for data in sent:
                    if data == self._failures.wire.END:
                        whole = True
                        break
                    received.append(data)
                    chunk = self._chunk(response, data.encode())
                    self._progress.note(chunk, self._clock.heard_s())
                    if self._call.on_chunk is not None:
                        self._call.on_chunk(chunk)
                    if chunk.done:
                        whole = True
                        break
                self._progress.duration_s = self._clock.heard_s()
                await _linger(sent)
        finally:
            self._progress.received = f"[{','.join(received)}]".encode()
        completion = fold(self._progress.chunks)
        if not whole and completion.finish_reason is None:
            raise self._failures.cut("it ended without saying that it was complete")
        return replace(completion, finish_reason=completion.finish_reason or "other")

    def _chunk(self, response: httpx.Response, content: bytes) -> Chunk:
        event = self._json(response, content)
        try:
            if self._failures.wire.decode_error(event) is not None:
                raise self._failures.refused(response, content)
            return self._failures.wire.decode_event(event)
        except SHAPE_ERRORS as exc:
            raise self._failures.unreadable(response, content) from exc

    def _json(self, response: httpx.Response, content: bytes, kind: type | UnionType = dict) -> Any:
        body = None
        with suppress(ValueError):  # and not chained: it holds the whole body, with what a server may repeat
            body = orjson.loads(content)
        if not isinstance(body, kind):
            raise self._failures.unreadable(response, content)
        return body

    def _complete(self, error: CallError) -> None:
        error.model = self._call.request.model
        error.timing = self._progress.timing()
        error.attempts = tuple(self._progress.attempts)
        if self._progress.chunks:
            error.partial = replace(
                fold(self._progress.chunks),
                provider=error.provider,
                model=error.model,
                received=self._progress.received,
                call_id=self._call.id,
            )


async def _linger(sent: AsyncGenerator[str]) -> None:
    # The answer is whole: how its connection ends is no concern of the call.
    with suppress(TimeoutError, *LOST):
        async with asyncio.timeout(LINGER_S):
            async for _ in sent:
                pass
