"""Faults on demand: what is to go wrong with the next requests."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from workbench.simulator.wires.interface import Reason, Refusal

Kind = Literal[
    "rate_limit",  # 429 with retry-after
    "quota",  # 429 (Ollama 402) that waiting will not mend
    "server_error",  # 500
    "overloaded",  # 529
    "unavailable",  # 503 with a page of HTML
    "context_length",  # 400
    "stall",  # nothing more comes after `chunks` chunks; with 0 not even the status
    "cut",  # the connection is lost after `chunks` chunks; with 0 before the status
    "cut_clean",  # the body ends after `chunks` chunks, in good order but without its end
    "malformed_json",  # a broken event after `chunks` chunks of a stream; half a body otherwise
    "html",  # 200 with a page of HTML
    "stream_error",  # status 200, and an error after `chunks` chunks
    "slow",  # `seconds` more before the first token
]
REFUSALS: Final[Mapping[str, Reason]] = {
    "rate_limit": "rate_limit",
    "quota": "quota",
    "server_error": "server_error",
    "overloaded": "overloaded",
    "context_length": "context_length",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What goes wrong with one request.

    Attributes:
        fault: What it is.
        chunks: Chunks with text that are sent before it, for the faults inside an answer; an answer that does
            not stream counts as two chunks, its halves, of which the second is never sent.
        retry_after_s: Header `retry-after` of a rate limit; `None` leaves it out, likewise `retry_after_ms`.
        retry_after_ms: Header `retry-after-ms` of a rate limit.
        seconds: How slow is slow.
    """

    fault: Kind
    chunks: int = 1
    retry_after_s: float | None = 1
    retry_after_ms: float | None = None
    seconds: float = 1.0

    def refusal(self, model: str) -> Refusal | None:
        """The error that is answered at once; `None` for faults inside an answer."""
        reason = REFUSALS.get(self.fault)
        if reason is None:
            return None
        if reason != "rate_limit":
            return Refusal(reason, model=model)
        return Refusal(
            reason, model=model, retry_after_s=self.retry_after_s, retry_after_ms=self.retry_after_ms
        )


_NUMBERS = {
    "chunks": (int,),
    "seconds": (int, float),
    "retry_after_s": (int, float),
    "retry_after_ms": (int, float),
}


class Faults:
    """The faults that wait for each model, first in, first out; those for `"*"` come after a model's own."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = {}

    def order(self, body: Mapping[str, Any]) -> None:
        """Queue what `POST /faults` asks for: the fields of `Fault`, and `model` ("*") and `times` (1).

        Raises:
            ValueError: A field is not known, or its value makes no sense; the message says which.
        """
        given = dict(body)
        model, times = given.pop("model", "*"), given.pop("times", 1)
        if given.get("fault") not in get_args(Kind):
            raise ValueError(f"fault: {given.get('fault')!r} is not one of {', '.join(get_args(Kind))}")
        if not isinstance(model, str) or not isinstance(times, int) or not 1 <= times <= 10_000:
            raise ValueError("model has to be a name or '*', times a whole number from 1 to 10000")
        if unknown := given.keys() - {field.name for field in dataclasses.fields(Fault)}:
            raise ValueError(f"{min(unknown)}: not a field of a fault")
        for name in _NUMBERS.keys() & given.keys():
            value = given[name]
            nothing = value is None and name.startswith("retry_after")
            if not nothing and (not isinstance(value, _NUMBERS[name]) or value < 0):
                raise ValueError(f"{name}: {value!r} is not a number from 0 up")
        self._waiting.setdefault(model, deque()).extend([Fault(**given)] * times)

    def take(self, model: str) -> Fault | None:
        """The next fault for a request to this model; `None` where none waits."""
        for name in (model, "*"):
            if self._waiting.get(name):
                return self._waiting[name].popleft()
        return None

    def clear(self) -> None:
        """Forget all that wait."""
        self._waiting.clear()
