"""Authorisation at Google Cloud: a bearer that google-auth gets, or one that the user has got.

Source: https://cloud.google.com/docs/authentication/application-default-credentials
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

import httpx

from workbench.calls import Endpoint
from workbench.errors import ConfigError

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
REGIONAL = "-aiplatform.googleapis.com"
_refreshing = Lock()


async def by_google(endpoint: Endpoint, request: httpx.Request) -> None:
    """The bearer of the settings where there is one, else one of the application's default credentials.

    Those are, in this order: the file that GOOGLE_APPLICATION_CREDENTIALS names, what `gcloud auth
    application-default login` left, and the account of the machine. google-auth renews the bearer when it
    has run out. Vertex AI's address in the location of the request is mended on the way.

    Raises:
        ConfigError: google-auth is not installed, or finds no credentials that are good for a bearer.
    """
    _at_location(request)
    if endpoint.secret is not None:
        request.headers["Authorization"] = f"Bearer {endpoint.secret.reveal()}"
        return
    # Getting credentials reads files and asks servers.
    request.headers.update(await asyncio.to_thread(_found, endpoint))


def _at_location(request: httpx.Request) -> None:
    # All regions have their name before the domain, but for the whole world, and for all of a continent.
    # https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations
    location, _, rest = request.url.host.partition(REGIONAL)
    hosts = {"global": "aiplatform.googleapis.com"} | {
        each: f"aiplatform.{each}.rep.googleapis.com" for each in ("us", "eu")
    }
    if not rest and location in hosts and request.url.host.endswith(REGIONAL):
        request.url = request.url.copy_with(host=hosts[location])
        request.headers["Host"] = hosts[location]


def _found(endpoint: Endpoint) -> dict[str, str]:
    try:
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import Request
    except ImportError as exc:
        raise ConfigError(
            f"{endpoint.provider} without a bearer needs google-auth: pip install 'llm-workbench[google]', "
            f"or {endpoint.key_hint}"
        ) from exc
    try:
        with _refreshing:
            credentials = _credentials()
            if not credentials.valid:
                credentials.refresh(Request())
    except GoogleAuthError as exc:
        raise ConfigError(
            f"{endpoint.provider}: no bearer from Google ({exc}): run "
            "`gcloud auth application-default login`, set "
            f"GOOGLE_APPLICATION_CREDENTIALS to a key file, or {endpoint.key_hint}"
        ) from exc
    headers = {"Authorization": f"Bearer {credentials.token}"}
    # Who logs in as a person says which project is charged.
    if (project := getattr(credentials, "quota_project_id", None)) is not None:
        headers["x-goog-user-project"] = project
    return headers


@lru_cache(maxsize=1)
def _credentials() -> Credentials:
    import google.auth

    credentials: Credentials = google.auth.default(scopes=[SCOPE])[0]
    return credentials
