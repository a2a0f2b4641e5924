"""Whom a client can ask: from the names that users write to places, and what is served there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from workbench.calls import Endpoint, ModelInfo, Timeouts
from workbench.client.discovery import LISTING, LOOK, Reachable, look
from workbench.client.health import NO_LISTING, Health, health
from workbench.client.parameters import see
from workbench.config import Settings
from workbench.errors import CallError, ConfigError, InvalidRequestError, ModelNotFoundError
from workbench.log.journal import prepare
from workbench.log.redaction import Redaction
from workbench.prices import context_tokens
from workbench.protocols import protocol
from workbench.providers import (
    HOSTS,
    Host,
    endpoint,
    find_host,
    host_for_url,
    host_of,
    nearest,
    register,
    split_name,
)
from workbench.providers.models import facts_of
from workbench.providers.models_file import FRESH, place_of, remember_listing, remembered
from workbench.transport import Transport
from workbench.transport.listing import listing_path

MOST_FOUND = 1_000  # endpoints that are remembered


class Directory:
    """The providers, as they can be reached by the settings.

    Args:
        home: Remembers the listings for a day.
        settings: Keys and overriding base URLs.
        transport: Asks for the listings of models.
        redaction: Learns of every key that is used, before anything is sent.
    """

    def __init__(self, home: Path, settings: Settings, transport: Transport, redaction: Redaction) -> None:
        self._home = home
        self._settings = settings
        self._transport = transport
        self._redaction = redaction
        self._listed: dict[tuple[str, str], tuple[ModelInfo, ...]] = {}
        self._found: dict[tuple[str, str | None, str | None], tuple[Endpoint, str]] = {}
        self._rows: dict[str, Host] = {}

    def find(
        self, model: str, base_url: str | None = None, api_key: str | None = None
    ) -> tuple[Endpoint, str]:
        """Where the calls of a model go, and its id there.

        Raises:
            ConfigError: The name has no known provider, or its key is missing.
        """
        if not isinstance(model, str):
            raise ConfigError(f"no model: {model!r:.200}: write its name as 'provider/model'")
        see(base_url=base_url)
        # Most calls go where an earlier one went, and filling in an endpoint takes as long as encoding one.
        if self._rows != HOSTS or len(self._found) == MOST_FOUND:
            self._found, self._rows = {}, dict(HOSTS)
        asked = (model, base_url, api_key and str(api_key))
        if asked not in self._found:
            provider, name = self._split(model, base_url)
            to = endpoint(provider, name, self._settings, base_url=base_url, api_key=api_key)
            self._found[asked] = self.hiding(to), name
        return self._found[asked]

    def hiding(self, to: Endpoint) -> Endpoint:
        """The endpoint, once the log hides its key."""
        for secret in to.secrets:
            # A key that is a provider's name is a placeholder, and its stars would stand all over the log.
            if find_host(secret.reveal(), self._settings) is None:
                self._redaction.hide(secret)
        return to

    async def models(
        self, provider: str, timeouts: Timeouts, *, refresh: bool = False
    ) -> tuple[ModelInfo, ...]:
        """What a provider lists; asked once a day, or anew.

        Where it lists nothing, the names of our own table, which are marked as not listed.

        Raises:
            ConfigError: The provider is unknown or its key is missing.
            CallError: It does not answer.
        """
        to = self.to(provider)
        place = (to.provider, place_of(to))
        if not refresh:
            if place in self._listed:
                return self._listed[place]
            kept = remembered(self._home).listings.get(place)
            # What a server on this machine has changes with a download, and asking it costs nothing.
            local = host_of(provider, self._settings).local
            if kept is not None and datetime.now(UTC) - kept.at < FRESH and not local:
                self._listed[place] = kept.models
                return kept.models
        models = await self._asked(to, timeouts)
        with contextlib.suppress(OSError):  # a home that cannot be made cannot remember
            prepare(self._home)
        await self._keep(to, models)
        return models

    def to(self, provider: str) -> Endpoint:
        """Where a provider is asked, whatever the model.

        Raises:
            ConfigError: The provider is unknown or its key is missing.
        """
        return self.hiding(endpoint(provider, "", self._settings))

    async def reachable(self) -> list[Reachable]:
        """The providers that can be asked now."""

        async def ask(provider: str, timeouts: Timeouts) -> tuple[ModelInfo, ...]:
            to = self.to(provider)
            models = await self._asked(to, timeouts)
            await self._keep(to, models)
            return models

        return await look(self._settings, ask)

    async def health(self, provider: str | None) -> list[Health]:
        """How the providers are, or one of them.

        Raises:
            ConfigError: There is no such provider.
        """
        return await health(self._settings, self._transport, self._keep, provider)

    def described(self, provider: str, models: Sequence[ModelInfo]) -> tuple[ModelInfo, ...]:
        """The models of a provider, with what is known of them beside its listing."""
        to = self.to(provider)
        return tuple(self._described(to, model) for model in models)

    async def capabilities(self, model: str) -> ModelInfo:
        """What is known of a model, from the listing too if its provider answers.

        Raises:
            ConfigError: The name has no known provider, or its key is missing.
        """
        to, name = self.find(model)
        listed: tuple[ModelInfo, ...] = ()
        with contextlib.suppress(CallError):
            listed = await self.models(to.provider, LISTING)
        found = (each for each in listed if each.id == name)
        return self._described(to, next(found, ModelInfo(id=name)))

    def _described(self, to: Endpoint, model: ModelInfo) -> ModelInfo:
        info = facts_of(to.provider, model.id, self._home).updated(model)
        if info.context_tokens is None:
            info = replace(info, context_tokens=context_tokens(to, model.id))
        return info

    async def _asked(self, to: Endpoint, timeouts: Timeouts) -> tuple[ModelInfo, ...]:
        names = host_of(to.provider, self._settings).models
        ours = tuple(ModelInfo(id=name, listed=False) for name in names)
        if not listing_path(to, protocol(to.protocol)):
            return ours
        try:
            listed = await self._transport.models(to, timeouts)
        except InvalidRequestError as exc:
            if exc.status not in NO_LISTING or not ours:
                raise
            return ours
        return tuple(replace(model, listed=True) for model in listed)

    async def _keep(self, to: Endpoint, models: tuple[ModelInfo, ...]) -> None:
        self._listed[to.provider, place_of(to)] = models
        await asyncio.to_thread(remember_listing, self._home, to, models)

    async def suggest(self, error: ModelNotFoundError, to: Endpoint) -> None:
        """Put the nearest names that the provider does know into the error, where it tells them."""
        with contextlib.suppress(CallError, ConfigError):
            names = [model.id for model in await self._transport.models(to, LOOK)]
            if close := nearest(error.model, names):
                said = str(error).removesuffix(".")
                error.args = (f"{said}; the nearest names there are {', '.join(map(repr, close))}",)

    def _split(self, model: str, base_url: str | None) -> tuple[str, str]:
        if base_url is None:
            return split_name(model, self._settings)
        host = host_for_url(base_url)
        if host.name not in HOSTS:
            register(host)
        return host.name, model.removeprefix(f"{host.name}/")
