"""One prompt to several models at once: the state of the comparison, without any widget."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from workbench.calls import Chunk, Completion
from workbench.errors import CallError
from workbench.widgets.panes.words import failure, remark, waiting

State = Literal["ready", "queued", "waiting", "streaming", "done", "stopped", "failed"]
RUNNING: frozenset[State] = frozenset({"queued", "waiting", "streaming"})
AnswerOf = tuple[str, int]
"""A model, and which of its answers to the same prompt: from 0."""
AskFor = Callable[[AnswerOf, dict[str, Any]], Awaitable[Completion]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PaneState:
    """What is shown of one answer; `None` is not known (yet).

    Attributes:
        model: `provider/model`, as it was asked for.
        repeat: Which of the model's answers to the same prompt, from 0.
        state: `queued` lasts from the request to the first content, `streaming` from there to the end;
            `waiting` is between two attempts.
        text: The visible answer so far.
        reasoning: The thinking text so far, where the provider shows it.
        note: A remark on how the answer ended; empty where it just ended.
        error: What went wrong and what to do; empty where nothing did.
        elapsed_s: Time since the request was handed to the client; the call's own duration once it is done.
        ttft_s: Time to the first chunk with content of any kind.
        input_tokens: As reported at the end.
        output_tokens: As reported at the end; until then the number of chunks with content.
        tokens_per_s: Tokens after the first one per second after the first one.
        estimated: Whether the last two are counted from chunks (a chunk is not a token).
        cost_usd: Price of the call; `0` is free.
        under_load: Whether it was measured while our own loop was late (`Timing.under_load`).
    """

    model: str
    repeat: int = 0
    state: State = "ready"
    text: str = ""
    reasoning: str = ""
    note: str = ""
    error: str = ""
    elapsed_s: float | None = None
    ttft_s: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    tokens_per_s: float | None = None
    estimated: bool = True
    cost_usd: Decimal | None = None
    under_load: bool = False


@dataclass(kw_only=True, slots=True)
class _Track:
    """What has happened to one call so far; times are the comparison's clock."""

    state: State = "ready"
    wait: str = ""
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    chunks: int = 0
    started_at: float | None = None
    first_at: float | None = None
    ended_at: float | None = None
    completion: Completion | None = None
    error: Exception | None = None


class Comparison:
    """The calls of one prompt to several models, and what their panes show.

    It belongs to the event loop that its calls run on; `panes`, `results` and `errors` may be read from any
    thread. A call that has ended stays as it ended: what arrives for it later is ignored.

    Args:
        models: Whom to ask, as `provider/model`.
        repeats: How often each of them is asked, at least 1.
        clock: Gives seconds.
    """

    def __init__(
        self, models: Iterable[str], repeats: int = 1, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._clock = clock
        self._tracks = {(model, repeat): _Track() for model in models for repeat in range(repeats)}

    @property
    def models(self) -> tuple[str, ...]:
        """Whom it asks, in the order of the panes."""
        return tuple(dict.fromkeys(model for model, _ in self._tracks))

    @property
    def results(self) -> dict[AnswerOf, Completion]:
        """The completions of those that are done."""
        return {of: track.completion for of, track in self._tracks.items() if track.completion is not None}

    @property
    def errors(self) -> dict[AnswerOf, Exception]:
        """What those that failed raised."""
        return {of: track.error for of, track in self._tracks.items() if track.error is not None}

    def start(self, of: AnswerOf) -> None:
        """It is being asked for."""
        track = self._tracks[of]
        if track.state == "ready":
            track.state, track.started_at = "queued", self._clock()

    def wait(self, of: AnswerOf, seconds: float, error: CallError) -> None:
        """An attempt failed, and the next one is made after so many seconds."""
        track = self._tracks[of]
        if track.state in RUNNING:
            track.state, track.wait = "waiting", waiting(seconds, error)

    def chunk(self, of: AnswerOf, chunk: Chunk) -> None:
        """A piece of it has arrived."""
        track = self._tracks[of]
        if track.state not in RUNNING or not chunk.has_content:
            return
        if track.first_at is None:
            track.state, track.first_at = "streaming", self._clock()
        track.chunks += 1
        track.text.append(chunk.text)
        track.reasoning.append(chunk.reasoning)

    def finish(self, of: AnswerOf, completion: Completion) -> None:
        """It is whole; the completion has the last word over what was put together from chunks."""
        track = self._tracks[of]
        if track.state in RUNNING:
            track.state, track.ended_at, track.completion = "done", self._clock(), completion

    def fail(self, of: AnswerOf, error: Exception) -> None:
        """Its call failed; what had arrived stays."""
        track = self._tracks[of]
        if track.state in RUNNING:
            track.state, track.ended_at, track.error = "failed", self._clock(), error

    def stop(self) -> None:
        """Whoever has not ended is stopped, those that have not been asked yet too."""
        for track in self._tracks.values():
            if track.state in RUNNING or track.state == "ready":
                track.state, track.ended_at = "stopped", self._clock()

    def panes(self) -> tuple[PaneState, ...]:
        """What to show now, one state an answer; those of a model follow each other."""
        now = self._clock()
        return tuple(_shown(of, track, now) for of, track in self._tracks.items())

    async def ask(self, ask_for: AskFor) -> None:
        """Ask for all answers at once, until each has ended; the failure of one leaves the others alone.

        Cancelling it stops those that are under way.

        Args:
            ask_for: Asks for one of them; it is given which, and what `Client.chat` takes as `on_chunk` and
                `on_wait`.
        """
        try:
            async with asyncio.TaskGroup() as calls:
                for of in self._tracks:
                    calls.create_task(self._ask_one(ask_for, of))
        finally:
            self.stop()

    async def _ask_one(self, ask_for: AskFor, of: AnswerOf) -> None:
        self.start(of)
        if self._tracks[of].state != "queued":  # stopped before its turn came
            return
        observers = {
            "on_chunk": lambda chunk: self.chunk(of, chunk),
            "on_wait": lambda seconds, error: self.wait(of, seconds, error),
        }
        try:
            self.finish(of, await ask_for(of, observers))
        except Exception as error:  # whatever it is, it belongs to this pane and to no other
            self.fail(of, error)


def _shown(of: AnswerOf, track: _Track, now: float) -> PaneState:
    model, repeat = of
    if track.completion is not None:
        return _done(of, track, track.completion)
    text, reasoning = "".join(track.text), "".join(track.reasoning)
    end = now if track.ended_at is None else track.ended_at
    partial = track.error.partial if isinstance(track.error, CallError) else None
    return PaneState(
        model=model,
        repeat=repeat,
        state=track.state,
        text=text,
        reasoning=reasoning,
        note=track.wait if track.state == "waiting" else "",
        error="" if track.error is None else failure(track.error),
        elapsed_s=None if track.started_at is None else end - track.started_at,
        ttft_s=_measured_ttft_s(track),
        output_tokens=track.chunks or None,
        tokens_per_s=_measured_tokens_per_s(track, end),
        cost_usd=None if partial is None else partial.cost_usd,
    )


def _done(of: AnswerOf, track: _Track, completion: Completion) -> PaneState:
    model, repeat = of
    timing, usage = completion.timing, completion.usage
    exact = usage.output_tokens is not None
    ended_at, started_at = track.ended_at or 0.0, track.started_at or 0.0
    return PaneState(
        model=model,
        repeat=repeat,
        state="done",
        text=completion.text,
        reasoning=completion.reasoning,
        note=remark(completion),
        elapsed_s=ended_at - started_at if timing.duration_s is None else timing.duration_s,
        ttft_s=_measured_ttft_s(track) if timing.ttft_s is None else timing.ttft_s,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens if exact else track.chunks or None,
        tokens_per_s=_tokens_per_s(completion) if exact else _measured_tokens_per_s(track, ended_at),
        estimated=not exact,
        cost_usd=completion.cost_usd,
        under_load=timing.under_load,
    )


def _measured_ttft_s(track: _Track) -> float | None:
    if track.first_at is None or track.started_at is None:
        return None
    return track.first_at - track.started_at


def _measured_tokens_per_s(track: _Track, end: float) -> float | None:
    if track.first_at is None or track.chunks < 2 or end <= track.first_at:
        return None
    return (track.chunks - 1) / (end - track.first_at)


def _tokens_per_s(completion: Completion) -> float | None:
    """1 / tpot_s; `None` where the answer did not stream, or is a single token."""
    timing, tokens = completion.timing, completion.usage.output_tokens
    if (
        tokens is None
        or timing.duration_s is None
        or timing.ttft_s is None
        or timing.duration_s <= timing.ttft_s
    ):
        return None
    if not completion.reasoning:
        # Thoughts that are counted but not shown came before the first content, not in the stream.
        tokens -= completion.usage.reasoning_tokens or 0
    return (tokens - 1) / (timing.duration_s - timing.ttft_s) if tokens > 1 else None
