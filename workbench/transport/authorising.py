"""How requests are authorised: by a key in a header, or as a provider wants it otherwise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx

from workbench import extensions
from workbench.calls import Endpoint
from workbench.errors import ConfigError
from workbench.transport.aws import by_aws
from workbench.transport.google import by_google

Authorise = Callable[[Endpoint, httpx.Request], Awaitable[None]]
"""Puts what a request needs into its headers, when it is otherwise ready to be sent."""


async def by_key(endpoint: Endpoint, request: httpx.Request) -> None:
    """The key, in the header where the host wants it."""
    if endpoint.secret is not None:
        request.headers[endpoint.auth_header] = endpoint.auth_prefix + endpoint.secret.reveal()


AUTHORISATIONS: dict[str, Authorise] = {"key": by_key, "aws": by_aws, "google": by_google}


async def authorise(endpoint: Endpoint, request: httpx.Request) -> None:
    """Authorise a request as its host wants it.

    Raises:
        ConfigError: There is no such way, or what it needs is not configured.
    """
    if endpoint.auth not in AUTHORISATIONS:
        found = extensions.find("workbench.authorisations", endpoint.auth)
        if found is None:
            wrong = f"{endpoint.provider}: no authorisation {endpoint.auth!r}"
            raise ConfigError(f"{wrong}: write one of {', '.join(AUTHORISATIONS)}")
        AUTHORISATIONS[endpoint.auth] = found
    await AUTHORISATIONS[endpoint.auth](endpoint, request)
