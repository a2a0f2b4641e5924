"""Where else than in conversations a provider can be asked: in protocols beside that of its chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workbench.calls import Endpoint, Operation
from workbench.errors import ConfigError
from workbench.protocols import COMPLETIONS, EMBEDDINGS
from workbench.providers import HOSTS

_PROTOCOLS: Mapping[Operation, Mapping[str, str]] = {"complete": COMPLETIONS, "embed": EMBEDDINGS}
_NAMES: Mapping[Operation, str] = {"complete": "text completions", "embed": "embeddings"}
_MOST_NAMED = 8


def at(to: Endpoint, operation: Operation) -> Endpoint:
    """The endpoint for an operation: the same place, in the protocol that it has there.

    Raises:
        ConfigError: The provider has none for it.
    """
    if operation == "chat":
        return to
    protocols = _PROTOCOLS[operation]
    if to.protocol in protocols:
        renames = to.renames
        if operation == "complete":  # OpenAI gave the limit its newer name in conversations alone
            renames = {old: new for old, new in renames.items() if new != "max_completion_tokens"}
        return replace(to, protocol=protocols[to.protocol], renames=renames)
    others = [host.name for host in HOSTS.values() if host.protocol in protocols and not host.closed]
    raise ConfigError(
        f"{to.provider} has no {_NAMES[operation]} where it speaks {to.protocol}: ask one of "
        f"{', '.join(others[:_MOST_NAMED])} …"
    )
