"""What an answer of OpenAI's chat completions says of tokens and money, in the dialects of its hosts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from workbench.calls import Usage

_TICKS = 10**10  # of xAI: so many are a dollar


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """Tokens by kind."""
    asked = usage.get("prompt_tokens_details") or {}
    answered = usage.get("completion_tokens_details") or {}
    reasoning = _first(answered.get("reasoning_tokens"), usage.get("reasoning_tokens"))  # Perplexity
    return Usage(
        input_tokens=usage.get("prompt_tokens"),
        output_tokens=_output_tokens(usage, reasoning),
        cache_read_tokens=_first(
            asked.get("cached_tokens"),
            usage.get("prompt_cache_hit_tokens"),  # DeepSeek
            usage.get("cached_tokens"),  # Moonshot, Together
            usage.get("cache_read_input_tokens"),  # Databricks and LiteLLM
        ),
        cache_write_tokens=_first(
            asked.get("cache_write_tokens"),
            asked.get("cache_creation_input_tokens"),  # Alibaba
            usage.get("cache_creation_input_tokens"),  # Databricks and LiteLLM
        ),
        reasoning_tokens=reasoning,
        input_audio_tokens=asked.get("audio_tokens"),
        output_audio_tokens=answered.get("audio_tokens"),
    )


def cost_of(usage: Mapping[str, Any]) -> Decimal | None:
    """What the host itself says that the answer cost, USD; `None` where it does not say."""
    if (ticks := usage.get("cost_in_usd_ticks")) is not None:  # xAI
        return Decimal(int(ticks)) / _TICKS
    cost = usage.get("cost", usage.get("estimated_cost"))  # a number: OpenRouter; DeepInfra
    if isinstance(cost, Mapping):  # Perplexity: its parts and their sum
        cost = cost.get("total_cost")
    return None if cost is None else Decimal(str(float(cost)))


def _output_tokens(usage: Mapping[str, Any], reasoning: int | None) -> int | None:
    answered: int | None = usage.get("completion_tokens")
    # xAI counts reasoning beside the rest, where OpenAI counts it in: its total tells.
    if answered is not None and reasoning and "total_tokens" in usage:
        beside = usage["total_tokens"] == (usage.get("prompt_tokens") or 0) + answered + reasoning
        return answered + reasoning if beside else answered
    return answered


def _first(*counts: int | None) -> int | None:
    return next((count for count in counts if count is not None), None)
