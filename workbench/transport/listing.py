"""The models of a provider: every page of its listing, and what the server tells of each where it can."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from workbench.calls import Endpoint, ModelInfo
from workbench.errors import CallError
from workbench.protocols import Protocol

MOST_PAGES = 100
# A local server with many models is asked for a few at once.
_AT_ONCE = 8

Ask = Callable[[Endpoint, str, Callable[[Any], Any], Mapping[str, Any] | None], Awaitable[Any]]
"""Asks an endpoint for a path, with a body or without one, and decodes the JSON of the answer."""


def listing_path(endpoint: Endpoint, wire: Protocol) -> str:
    """Where the listing is; empty where the host has none."""
    return wire.MODELS_PATH if endpoint.models_path is None else endpoint.models_path


async def list_models(endpoint: Endpoint, wire: Protocol, ask: Ask) -> tuple[ModelInfo, ...]:
    """Every model that a provider lists.

    Raises:
        CallError: It does not answer, or not with a listing.
    """
    turn: Callable[[Any], Mapping[str, str] | None] = getattr(wire, "next_page", lambda _: None)

    def decode(body: Any) -> tuple[tuple[ModelInfo, ...], Mapping[str, str] | None]:
        # Together and GitHub answer with the bare list that others put under "data".
        listing = {"data": body} if isinstance(body, list) else body
        return wire.decode_models(listing), turn(listing)

    found: list[ModelInfo] = []
    path = listing_path(endpoint, wire)
    place = endpoint
    for _ in range(MOST_PAGES):
        models, following = await ask(place, path, decode, None)
        found += models
        if following is None:
            break
        place = replace(endpoint, query={**endpoint.query, **following})
    return await _shown(endpoint, wire, ask, found)


async def _shown(
    endpoint: Endpoint, wire: Protocol, ask: Ask, models: list[ModelInfo]
) -> tuple[ModelInfo, ...]:
    """The models with what the server tells when it is asked for each, where the protocol has that."""
    encode = getattr(wire, "encode_show", None)
    if encode is None:
        return tuple(models)
    room = asyncio.Semaphore(_AT_ONCE)

    async def show(model: ModelInfo) -> ModelInfo:
        path, body = encode(model.id)
        try:
            async with room:
                told: ModelInfo = await ask(endpoint, path, wire.decode_show, body)  # type: ignore[attr-defined]
        except CallError:  # it was deleted meanwhile, or the server is older
            return model
        return model.updated(told)

    return tuple(await asyncio.gather(*(show(model) for model in models)))
