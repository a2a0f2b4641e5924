"""What a wire has, and the values that go in and out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from typing import Protocol as Interface

from workbench.simulator.answers import Answer

Reason = Literal[
    "malformed",
    "unauthorized",
    "model_not_found",
    "context_length",
    "rate_limit",
    "quota",
    "server_error",
    "overloaded",
]


class Refusal(Exception):  # noqa: N818 - what a server says, not what goes wrong in it
    """A request is answered by an error in the protocol's own shape.

    Args:
        reason: Which error; the status and the codes are the wire's own.
        detail: What the message quotes: the malformed part, or the key that was sent.
        model: The model that was asked for.
        retry_after_s: The header `retry-after`, seconds; `None` leaves it out, likewise `retry_after_ms`.
        retry_after_ms: The header `retry-after-ms`, milliseconds.
    """

    def __init__(
        self,
        reason: Reason,
        *,
        detail: str = "",
        model: str = "",
        retry_after_s: float | None = None,
        retry_after_ms: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.model = model
        self.retry_after_s = retry_after_s
        self.retry_after_ms = retry_after_ms


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """What a request asks for, whatever its protocol.

    Attributes:
        model: The model's name.
        prompt: The text of the last message of the user; empty where there is none.
        input_tokens: Tokens of the text of all messages and the system prompt; pictures count nothing.
        max_tokens: Longest answer; `None` where it is not bounded.
        stop: Texts before which the answer ends.
        repeat: The request's `seed`; 0 where it has none.
        stream: Whether the answer is to come in pieces.
        include_usage: Whether an OpenAI stream ends with the usage; the others' always do.
        schema: What the answer has to be like, as OpenAI's protocol says it: a judge keeps to it.
    """

    model: str
    prompt: str
    input_tokens: int
    max_tokens: int | None
    stop: tuple[str, ...]
    repeat: int
    stream: bool
    include_usage: bool = False
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """An answer with what a wire writes around it; `ttft_s` and `generation_s` are as they were set."""

    ask: Ask
    answer: Answer
    id: str
    at: datetime
    ttft_s: float
    generation_s: float

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(self.answer.tokens)

    @property
    def output_tokens(self) -> int:
        """Tokens of the answer."""
        return len(self.answer.tokens)


class Wire(Interface):
    """What a module of this package has; none of it opens a socket or knows the time."""

    CHAT_PATH: str
    MODELS_PATH: str
    STREAM_TYPE: str
    """Content type of a streamed answer."""

    REQUEST_ID: str
    """The header that names the request."""

    BROKEN: bytes
    """An event of a stream whose JSON is cut off in the middle."""

    def key(self, headers: Mapping[str, str]) -> str | None:
        """The API key that was sent."""

    def read(self, body: Mapping[str, Any], headers: Mapping[str, str]) -> Ask:
        """What is asked; raises `Refusal` ("malformed") where the body is not in the protocol."""

    def whole(self, said: Said) -> dict[str, Any]:
        """The answer in one body."""

    def opening(self, said: Said) -> bytes:
        """What a stream says before the first token."""

    def piece(self, said: Said, token: str) -> bytes:
        """The event that carries a token."""

    def closing(self, said: Said) -> bytes:
        """What a stream says after the last token: finish reason, usage, end marker."""

    def refused(self, refusal: Refusal, request_id: str) -> tuple[int, dict[str, Any]]:
        """Status and body of an error."""

    def stream_error(self, said: Said) -> bytes:
        """An error as an event of a stream that has begun."""

    def listing(self, names: Sequence[str], at: datetime) -> dict[str, Any]:
        """The models that are served."""
