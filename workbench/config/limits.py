"""How much may be asked of a provider."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much may be asked of one provider; `None` is as much as the client otherwise allows.

    Attributes:
        concurrency: Calls under way at once, at least 1.
        requests_per_minute: Requests begun within a minute, at least 1.
        tokens_per_minute: Tokens of input and output within a minute, at least 1.
    """

    concurrency: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
