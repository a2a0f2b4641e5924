"""What comes back from a provider, whole and in pieces."""

from __future__ import annotations

import html
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import orjson

from workbench.calls.request import Message, Thought, ToolCall

Vector = tuple[float, ...]
UNDER_LOAD = 0.1
"""By which share of a measured time our own loop may be late before the time is not believed."""
_LONGEST = 300  # characters of a text in a repr
FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "error", "other"]
OutputBy = Literal["native", "tool", "instruction"]
"""How an answer was made to fit a schema: by the provider, by a tool that had to be called, or by words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Tokens as the provider reported them; `None` is not reported, `0` is none.

    `input_tokens` includes those read from and written to the provider's cache, `output_tokens` includes
    those of reasoning, whatever the wire says; `cache_write_1h_tokens`, which are kept for longer at a higher
    price, are part of `cache_write_tokens`.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    input_audio_tokens: int | None = None
    output_audio_tokens: int | None = None

    def updated(self, later: Usage) -> Usage:
        """This usage with what a later report of the same answer says; counts are totals, not increments."""
        told = {name: count for name in USAGE_FIELDS if (count := getattr(later, name)) is not None}
        return replace(self, **told) if told else self


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
        lag_s: How late our own event loop was on the average while that attempt went on; `None` where it was
            too short to tell.
    """

    duration_s: float | None = None
    ttft_s: float | None = None
    ttfv_s: float | None = None
    queued_s: float = 0.0
    waited_s: float = 0.0
    lag_s: float | None = None

    @property
    def under_load(self) -> bool:
        """Whether the loop was so late that the times cannot be believed: a tenth of the shortest of them."""
        measured_s = self.duration_s if self.ttft_s is None else self.ttft_s
        return self.lag_s is not None and measured_s is not None and self.lag_s > UNDER_LOAD * measured_s


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One HTTP try inside a call: how long it took, and how it failed; `error` is `None` where it did not."""

    duration_s: float
    status: int | None = None
    error: str | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCallPiece:
    """A piece of a tool call in a stream; pieces of the same `index` belong together, in order.

    One that is `whole` is a call by itself, whatever its index, and so is the next one.
    """

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""
    signature: str | None = None
    whole: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ThoughtPiece:
    """A piece of a thought that has to go back as it came; pieces of the same `index` belong together."""

    index: int
    text: str = ""
    signature: str | None = None
    data: str | None = None
    id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenLogprob:
    """A token of the answer, the natural logarithm of its probability, and its likeliest rivals."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """A piece of a completion while it streams (not a token: providers cut as they like).

    `reasoning` is the thinking to be shown, `thoughts` is what of it has to go back. `alternatives` are
    pieces of the further answers (`n`) by their number, from 1. `vectors` are embeddings, in the order of the
    texts. `done` marks the protocol's own end of the stream. Counts in `usage` are totals so far.
    """

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCallPiece, ...] = ()
    thoughts: tuple[ThoughtPiece, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()
    alternatives: tuple[tuple[int, str], ...] = ()
    vectors: tuple[Vector, ...] = ()
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    served_model: str | None = None
    response_id: str | None = None
    service_tier: str | None = None
    reported_cost_usd: Decimal | None = None
    done: bool = False

    @property
    def has_content(self) -> bool:
        """Whether the chunk carries any of the answer: visible text, reasoning, a tool call, a vector."""
        return bool(self.text or self.reasoning or self.tool_calls or self.vectors)


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """A model's answer, with what it cost and how long it took.

    Attributes:
        text: The visible answer.
        reasoning: The thinking text, where the provider shows it.
        tool_calls: Functions that the model wants called.
        thoughts: What of the thinking has to go back with the next turn; see `message`.
        logprobs: Of each token of the text, where they were asked for.
        alternatives: The texts of the further answers, where several were asked for (`n`).
        vectors: Of embeddings, one for each text.
        finish_reason: Why it ended; `None` only in the partial answer of a call that broke off.
        usage: Tokens by kind, as reported.
        cost_usd: Price at the time of the call; `None` unknown, `0` free.
        price_version: What the price was taken from; `None` where it is unknown.
        timing: Where the time went.
        provider: Who served it.
        model: What was asked for; `served_model` is what answered.
        response_id: The provider's id of the answer.
        service_tier: How fast and at what price it was served, in the provider's word.
        dropped: Parameters that were left out because the model refuses them.
        attempts: Every HTTP try, the successful one last.
        cached: Whether our own cache answered.
        source_id: Of a cached answer, the call that it was the answer to.
        call_id: The row of the log.
        parsed: What the answer says by the schema that was asked for: an object of its class, or JSON values;
            `None` where no schema was asked for, or the answer is a refusal or a call of tools.
        output_by: How the answer was made to fit the schema; `None` where there was none.
        repaired: Whether a first answer did not fit the schema, and this is the second one.
        received: The answer as it was received: the body, or a JSON array of the events of a stream.
    """

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    thoughts: tuple[Thought, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()
    alternatives: tuple[str, ...] = ()
    vectors: tuple[Vector, ...] = field(default=(), repr=False)
    finish_reason: FinishReason | None = None
    usage: Usage = Usage()
    cost_usd: Decimal | None = None
    price_version: str | None = None
    timing: Timing = Timing()
    provider: str = ""
    model: str = ""
    served_model: str | None = None
    response_id: str | None = None
    service_tier: str | None = None
    dropped: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    cached: bool = False
    source_id: UUID | None = None
    call_id: UUID | None = None
    parsed: Any = None
    output_by: OutputBy | None = None
    repaired: bool = False
    received: bytes = field(default=b"", compare=False, repr=False)

    @property
    def name(self) -> str:
        """`provider/model`, as it was asked for."""
        return f"{self.provider}/{self.model}"

    @property
    def message(self) -> Message:
        """The assistant's turn, to go on with: text, tool calls and the thoughts that belong to them."""
        return Message(
            role="assistant", content=self.text, tool_calls=self.tool_calls, thoughts=self.thoughts
        )

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
        if self.dropped:
            words.append(f"without {', '.join(self.dropped)}")
        if self.finish_reason not in {"stop", None}:
            words.append(f"ended by {self.finish_reason}")
        return " · ".join(words)

    def __repr__(self) -> str:
        parsed = [] if self.parsed is None else [f"parsed {_short(repr(self.parsed))}"]
        called = [
            repr(call)[1:-1] for call in self._called()
        ]  # what models write may have control characters
        words = [repr(_short(self.text)), *parsed, *called, self.facts()]
        return f"Completion({' · '.join(words)})"

    def _repr_html_(self) -> str:
        # What a model writes is hostile until proven otherwise: it is shown as text, never as markup or math.
        texts = "\n".join(filter(None, [self.text, *self._called()]))
        return (
            '<div class="mathjax_ignore tex2jax_ignore" style="white-space:pre-wrap">'
            f"{html.escape(texts)}</div>"
            f'<div style="opacity:.65;font-size:85%;margin-top:.4em">{html.escape(self.facts())}</div>'
        )

    def _called(self) -> list[str]:
        return [f"calls {call.name}({_short(call.arguments)})" for call in self.tool_calls]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _number(count: int | None) -> str:
    return "?" if count is None else str(count)
