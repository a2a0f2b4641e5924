"""The gate before one provider: how many calls are beyond it, and how fast they may pass."""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from dataclasses import dataclass

from workbench.calls import Call, Completion
from workbench.calls.size import guessed_tokens
from workbench.errors import CallError, OverloadedError, RateLimitError
from workbench.policies.window import Entry, Window

# Whoever asks for a longer rest is not waited for: such calls are told so at once (`retry`).
LONGEST_REST_S = 60.0
# Of an answer whose `max_tokens` is not set, before the first one has come.
ANSWER_TOKENS = 500.0
# Statuses of a server that has too much to do, and that of an error inside a stream.
_TOO_MUCH = frozenset({200, 503, 529})


@dataclass(frozen=True, slots=True)
class Pass:
    """A call's leave to be beyond the gate: the tokens that it holds, and how often the gate had shrunk."""

    tokens: Entry
    shrunk: int


class Gate:
    """Lets calls of one provider through, in the order in which they came; for one event loop.

    As many are beyond it as it is wide. It halves when the provider says that this is too much, once for all
    the calls that were let through together, and grows by one after as many successes as it is wide.

    Args:
        concurrency: Its greatest width.
        requests: How many requests may be begun in a minute.
        tokens: How many tokens they may have; a call holds those that it is expected to use, and when it
            has been answered those that it did use.
    """

    def __init__(self, concurrency: int, requests: int | None = None, tokens: int | None = None) -> None:
        self.width = concurrency
        self.inside = 0
        self._widest = concurrency
        self._successes = 0
        self._shrunk = 0
        self._requests = Window(requests)
        self._tokens = Window(tokens)
        self._counts_tokens = tokens is not None
        self._answer_tokens = ANSWER_TOKENS
        self._closed_until = 0.0
        self._loop = asyncio.get_running_loop()
        self._head = asyncio.Lock()
        self._left = asyncio.Event()

    def now(self) -> float:
        """The moment on the loop's clock, seconds."""
        return self._loop.time()

    async def enter(self, call: Call) -> Pass:
        """Wait until the call may be sent."""
        tokens = self._expected(call) if self._counts_tokens else 0.0
        async with self._head:
            while (wait_s := self._wait_s(tokens)) > 0:
                self._left.clear()
                # A call that leaves may make room sooner.
                with suppress(TimeoutError):
                    async with asyncio.timeout(None if wait_s == math.inf else wait_s):
                        await self._left.wait()
            self.inside += 1
            now = self.now()
            self._requests.use(1, now)
            return Pass(self._tokens.use(tokens, now), self._shrunk)

    def leave(self, entered: Pass, call: Call, outcome: Completion | BaseException) -> None:
        """Note that a call is over, and what the provider said."""
        self.inside -= 1
        self._left.set()
        self._rest(call.progress.rest_s)
        if isinstance(outcome, Completion):
            self._answered(entered, outcome)
        elif isinstance(outcome, CallError):
            self._failed(entered, outcome)

    def _wait_s(self, tokens: float) -> float:
        if self.inside >= self.width:
            return math.inf
        now = self.now()
        closed_s = self._closed_until - now
        return max(closed_s, self._requests.wait_s(1, now), self._tokens.wait_s(tokens, now))

    def _expected(self, call: Call) -> float:
        most = 0 if call.operation == "embed" else call.request.params.max_tokens
        return guessed_tokens(call.request) + (self._answer_tokens if most is None else most)

    def _answered(self, entered: Pass, completion: Completion) -> None:
        used = completion.usage
        if used.input_tokens is not None:
            entered.tokens.amount = used.input_tokens + (used.output_tokens or 0)
        if used.output_tokens is not None:
            self._answer_tokens += 0.1 * (used.output_tokens - self._answer_tokens)
        # What was let through before it became narrower says nothing about the new width.
        self._successes += entered.shrunk == self._shrunk
        if self._successes >= self.width:
            self._successes = 0
            self.width = min(self.width + 1, self._widest)
            self._left.set()

    def _failed(self, entered: Pass, error: CallError) -> None:
        if error.status is not None and error.status >= 400:
            entered.tokens.amount = 0
        limited = isinstance(error, RateLimitError) and error.retryable
        if limited or (isinstance(error, OverloadedError) and error.status in _TOO_MUCH):
            self._rest(error.retry_after_s)
            if entered.shrunk == self._shrunk:
                self.width = max(1, self.width // 2)
                self._shrunk += 1
                self._successes = 0

    def _rest(self, seconds: float | None) -> None:
        if seconds is not None and seconds <= LONGEST_REST_S:
            self._closed_until = max(self._closed_until, self.now() + seconds)
