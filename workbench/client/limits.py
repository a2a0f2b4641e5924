"""How much may be asked of each provider: what the client was told, before what the settings say."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.config import Limits
from workbench.errors import ConfigError


def joined(
    limits: Mapping[str, Limits], per_provider: Mapping[str, int], settings: Mapping[str, Limits]
) -> dict[str, Limits]:
    """The limits of every provider that one of these names, each number by itself.

    Args:
        limits: Of the client; they come first.
        per_provider: Calls at once, of the client; they come second.
        settings: Of the configuration.

    Raises:
        ConfigError: One of the client's is none.
    """
    for name, given in limits.items():
        if not isinstance(given, Limits):
            raise ConfigError(
                f"limits of {name!r} are {given!r}: write workbench.config.Limits(concurrency=…)"
            )
    narrowed = {name: Limits(concurrency=number) for name, number in per_provider.items()}
    names = [*limits, *narrowed, *settings]
    return {
        name: _first(*(each[name] for each in (limits, narrowed, settings) if name in each)) for name in names
    }


def _first(*found: Limits) -> Limits:
    """The first word on each number."""

    def said(field: str) -> int | None:
        return next((number for each in found if (number := getattr(each, field)) is not None), None)

    return Limits(
        concurrency=said("concurrency"),
        requests_per_minute=said("requests_per_minute"),
        tokens_per_minute=said("tokens_per_minute"),
    )
