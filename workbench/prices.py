"""What a call cost: the host's own prices first, then the price list that the library genai-prices keeps."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from workbench.calls import Call, Completion, Endpoint, OwnPrice, Usage
from workbench.pipeline import Send

MILLION = Decimal(1_000_000)
OWN_PRICES = "the provider's row"
# What the price list calls that which we call the tier; Anthropic's `fast` is a speed, `batch` a processing.
_TIERS = ("service_tier", "speed", "processing")


def cost_usd(
    endpoint: Endpoint, model: str, usage: Usage, at: datetime, service_tier: str | None = None
) -> tuple[Decimal | None, str | None]:
    """The cost in USD of one call, and what the price was taken from.

    Args:
        endpoint: Where the call went.
        model: The model's id, as the provider knows it.
        usage: The tokens that the provider reported.
        at: When the call was made, aware; prices change by date, some by the hour.
        service_tier: How fast it was served, in the provider's word: `flex`, `priority`, `fast`, `batch`.

    Returns:
        `(0, …)` is free. `(None, None)` is not known: the tokens were not reported, do not add up, or the
        model has no price for them, or none for a tier that the provider sells at another price.
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return None, None
    if own := _own(endpoint, model):
        cached = usage.cache_read_tokens or 0
        if cached > usage.input_tokens:
            return None, None
        fresh = usage.input_tokens - cached
        of_cached = own[2] if len(own) == 3 else own[0]
        total = fresh * own[0] + cached * of_cached + usage.output_tokens * own[1]
        return total / MILLION, OWN_PRICES
    listed = _listed(endpoint.price_list, model)
    cost = None if listed is None else listed(usage, at, service_tier)
    return (None, None) if cost is None else (cost, _list_version())


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """What tokens of a model cost, US dollars, in calls whose input is longer than `above_tokens`.

    Attributes:
        above_tokens: The rate holds for calls with more input tokens than this; -1 for all.
        call_usd: Of each call, whatever its tokens.
        input_usd: Of each token of input.
        cached_usd: Of each one that the provider read from its cache; that of `input_usd` where it has no
            price of its own.
        output_usd: Of each token of output.
    """

    above_tokens: int
    call_usd: float
    input_usd: float
    cached_usd: float
    output_usd: float


def rates(endpoint: Endpoint, model: str, at: datetime) -> tuple[Rate, ...]:
    """The prices of a model, for costs of many calls at once; empty where they are not known.

    Args:
        endpoint: Where the calls would go.
        model: The model's id, as the provider knows it.
        at: The moment, aware.

    Returns:
        By rising `above_tokens`: some models cost more when the input is long.
    """
    steps = (-1, *([] if _own(endpoint, model) else _steps(endpoint.price_list, model, at)))
    found = [_rate(endpoint, model, at, step) for step in steps]
    return tuple(rate for rate in found if rate is not None)


def priced_models(endpoint: Endpoint) -> list[str]:
    """The models of a provider whose price is known, as far as they are listed."""
    from genai_prices.data_snapshot import get_snapshot  # as below

    listed = (provider for provider in get_snapshot().providers if provider.id == endpoint.price_list)
    return [*endpoint.prices, *(model.id for provider in listed for model in provider.models)]


def context_tokens(endpoint: Endpoint, model: str) -> int | None:
    """How long question and answer of a model may be, as far as the price list knows."""
    found = _found(endpoint.price_list, model)
    return None if found is None else found[1].context_window


async def price(call: Call, send: Send) -> Completion:
    """Policy: write the cost on the completion, unless the provider itself reported one."""
    if not _own(call.endpoint, call.request.model):
        # Loading the list takes a few tenths of a second, which would be counted to the calls under way.
        _listed(call.endpoint.price_list, call.request.model)
    completion = await send(call)
    if completion.cost_usd is not None:
        return completion
    usage = completion.usage
    if call.operation == "embed" and usage.output_tokens is None:
        usage = replace(usage, output_tokens=0)  # a vector has no tokens
    tier = completion.service_tier or call.request.params.service_tier
    cost, version = cost_usd(call.endpoint, call.request.model, usage, call.started_at, tier)
    return completion if cost is None else replace(completion, cost_usd=cost, price_version=version)


def _own(endpoint: Endpoint, model: str) -> OwnPrice | None:
    return endpoint.prices.get(model) or endpoint.prices.get("*")


def _rate(endpoint: Endpoint, model: str, at: datetime, above_tokens: int) -> Rate | None:
    """Costs are straight lines between the steps: a few of them say all."""
    n = above_tokens + 1

    def cost(input_tokens: int, output_tokens: int, cached: int = 0) -> Decimal | None:
        usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens, cache_read_tokens=cached)
        return cost_usd(endpoint, model, usage, at)[0]

    base, more, spoken, cached = cost(n, 0), cost(n + 1, 0), cost(n, 1), cost(n + 1, 0, cached=1)
    if base is None or more is None or spoken is None:
        return None
    return Rate(
        above_tokens=above_tokens,
        call_usd=float(base - n * (more - base)),
        input_usd=float(more - base),
        cached_usd=float((more if cached is None else cached) - base),
        output_usd=float(spoken - base),
    )


def _steps(price_list: str, model: str, at: datetime) -> list[int]:
    """Numbers of input tokens above which the list has other prices."""
    import genai_prices

    found = _found(price_list, model)
    if found is None:
        return []
    none = genai_prices.Usage(input_tokens=0, output_tokens=0)
    priced = found[1].calc_price(none, found[0], genai_request_timestamp=at).model_price
    return sorted({step.start for each in vars(priced).values() for step in getattr(each, "tiers", ())})


@lru_cache(maxsize=1024)
def _found(price_list: str, model: str) -> tuple[Any, Any] | None:
    """The provider and the model in the price list."""
    from genai_prices.data_snapshot import get_snapshot  # read with the first call that needs it

    try:
        provider, found = get_snapshot().find_provider_model(model, None, price_list, None)
    except LookupError:
        return None
    return provider, found


@lru_cache(maxsize=1024)
def _listed(price_list: str, model: str) -> Callable[[Usage, datetime, str | None], Decimal | None] | None:
    import genai_prices

    if (pair := _found(price_list, model)) is None:
        return None
    provider, found = pair

    def calculate(usage: Usage, at: datetime, tier: str | None) -> Decimal | None:
        if _has_price_elsewhere(price_list, tier) and not _has_price(found, tier, at):
            return None
        tokens = genai_prices.Usage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            cache_write_1h_tokens=usage.cache_write_1h_tokens,
            input_audio_tokens=usage.input_audio_tokens,
            output_audio_tokens=usage.output_audio_tokens,
        )
        context = None if tier is None else dict.fromkeys(_TIERS, tier)
        try:
            calculated = found.calc_price(tokens, provider, genai_request_timestamp=at, price_context=context)
        except ValueError:  # more tokens from the cache than tokens: the answer is paid all the same
            return None
        # The list has models priced by the hour or the letter, and such without a price: not free, unknown.
        priced = calculated.model_price
        if priced.input_mtok is None or (usage.output_tokens and priced.output_mtok is None):
            return None
        return Decimal(calculated.total_price)

    return calculate


@lru_cache(maxsize=256)
def _has_price_elsewhere(price_list: str, tier: str | None) -> bool:
    """Whether a provider sells a tier at a price of its own: of any of its models."""
    from genai_prices.data_snapshot import get_snapshot  # as above

    models = (
        each for provider in get_snapshot().providers if provider.id == price_list for each in provider.models
    )
    return tier is not None and any(
        tier in _tiers(variant) for each in models for variant in each.price_variants or ()
    )


def _has_price(model: Any, tier: str | None, at: datetime) -> bool:
    return any(
        tier in _tiers(variant) and (variant.constraint is None or variant.constraint.active(at))
        for variant in model.price_variants or ()
    )


def _tiers(variant: Any) -> list[str]:
    return [value for name, value in variant.when.items() if name in _TIERS]


@lru_cache(maxsize=1)
def _list_version() -> str:
    return f"genai-prices {importlib.metadata.version('genai-prices')}"
