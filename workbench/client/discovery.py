"""Who can be asked from here: the providers with a key, and the local servers that answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from workbench.calls import Timeouts
from workbench.config import Settings
from workbench.errors import CallError, ConfigError
from workbench.protocols import ModelInfo
from workbench.providers import Host, has_key, is_configured, known_hosts
from workbench.providers.models import facts_of

# They converse, but nobody begins with them.
SPECIAL = re.compile("guard|image|audio|search|ocr|live|robotics|computer-use", re.IGNORECASE)
LOOK = Timeouts(connect_s=1.0, first_byte_s=3.0, between_chunks_s=3.0, total_s=5.0)
LISTING = Timeouts(connect_s=5.0, first_byte_s=15.0, between_chunks_s=15.0, total_s=20.0)

ListModels = Callable[[str, Timeouts], Awaitable[tuple[ModelInfo, ...]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reachable:
    """A provider that can be asked.

    Attributes:
        provider: Its name.
        models: What it lists, as `provider/model`.
        suggested: One to three of them to begin with.
        problem: Why a provider that is configured could not be asked; empty where it could.
    """

    provider: str
    models: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    problem: str = ""


async def look(settings: Settings, models: ListModels) -> list[Reachable]:
    """The providers that can be asked now, all of them looked at together.

    Args:
        settings: Where keys and base URLs are looked up.
        models: Lists the models of a provider in so much time, or raises.
    """
    found = await asyncio.gather(
        *(_look(host, models, configured=is_configured(host, settings)) for host in _askable(settings))
    )
    return [each for each in found if each is not None]


def recorded(models: Sequence[str]) -> list[Reachable]:
    """The providers of these models, each with those of them that are its own."""
    names: dict[str, list[str]] = {}
    for model in models:
        names.setdefault(model.partition("/")[0], []).append(model)
    return [
        Reachable(provider=provider, models=tuple(own), suggested=tuple(own))
        for provider, own in names.items()
    ]


def _askable(settings: Settings) -> list[Host]:
    """Who may answer; of several that share a key, or a local address, the first that is not set apart."""
    askable: dict[str, Host] = {}
    for host in known_hosts(settings).values():
        own_address = is_configured(replace(host, key=None, other_keys=()), settings)
        # Looking for credentials takes seconds where there are none.
        open_to_all = not host.needs_key and host.auth == "key"
        if own_address or (not host.closed and (has_key(host, settings) or open_to_all)):
            shared = host.base_url if host.local else host.key or host.name
            askable.setdefault(host.name if own_address else shared, host)
    return list(askable.values())


async def _look(host: Host, models: ListModels, *, configured: bool) -> Reachable | None:
    provider = host.name
    try:
        listed = await models(provider, LISTING if configured else LOOK)
    except (CallError, ConfigError) as exc:
        return Reachable(provider=provider, problem=str(exc)) if configured else None
    names = [model.id for model in listed]
    known = [name for name in host.models if name in names or not names]
    suggested = known or [model.id for model in listed if _chats(provider, model)][: 3 if host.local else 1]
    return Reachable(
        provider=provider,
        models=tuple(f"{provider}/{name}" for name in names),
        suggested=tuple(f"{provider}/{name}" for name in suggested),
    )


def _chats(provider: str, model: ModelInfo) -> bool:
    known = facts_of(provider, model.id).updated(model)
    return known.chat is not False and not SPECIAL.search(model.id)
