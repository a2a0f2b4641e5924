"""From the name that a user writes to a provider and a model."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from workbench.config import Settings, setting_of
from workbench.errors import ConfigError
from workbench.providers.hosts import HOSTS, Host
from workbench.providers.table import default_host, find_host, known_hosts


def split_name(name: str, settings: Settings) -> tuple[str, str]:
    """Provider and model of `provider/model` or `provider:model`, split at the first separator.

    A name that begins with no known provider belongs to the default provider, where one is set, so that
    `meta-llama/llama-4` or `llama3:8b` can be written bare. A provider alone means its default model
    (`<PROVIDER>_MODEL`, or `LLM_DEFAULT_MODEL` for the default provider), and no name the default model.

    Raises:
        ConfigError: The provider is unknown, or there is none and no default either; or no model is named.
    """
    name = name.strip() or _default_name(settings)
    head, separator, model = _cut(name)
    host = find_host(head, settings)
    default = default_host(settings)
    if host is not None and separator:
        if not model:
            raise ConfigError(f"no model in {name!r}: write '{head}/model'")
        return host.name, model
    if host is not None and (own := default_model(host, settings)):
        return host.name, own
    if default is not None:
        return default.name, name
    if settings.default_provider is not None:
        wrong = f"the default provider {settings.default_provider!r} (LLM_PROVIDER) is unknown"
        raise ConfigError(f"{wrong}: {advice(settings.default_provider, settings)}")
    if host is not None:
        raise ConfigError(
            f"no model in {name!r}: write '{head}/model', or set {setting_of(host.name, 'MODEL')}"
        )
    if separator:
        raise ConfigError(f"unknown provider {head!r} in {name!r}: {advice(head, settings)}")
    raise ConfigError(
        f"no provider in {name!r}: write 'provider/model', as in 'openai/{name}', or set LLM_PROVIDER"
    )


def default_model(host: Host, settings: Settings) -> str | None:
    """The model that a provider is asked for where none is named; `None` where none is set."""
    further = [] if host.model_key is None else [host.model_key]
    named = settings.get(setting_of(host.name, "MODEL"), *further)
    if named is None and (default := default_host(settings)) is not None and default.name == host.name:
        named = settings.default_model
    return None if named is None else named.removeprefix(f"{host.name}/")


def host_of(name: str, settings: Settings) -> Host:
    """The row of the provider of that name, which may be an alias.

    Raises:
        ConfigError: There is none.
    """
    host = find_host(name, settings) if isinstance(name, str) else None
    if host is None:
        raise ConfigError(f"unknown provider {name!r}: {advice(str(name), settings)}")
    return host


def advice(wrong: str, settings: Settings) -> str:
    """What to write in place of the name of a provider that is not known."""
    known = known_hosts(settings)
    close = nearest(wrong, [*known, *(alias for host in known.values() for alias in host.aliases)], most=1)
    if close:
        return f"did you mean {close[0]!r}?"
    some = ", ".join(list(HOSTS)[:4])
    return f"write one of {some} … (all {len(known)}: `workbench providers`), or give a base_url"


def nearest(name: str, names: Iterable[str], most: int = 3) -> list[str]:
    """The names most like this one, the best first; by letters, case aside."""
    folded = {candidate.lower(): candidate for candidate in names}
    found = difflib.get_close_matches(name.lower(), folded, n=most, cutoff=0.4)
    return [folded[candidate] for candidate in found]


def _default_name(settings: Settings) -> str:
    host = default_host(settings)
    if (named := settings.default_model) is None:
        if host is not None and (own := default_model(host, settings)):
            return f"{host.name}/{own}"
        raise ConfigError("no model is named: write 'provider/model', or set LLM_DEFAULT_MODEL")
    # The model is the default provider's, even where its own name begins like another provider.
    return named if host is None else f"{host.name}/{named.removeprefix(f'{host.name}/')}"


def _cut(name: str) -> tuple[str, str, str]:
    found = re.search("[/:]", name)
    return (name[: found.start()], found[0], name[found.end() :]) if found else (name, "", "")
