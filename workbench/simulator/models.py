"""The models that the simulator serves, with the speed, price and skill that each is set to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

SIMULATED = "sim"
"""The provider's name: a model whose name begins with `sim/` does not exist."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judging:
    """How a simulated judge errs, on a scale from 0, the worst answer, to 1, the best.

    Attributes:
        noise: Standard deviation of what it takes an answer for, at least 0.
        position_bias: What the first of two answers gets on top; below 0 it is what the second one gets.
        length_bias: What an answer gets on top each time that it is twice as long, from 10 words on.
    """

    noise: float
    position_bias: float = 0.0
    length_bias: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SimModel:
    """A simulated model.

    Attributes:
        name: The model's id on the wire.
        protocol: The protocol that it is at home in; every model answers in all three.
        ttft_s: Seconds from request to first token; 0 is at once.
        tokens_per_s: Tokens a second after the first, above 0.
        input_usd_per_mtok: Price of a million tokens of prompt, US dollars; 0 is free.
        output_usd_per_mtok: Price of a million tokens of answer, US dollars; 0 is free.
        accuracy: Share of the known questions that it answers rightly, in [0, 1].
        error_rate: Share of the requests that it answers with status 500, in [0, 1].
        rate_limit_rate: Share of the requests that it answers with status 429, in [0, 1].
        cluster_correlation: How much it is right or wrong about questions of one cluster together, in [0, 1]:
            the correlation of two of them, over clusters.
        judging: How it judges the answers of others; `None`: it has not learned to.
    """

    name: str
    protocol: Literal["openai", "anthropic", "ollama"]
    ttft_s: float
    tokens_per_s: float
    input_usd_per_mtok: Decimal
    output_usd_per_mtok: Decimal
    accuracy: float
    error_rate: float = 0.0
    rate_limit_rate: float = 0.0
    cluster_correlation: float = 0.3
    judging: Judging | None = None


MODELS: tuple[SimModel, ...] = (
    SimModel(
        name="swift",
        protocol="openai",
        ttft_s=0.03,
        tokens_per_s=600,
        input_usd_per_mtok=Decimal("0.10"),
        output_usd_per_mtok=Decimal("0.40"),
        accuracy=0.72,
    ),
    SimModel(
        name="steady",
        protocol="openai",
        ttft_s=0.08,
        tokens_per_s=250,
        input_usd_per_mtok=Decimal("0.50"),
        output_usd_per_mtok=Decimal("2.00"),
        accuracy=0.85,
        rate_limit_rate=0.02,
    ),
    SimModel(
        name="sage",
        protocol="anthropic",
        ttft_s=0.25,
        tokens_per_s=80,
        input_usd_per_mtok=Decimal("3.00"),
        output_usd_per_mtok=Decimal("15.00"),
        accuracy=0.95,
        error_rate=0.01,
        rate_limit_rate=0.02,
    ),
    SimModel(
        name="local",
        protocol="ollama",
        ttft_s=0.06,
        tokens_per_s=120,
        input_usd_per_mtok=Decimal(0),
        output_usd_per_mtok=Decimal(0),
        accuracy=0.60,
    ),
)

JUDGES: tuple[SimModel, ...] = tuple(
    SimModel(
        name=name,
        protocol="openai",
        ttft_s=0.02,
        tokens_per_s=3000,
        input_usd_per_mtok=Decimal("0.25"),
        output_usd_per_mtok=Decimal("1.00"),
        accuracy=0.9,
        judging=judging,
    )
    for name, judging in (
        ("judge", Judging(noise=0.12)),
        ("biased-judge", Judging(noise=0.12, position_bias=0.3, length_bias=0.15)),
    )
)
"""Models that judge; no listing has them, for nobody is to compare them with the others."""
