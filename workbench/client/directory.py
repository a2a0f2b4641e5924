"""Whom a client can ask: from the names that users write to places, and what is served there."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from workbench.calls import Endpoint, Timeouts
from workbench.client.discovery import LOOK, Reachable, look, recorded
from workbench.config import Settings
from workbench.errors import CallError, ConfigError, ModelNotFoundError
from workbench.log.redaction import Redaction
from workbench.protocols import ModelInfo
from workbench.providers import HOSTS, endpoint, host_for_url, nearest, register, split_name
from workbench.transport import Transport


class Directory:
    """The providers, as they can be reached by the settings.

    Args:
        settings: Keys and overriding base URLs.
        transport: Asks for the listings of models.
        redaction: Learns of every key that is used, before anything is sent.
    """

    def __init__(self, settings: Settings, transport: Transport, redaction: Redaction) -> None:
        self._settings = settings
        self._transport = transport
        self._redaction = redaction
        self._listed: dict[str, tuple[ModelInfo, ...]] = {}

    def find(
        self, model: str, base_url: str | None = None, api_key: str | None = None
    ) -> tuple[Endpoint, str]:
        """Where the calls of a model go, and its id there.

        Raises:
            ConfigError: The name has no known provider, or its key is missing.
        """
        provider, name = self._split(model, base_url)
        to = endpoint(provider, name, self._settings, base_url=base_url, api_key=api_key)
        return self.hiding(to), name

    def hiding(self, to: Endpoint) -> Endpoint:
        """The endpoint, once the log hides its key."""
        for secret in to.secrets:
            # A key that is a provider's name is a placeholder, and its stars would stand all over the log.
            if secret.reveal() not in HOSTS:
                self._redaction.hide(secret)
        return to

    async def models(self, provider: str, timeouts: Timeouts) -> tuple[ModelInfo, ...]:
        """What a provider lists; asked once.

        Raises:
            ConfigError: The provider is unknown or its key is missing.
            CallError: It does not answer.
        """
        to = endpoint(provider, "", self._settings)
        if provider not in self._listed:
            self._listed[provider] = await self._transport.models(to, timeouts)
        return self._listed[provider]

    async def reachable(self) -> list[Reachable]:
        """The providers that can be asked now."""
        return await look(self._settings, self.models)

    async def suggest(self, error: ModelNotFoundError, to: Endpoint) -> None:
        """Put the nearest names that the provider does know into the error, where it tells them."""
        with contextlib.suppress(CallError, ConfigError):
            names = [model.id for model in await self._transport.models(to, LOOK)]
            if close := nearest(error.model, names):
                error.args = (f"{error}; the nearest names there are {', '.join(map(repr, close))}",)

    def _split(self, model: str, base_url: str | None) -> tuple[str, str]:
        if base_url is None:
            return split_name(model, self._settings.default_provider)
        host = host_for_url(base_url)
        if host.name not in HOSTS:
            register(host)
        return host.name, model.removeprefix(f"{host.name}/")


class RecordedDirectory(Directory):
    """The models of an experiment in the log, for a client that asks nobody: no key, no network.

    Args:
        names: The models, as `provider/model`.
    """

    def __init__(
        self, settings: Settings, transport: Transport, redaction: Redaction, names: Sequence[str]
    ) -> None:
        super().__init__(settings, transport, redaction)
        self._names = tuple(names)

    def find(
        self,
        model: str,
        base_url: str | None = None,
        api_key: str | None = None,  # noqa: ARG002 - nobody sees it
    ) -> tuple[Endpoint, str]:
        """The model's name; where it was asked is in the log.

        Raises:
            ConfigError: The name has no known provider.
        """
        known = base_url is None and model in self._names  # its provider may be in no table here
        provider, name = model.split("/", 1) if known else self._split(model, base_url)
        return Endpoint(provider=provider, protocol="", base_url=""), name

    async def models(
        self,
        provider: str,
        timeouts: Timeouts,  # noqa: ARG002 - nobody is waited for
    ) -> tuple[ModelInfo, ...]:
        """Those of the experiment."""
        own = f"{provider}/"
        return tuple(ModelInfo(id=name.removeprefix(own)) for name in self._names if name.startswith(own))

    async def reachable(self) -> list[Reachable]:
        """The providers of the experiment."""
        return recorded(self._names)

    async def suggest(self, error: ModelNotFoundError, to: Endpoint) -> None:
        """Nothing: nobody is asked."""
