"""Before a call: who can be asked, for which models, and what those can do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workbench.calls import ModelInfo, Timeouts
from workbench.client.catalog import catalog_row
from workbench.client.directory import Directory
from workbench.client.discovery import LISTING, Reachable
from workbench.client.health import Health


class Looking:
    """The part of `Client` that looks around: `models`, `catalog`, `capabilities`, `health`, `reachable`."""

    _directory: Directory

    def full_name(self, model: str, *, base_url: str | None = None, api_key: str | None = None) -> str:
        """`provider/model` for any way of writing it, if the model's provider can be asked.

        Args:
            model: The name.
            base_url: Any server's URL, in place of the table's.
            api_key: The key, in place of the settings'; from now on the log hides it.

        Raises:
            ConfigError: The name has no known provider, or its key is missing.
        """
        to, name = self._directory.find(model, base_url, api_key)
        return f"{to.provider}/{name}"

    async def models(
        self, provider: str, *, refresh: bool = False, timeouts: Timeouts = LISTING
    ) -> tuple[ModelInfo, ...]:
        """The models that a provider lists, with what is known of each from elsewhere.

        A listing is asked for once a day, that of a local server once for each client. Where a provider
        lists none, the models of our own table, whose `listed` is `False`.

        Args:
            provider: Its name.
            refresh: Ask anew.
            timeouts: How long to wait.

        Raises:
            ConfigError: The provider is unknown or its key is missing.
            CallError: It does not answer.
        """
        listed = await self._directory.models(provider, timeouts, refresh=refresh)
        return self._directory.described(provider, listed)

    async def catalog(self, provider: str, *, refresh: bool = False) -> list[dict[str, Any]]:
        """The models of a provider with their prices, a row each: `pandas.DataFrame(rows)` makes a table.

        Args:
            provider: Its name.
            refresh: Ask for the listing anew.

        Returns:
            Rows with provider, model, input_usd_per_mtok and output_usd_per_mtok (US dollars per million
            tokens of short prompts, `None` where not known), and the fields of the model's record.

        Raises:
            ConfigError: The provider is unknown or its key is missing.
            CallError: It does not answer.
        """
        models = await self.models(provider, refresh=refresh)
        to, at = self._directory.to(provider), datetime.now(UTC)
        return [catalog_row(to, model, at) for model in models]

    async def capabilities(self, model: str) -> ModelInfo:
        """What is known of a model: by its name, from its provider's listing, and by what it refused before.

        Raises:
            ConfigError: The name has no known provider, or its key is missing.
        """
        return await self._directory.capabilities(model)

    async def health(self, provider: str | None = None) -> list[Health]:
        """Whether providers answer, how fast, and what to do where they do not; no token is spent on it.

        Args:
            provider: The only one to ask; every known one where not given, those without a key unasked.

        Raises:
            ConfigError: There is no such provider, or the client replays and asks nobody.
        """
        return await self._directory.health(provider)

    async def reachable(self) -> list[Reachable]:
        """The providers that can be asked now: those with a key, and the local servers that answer.

        A provider with a key or an address of the user's that does not answer is in the list too, with the
        `problem`; a local server that does not run at its usual port is not.
        """
        return await self._directory.reachable()
