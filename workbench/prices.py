"""What a call cost: the host's own prices first, then the price list that the library genai-prices keeps."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from workbench.calls import Call, Completion, Endpoint, Usage
from workbench.pipeline import Send

MILLION = Decimal(1_000_000)
OWN_PRICES = "the provider's row"


def cost_usd(endpoint: Endpoint, model: str, usage: Usage, at: datetime) -> tuple[Decimal | None, str | None]:
    """The cost in USD of one call, and what the price was taken from.

    Args:
        endpoint: Where the call went.
        model: The model's id, as the provider knows it.
        usage: The tokens that the provider reported.
        at: When the call was made, aware; prices change by date, some by the hour.

    Returns:
        `(0, …)` is free. `(None, None)` is not known: the tokens were not reported, do not add up, or the
        model has no price for them.
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return None, None
    if own := _own(endpoint, model):
        return (usage.input_tokens * own[0] + usage.output_tokens * own[1]) / MILLION, OWN_PRICES
    listed = _listed(endpoint.price_list, model)
    cost = None if listed is None else listed(usage, at)
    return (None, None) if cost is None else (cost, _list_version())


async def price(call: Call, send: Send) -> Completion:
    """Policy: write the cost on the completion, unless the provider itself reported one."""
    if not _own(call.endpoint, call.request.model):
        # Loading the list takes a few tenths of a second, which would be counted to the calls under way.
        _listed(call.endpoint.price_list, call.request.model)
    completion = await send(call)
    if completion.cost_usd is not None:
        return completion
    cost, version = cost_usd(call.endpoint, call.request.model, completion.usage, call.started_at)
    return replace(completion, cost_usd=cost, price_version=version)


def _own(endpoint: Endpoint, model: str) -> tuple[Decimal, Decimal] | None:
    return endpoint.prices.get(model) or endpoint.prices.get("*")


@lru_cache(maxsize=1024)
def _listed(price_list: str, model: str) -> Callable[[Usage, datetime], Decimal | None] | None:
    import genai_prices  # read with the first call that needs it
    from genai_prices.data_snapshot import get_snapshot

    try:
        provider, found = get_snapshot().find_provider_model(model, None, price_list, None)
    except LookupError:
        return None

    def calculate(usage: Usage, at: datetime) -> Decimal | None:
        tokens = genai_prices.Usage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
        )
        try:
            calculated = found.calc_price(tokens, provider, genai_request_timestamp=at)
        except ValueError:  # more tokens from the cache than tokens: the answer is paid all the same
            return None
        # The list has models priced by the hour or the letter, and such without a price: not free, unknown.
        priced = calculated.model_price
        if priced.input_mtok is None or (usage.output_tokens and priced.output_mtok is None):
            return None
        return Decimal(calculated.total_price)

    return calculate


@lru_cache(maxsize=1)
def _list_version() -> str:
    return f"genai-prices {importlib.metadata.version('genai-prices')}"
