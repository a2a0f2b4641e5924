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
        `(0, …)` is free. `(None, None)` is not known: the tokens were not reported or the model has no price.
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return None, None
    own = endpoint.prices.get(model) or endpoint.prices.get("*")
    if own is not None:
        return (usage.input_tokens * own[0] + usage.output_tokens * own[1]) / MILLION, OWN_PRICES
    listed = _listed(endpoint.price_list, model)
    if listed is None:
        return None, None
    return listed(usage, at), _list_version()


async def price(call: Call, send: Send) -> Completion:
    """Policy: write the cost on the completion, unless the provider itself reported one."""
    completion = await send(call)
    if completion.cost_usd is not None:
        return completion
    cost, version = cost_usd(call.endpoint, call.request.model, completion.usage, call.started_at)
    return replace(completion, cost_usd=cost, price_version=version)


@lru_cache(maxsize=1024)
def _listed(price_list: str, model: str) -> Callable[[Usage, datetime], Decimal] | None:
    # Loading the list takes a tenth of a second: it is read with the first call that needs it.
    import genai_prices
    from genai_prices.data_snapshot import get_snapshot

    try:
        provider, found = get_snapshot().find_provider_model(model, None, price_list, None)
    except LookupError:
        return None

    def calculate(usage: Usage, at: datetime) -> Decimal:
        tokens = genai_prices.Usage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
        )
        calculated = found.calc_price(tokens, provider, genai_request_timestamp=at)
        return Decimal(calculated.total_price)

    return calculate


@lru_cache(maxsize=1)
def _list_version() -> str:
    return f"genai-prices {importlib.metadata.version('genai-prices')}"
