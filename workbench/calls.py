"""The nouns of one call: what goes down to a provider and what comes back, the same for all of them."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

import orjson

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "error", "other"]
SHORTEST_KEY = 8


class Secret:
    """A key that does not show itself: `str`, `repr` and pickles give stars; `reveal()` gives the key."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself; called where a header is written and where text is redacted, nowhere else."""
        return self._value

    def redact(self, text: str) -> str:
        """The text with stars in place of the key, be it written plainly or inside JSON.

        A key of fewer than 8 characters stays where it is: it is a placeholder such as `none`, and part of
        other words.
        """
        if len(self._value) < SHORTEST_KEY:
            return text
        for written in _ways_to_write(self._value):
            text = text.replace(written, "***")
        return text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret('***')"

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return (Secret, ("***",))


@lru_cache(maxsize=64)
def _ways_to_write(key: str) -> tuple[str, ...]:
    quoted = orjson.dumps(key).decode()[1:-1]
    # Some servers write a slash as `\/` in JSON.
    return tuple(dict.fromkeys((key, quoted, quoted.replace("/", "\\/"))))


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A piece of text inside a message of several parts."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A picture inside a message: either its bytes and media type, or the URL where the provider finds it."""

    data: bytes | None = field(default=None, repr=False)
    media_type: str = "image/png"
    url: str | None = None

    @property
    def base64(self) -> str:
        """The bytes in base64; empty where only a URL is known."""
        return base64.b64encode(self.data or b"").decode()


Part = Text | Image


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCall:
    """A function that the model wants to have called; `arguments` is JSON text as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One turn of a conversation.

    `tool_calls` belong to an assistant's turn, `tool_call_id` to the turn of role `tool` that answers one.
    """

    role: Role
    content: str | tuple[Part, ...] = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Params:
    """Parameters that at least two protocols share; `None` is not sent, `0` and `""` are.

    `extra` goes into the request's body as it is, for what only one provider has.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a provider is asked: `model` is the id that the provider knows."""

    model: str
    messages: tuple[Message, ...]
    params: Params = Params()
    stream: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Tokens as the provider reported them; `None` is not reported, `0` is none.

    `input_tokens` includes those read from and written to the provider's cache, `output_tokens` includes
    those of reasoning, whatever the wire says.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None

    def updated(self, later: Usage) -> Usage:
        """This usage with what a later report of the same answer says; counts are totals, not increments."""
        told = {name: count for name in USAGE_FIELDS if (count := getattr(later, name)) is not None}
        return replace(self, **told)


USAGE_FIELDS = tuple(each.name for each in fields(Usage))


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """Where the time of a call went, seconds.

    Attributes:
        duration_s: Request sent to last byte, of the attempt that decided the call; it includes opening a
            connection where none was free.
        ttft_s: Request sent to first chunk with content of any kind; `None` where the answer did not stream.
        ttfv_s: Request sent to first visible text; `None` where there was none, or no stream.
        queued_s: Waiting for a slot of the provider's concurrency limit, all attempts together.
        waited_s: Sleeping between attempts.
    """

    duration_s: float | None = None
    ttft_s: float | None = None
    ttfv_s: float | None = None
    queued_s: float = 0.0
    waited_s: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One HTTP try inside a call: how long it took, and how it failed; `error` is `None` where it did not."""

    duration_s: float
    status: int | None = None
    error: str | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCallPiece:
    """A piece of a tool call in a stream; pieces of the same `index` belong together, in order."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """A piece of a completion while it streams (not a token: providers cut as they like).

    `done` marks the protocol's own end of the stream. Counts in `usage` are totals so far.
    """

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCallPiece, ...] = ()
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    served_model: str | None = None
    response_id: str | None = None
    reported_cost_usd: Decimal | None = None
    done: bool = False

    @property
    def has_content(self) -> bool:
        """Whether the chunk carries any part of the answer: visible text, reasoning or a tool call."""
        return bool(self.text or self.reasoning or self.tool_calls)


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """A model's answer, with what it cost and how long it took.

    Attributes:
        text: The visible answer.
        reasoning: The thinking text, where the provider shows it.
        tool_calls: Functions that the model wants called.
        finish_reason: Why it ended; `None` only in the partial answer of a call that broke off.
        usage: Tokens by kind, as reported.
        cost_usd: Price at the time of the call; `None` unknown, `0` free.
        price_version: What the price was taken from; `None` where it is unknown.
        timing: Where the time went.
        provider: Who served it.
        model: What was asked for; `served_model` is what answered.
        response_id: The provider's id of the answer.
        attempts: Every HTTP try, the successful one last.
        cached: Whether our own cache answered.
        call_id: The row of the log.
        received: The answer as it was received: the body, or a JSON array of the events of a stream.
    """

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: FinishReason | None = None
    usage: Usage = Usage()
    cost_usd: Decimal | None = None
    price_version: str | None = None
    timing: Timing = Timing()
    provider: str = ""
    model: str = ""
    served_model: str | None = None
    response_id: str | None = None
    attempts: tuple[Attempt, ...] = ()
    cached: bool = False
    call_id: UUID | None = None
    received: bytes = field(default=b"", compare=False, repr=False)

    @property
    def name(self) -> str:
        """`provider/model`, as it was asked for."""
        return f"{self.provider}/{self.model}"

    @property
    def raw(self) -> Any:
        """What was received, parsed: the body, or the list of a stream's events; `None` where nothing was."""
        return orjson.loads(self.received) if self.received else None

    def facts(self) -> str:
        """One line: model, duration, time to first token, tokens, cost, how it ended."""
        timing, usage = self.timing, self.usage
        words = [self.name]
        if timing.duration_s is not None:
            words.append(f"{timing.duration_s:.2f} s")
        if timing.ttft_s is not None:
            words.append(f"TTFT {timing.ttft_s:.2f} s")
        if usage.input_tokens is not None or usage.output_tokens is not None:
            words.append(f"{_number(usage.input_tokens)} → {_number(usage.output_tokens)} tokens")
        words.append("cost unknown" if self.cost_usd is None else f"${self.cost_usd:.6f}")
        if self.cached:
            words.append("from the cache")
        if self.finish_reason not in {"stop", None}:
            words.append(f"ended by {self.finish_reason}")
        return " · ".join(words)

    def _repr_html_(self) -> str:
        # What a model writes is hostile until proven otherwise: it is shown as text, never as markup.
        return (
            f'<div style="white-space:pre-wrap">{html.escape(self.text)}</div>'
            f'<div style="opacity:.65;font-size:85%;margin-top:.4em">{html.escape(self.facts())}</div>'
        )


def _number(count: int | None) -> str:
    return "?" if count is None else str(count)


def fold(chunks: Iterable[Chunk]) -> Completion:
    """Join the chunks of one answer into the completion that they are pieces of.

    Text is joined in order, tool calls by their index; of usage, finish reason, model and id the last word
    counts, except that a `stop` takes back no other reason (OpenAI ends a streamed refusal with one). An
    answer that did not stream is a single chunk.
    """
    text: list[str] = []
    reasoning: list[str] = []
    pieces: list[ToolCallPiece] = []
    usage = Usage()
    finish_reason: FinishReason | None = None
    served_model: str | None = None
    response_id: str | None = None
    reported_cost_usd: Decimal | None = None
    for chunk in chunks:
        text.append(chunk.text)
        reasoning.append(chunk.reasoning)
        pieces += chunk.tool_calls
        if chunk.usage is not None:
            usage = usage.updated(chunk.usage)
        if chunk.finish_reason is not None and (finish_reason is None or chunk.finish_reason != "stop"):
            finish_reason = chunk.finish_reason
        served_model = chunk.served_model or served_model
        response_id = chunk.response_id or response_id
        if chunk.reported_cost_usd is not None:
            reported_cost_usd = chunk.reported_cost_usd
    return Completion(
        text="".join(text),
        reasoning="".join(reasoning),
        tool_calls=_join(pieces),
        finish_reason=finish_reason,
        usage=usage,
        served_model=served_model,
        response_id=response_id,
        cost_usd=reported_cost_usd,
        price_version=None if reported_cost_usd is None else "reported by the provider",
    )


def _join(pieces: Iterable[ToolCallPiece]) -> tuple[ToolCall, ...]:
    calls: list[tuple[int, ToolCall]] = []
    for piece in pieces:
        place = next((at for at in reversed(range(len(calls))) if calls[at][0] == piece.index), None)
        # Some servers give every call the index 0 and tell them apart by the id alone.
        if place is None or (piece.id and calls[place][1].id and piece.id != calls[place][1].id):
            calls.append((piece.index, ToolCall(id=piece.id, name=piece.name, arguments=piece.arguments)))
            continue
        begun = calls[place][1]
        whole = ToolCall(
            id=begun.id or piece.id,
            name=begun.name or piece.name,
            arguments=begun.arguments + piece.arguments,
        )
        calls[place] = (piece.index, whole)
    return tuple(call for _, call in sorted(calls, key=lambda numbered: numbered[0]))


def in_one_chunk(completion: Completion) -> Chunk:
    """A whole answer as a single chunk, for observers of an answer that did not stream."""
    return Chunk(
        text=completion.text,
        reasoning=completion.reasoning,
        tool_calls=tuple(
            ToolCallPiece(index=index, id=call.id, name=call.name, arguments=call.arguments)
            for index, call in enumerate(completion.tool_calls)
        ),
        finish_reason=completion.finish_reason,
        usage=completion.usage,
        served_model=completion.served_model,
        response_id=completion.response_id,
        reported_cost_usd=completion.cost_usd,
        done=True,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """How long to wait, seconds; `None` is for ever.

    Attributes:
        connect_s: For the connection.
        first_byte_s: From the request to the first piece of the body; long, since models think before they
            speak.
        between_chunks_s: From one piece of the body to the next; a server's sign of life counts as a piece.
        total_s: For one attempt, all in all.
    """

    connect_s: float | None = 10.0
    first_byte_s: float | None = 300.0
    between_chunks_s: float | None = 60.0
    total_s: float | None = 900.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """Where a call goes and how it is authorised: a host's row with its key filled in.

    Attributes:
        provider: The host's name.
        protocol: Name of the wire format.
        base_url: URL that the protocol's paths are appended to.
        secret: The key; `None` where the host needs none.
        auth_header: The header that carries the key.
        auth_prefix: What stands before the key in it, `"Bearer "` for most.
        headers: Further headers of every request.
        key_hint: What to do where the key is missing or wrong, for error messages.
        renames: Names of body fields that this host writes otherwise; an empty new name leaves the field out.
        prices: The host's own prices: USD per million input and output tokens by model, `"*"` for every one.
        price_list: The host's id in the price list, for models that it has no own price for.
    """

    provider: str
    protocol: str
    base_url: str
    secret: Secret | None = None
    auth_header: str = "Authorization"
    auth_prefix: str = "Bearer "
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    key_hint: str = ""
    renames: Mapping[str, str] = field(default_factory=dict, repr=False)
    prices: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict, repr=False)
    price_list: str = ""


@dataclass(kw_only=True, slots=True)
class Progress:
    """What has happened to a call so far: written by whoever works on it, read by the log when it ends."""

    attempts: list[Attempt] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    gaps_s: list[float] = field(default_factory=list)
    queued_s: float = 0.0
    waited_s: float = 0.0
    duration_s: float | None = None
    ttft_s: float | None = None
    ttfv_s: float | None = None
    last_content_s: float = 0.0
    sent_body: bytes = b""
    received: bytes = b""

    def restart(self, sent_body: bytes) -> None:
        """Begin an attempt: forget what the one before it received, not that it was made and waited for."""
        self.sent_body, self.received = sent_body, b""
        self.chunks, self.gaps_s = [], []
        self.duration_s = self.ttft_s = self.ttfv_s = None
        self.last_content_s = 0.0

    def note(self, chunk: Chunk, since_s: float) -> None:
        """Keep a chunk that came so many seconds after the request."""
        self.chunks.append(chunk)
        if not chunk.has_content:
            return
        if self.ttft_s is None:
            self.ttft_s = since_s
        else:
            self.gaps_s.append(since_s - self.last_content_s)
        self.last_content_s = since_s
        if self.ttfv_s is None and chunk.text:
            self.ttfv_s = since_s

    def timing(self) -> Timing:
        """The times so far."""
        return Timing(
            duration_s=self.duration_s,
            ttft_s=self.ttft_s,
            ttfv_s=self.ttfv_s,
            queued_s=self.queued_s,
            waited_s=self.waited_s,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request on its way: one row of the log.

    Attributes:
        id: UUIDv7, so that rows sort by time.
        started_at: When it was asked for, UTC.
        endpoint: Where it goes.
        request: What is asked.
        timeouts: How long to wait.
        on_chunk: Told of each chunk as it arrives.
        use_cache: Whether an earlier answer to the same request will do.
        experiment: Set of runs that the call belongs to, `None` outside one; likewise `run` and `sample`.
        epoch: k-th repetition of the sample in the run, from 0.
        tags: The user's own words about the call.
        progress: What has happened so far.
    """

    id: UUID
    started_at: datetime
    endpoint: Endpoint
    request: Request
    timeouts: Timeouts = Timeouts()
    on_chunk: Callable[[Chunk], None] | None = None
    use_cache: bool = False
    experiment: str | None = None
    run: str | None = None
    sample: str | None = None
    epoch: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)

    @property
    def name(self) -> str:
        """`provider/model`."""
        return f"{self.endpoint.provider}/{self.request.model}"
