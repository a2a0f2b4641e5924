"""A provider's models beside their prices, as rows of a table."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from workbench.calls import Endpoint, ModelInfo, Usage
from workbench.prices import cost_usd

_SAMPLE = 1000
_MILLION = 1_000_000


def catalog_row(to: Endpoint, model: ModelInfo, at: datetime) -> dict[str, Any]:
    """A model as a row: provider, model, its prices in US dollars per million tokens, and its record.

    Prices are those of short prompts; `None` where they are not known, 0 where the model is free.
    """
    facts = asdict(model)
    facts["refuses"] = None if model.refuses is None else tuple(sorted(model.refuses))
    return {
        "provider": to.provider,
        "model": facts.pop("id"),
        "input_usd_per_mtok": _per_million(to, model.id, at, Usage(input_tokens=_SAMPLE, output_tokens=0)),
        "output_usd_per_mtok": _per_million(to, model.id, at, Usage(input_tokens=0, output_tokens=_SAMPLE)),
        **facts,
    }


def _per_million(to: Endpoint, model: str, at: datetime, usage: Usage) -> Decimal | None:
    cost, _ = cost_usd(to, model, usage, at)
    return None if cost is None else cost * _MILLION / _SAMPLE
