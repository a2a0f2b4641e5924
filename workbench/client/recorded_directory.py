"""Whom a client seems to ask that answers from the log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.calls import Endpoint, ModelInfo, Timeouts
from workbench.client.directory import Directory
from workbench.client.discovery import Reachable, recorded
from workbench.client.health import Health
from workbench.config import Settings
from workbench.errors import ConfigError, ModelNotFoundError
from workbench.log.redaction import Redaction
from workbench.providers import find_host
from workbench.transport import Transport


class RecordedDirectory(Directory):
    """The models of an experiment in the log, for a client that asks nobody: no key, no network.

    Args:
        names: The models, as `provider/model`.
    """

    def __init__(
        self, home: Path, settings: Settings, transport: Transport, redaction: Redaction, names: Sequence[str]
    ) -> None:
        super().__init__(home, settings, transport, redaction)
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
        host = find_host(provider, self._settings)
        refuses = frozenset() if host is None else host.refuses
        return Endpoint(provider=provider, protocol="", base_url="", refuses=refuses), name

    def to(self, provider: str) -> Endpoint:
        """Nowhere: nobody is asked."""
        return Endpoint(provider=provider, protocol="", base_url="")

    async def models(
        self,
        provider: str,
        timeouts: Timeouts,  # noqa: ARG002 - nobody is waited for
        *,
        refresh: bool = False,  # noqa: ARG002 - nobody is asked
    ) -> tuple[ModelInfo, ...]:
        """Those of the experiment."""
        own = f"{provider}/"
        return tuple(ModelInfo(id=name.removeprefix(own)) for name in self._names if name.startswith(own))

    async def reachable(self) -> list[Reachable]:
        """The providers of the experiment."""
        return recorded(self._names)

    async def health(
        self,
        provider: str | None,  # noqa: ARG002 - whichever it is
    ) -> list[Health]:
        """None: nobody is asked.

        Raises:
            ConfigError: Always.
        """
        raise ConfigError("this client answers from the log and asks nobody: make one without replay")

    async def suggest(self, error: ModelNotFoundError, to: Endpoint) -> None:
        """Nothing: nobody is asked."""
