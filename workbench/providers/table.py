"""The row of a provider, wherever it is from: the table, the configuration file, the settings, a package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench import extensions
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.providers.hosts import HOSTS, Host
from workbench.providers.urls import host_for_url

GROUP = "workbench.hosts"
COMPATIBLE = "openai_compatible"


def find_host(name: str, settings: Settings) -> Host | None:
    """The row of the provider of that name, which may be an alias; `None` where there is none.

    Raises:
        ConfigError: The configuration file names it as a new provider without an address, or
            OPENAI_COMPATIBLE_CUSTOM_HEADERS cannot be read.
    """
    named = [own for own, changes in settings.providers.items() if name in changes.get("aliases", ())]
    name = named[0] if named else name
    host = _known(name, settings)
    changes = settings.providers.get(host.name if host else name)
    return host if changes is None else _changed(name, host, changes, settings)


def known_hosts(settings: Settings) -> dict[str, Host]:
    """All providers by name: those of the table, of packages and of the settings."""
    named = [
        *HOSTS,
        *extensions.names(GROUP),
        *settings.providers,
        COMPATIBLE,
        settings.default_provider or "",
    ]
    found = (find_host(name, settings) for name in named)
    return {host.name: host for host in found if host is not None}


def default_host(settings: Settings) -> Host | None:
    """The provider of bare names: `LLM_PROVIDER`, or the server at `LLM_BASE_URL`; `None` where none is set.

    Raises:
        ConfigError: LLM_BASE_URL is no address.
    """
    if settings.default_provider is not None:
        return find_host(settings.default_provider, settings)
    url = settings.get("LLM_BASE_URL")
    if url is not None:
        return host_for_url(url)
    return _compatible(settings)


def _known(name: str, settings: Settings) -> Host | None:
    if name in HOSTS:
        return HOSTS[name]
    for host in HOSTS.values():
        if name in host.aliases:
            return host
    compatible = _compatible(settings)
    if compatible is not None and name in {compatible.name, COMPATIBLE}:
        return compatible
    url = settings.get("LLM_BASE_URL")
    if url is not None and settings.default_provider is None and (at := host_for_url(url)).name == name:
        return at
    found = extensions.find(GROUP, name)
    return replace(found, name=name) if isinstance(found, Host) else None


def _changed(name: str, host: Host | None, changes: Mapping[str, Any], settings: Settings) -> Host:
    if host is not None:
        return replace(host, **changes)
    if "base_url" not in changes:
        raise ConfigError(
            f"{settings.project / 'workbench.toml'}: [providers.{name}] is not a provider that is known, and "
            "has no base_url: write its address"
        )
    return Host(name=name, **{"needs_key": "key" in changes, **changes})


def _compatible(settings: Settings) -> Host | None:
    """The server of the settings `OPENAI_COMPATIBLE_…`."""
    url = settings.get("OPENAI_COMPATIBLE_BASE_URL")
    enabled = (settings.get("OPENAI_COMPATIBLE_ENABLED") or "true").lower()
    if url is None or enabled in {"false", "0", "no", "off"}:
        return None
    return Host(
        name=settings.get("OPENAI_COMPATIBLE_PROVIDER_NAME") or COMPATIBLE,
        base_url=url,
        key="OPENAI_COMPATIBLE_API_KEY",
        needs_key=False,
        model_key="OPENAI_COMPATIBLE_MODEL",
        headers=_headers(settings.get("OPENAI_COMPATIBLE_CUSTOM_HEADERS") or "{}"),
    )


def _headers(text: str) -> dict[str, str]:
    """Headers written as JSON, or as `Name: value` with commas between them."""
    try:
        read = (
            json.loads(text) if text.startswith("{") else dict(pair.split(":", 1) for pair in text.split(","))
        )
        return {str(name).strip(): str(value).strip() for name, value in read.items()}
    except ValueError:
        pass
    # Neither quoted nor chained: there may be a key in it.
    raise ConfigError(
        "OPENAI_COMPATIBLE_CUSTOM_HEADERS cannot be read: write it as JSON, or as 'Name: value, Other: value'"
    )
