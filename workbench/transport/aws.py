"""Authorisation at AWS: by a Bedrock API key, or by a signature (SigV4) that botocore makes.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

import httpx

from workbench.calls import Endpoint, Secret, Usage
from workbench.errors import ConfigError

if TYPE_CHECKING:
    from botocore.credentials import Credentials, ReadOnlyCredentials

# The region that a request is signed for has to be the one that it goes to.
_REGION_IN_HOST = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d+)\.(?:amazonaws|api\.aws)")
_SIGNED = ("Authorization", "X-Amz-Date", "X-Amz-Security-Token")
_COUNTS = {
    "x-amzn-bedrock-input-token-count": "input_tokens",
    "x-amzn-bedrock-output-token-count": "output_tokens",
}
_finding = Lock()


async def by_aws(endpoint: Endpoint, request: httpx.Request) -> None:
    """The API key where there is one, else a signature by credentials.

    The credentials are those of the settings, else the first that botocore finds: in a profile, by SSO, web
    identity, or of the machine (ECS, EC2). botocore renews them before they expire.

    Raises:
        ConfigError: botocore is not installed, or there are no credentials.
    """
    if endpoint.secret is not None:
        request.headers["Authorization"] = f"Bearer {endpoint.secret.reveal()}"
        return
    # Looking for credentials, and renewing them, may read files and ask servers.
    request.headers.update(await asyncio.to_thread(_signature, endpoint, request))


def without_token(response: httpx.Response, content: bytes) -> bytes:
    """An answer without the session's token: where a signature is wrong, AWS may repeat what was signed."""
    token = response.request.headers.get("X-Amz-Security-Token")
    return content if token is None else Secret(token).redact(content.decode(errors="replace")).encode()


def counts(headers: Mapping[str, str]) -> Usage | None:
    """The tokens that Bedrock counts in the headers of an answer, for models that do not say them.

    `None` where it counts none, as in the answers of all others.

    Args:
        headers: Of the answer, their names in lower case.
    """
    told = {ours: int(headers[name]) for name, ours in _COUNTS.items() if headers.get(name, "").isdecimal()}
    return Usage(**told) if told else None


def _signature(endpoint: Endpoint, request: httpx.Request) -> dict[str, str]:
    try:
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
    except ImportError as exc:
        raise ConfigError(
            f"{endpoint.provider} without an API key needs botocore: pip install 'llm-workbench[aws]'"
            + (f", or {endpoint.key_hint}" if endpoint.key_hint else "")
        ) from exc
    # It logs what it signs, the session's token included.
    logging.getLogger("botocore.auth").setLevel(logging.INFO)
    signed = AWSRequest(
        method=request.method,
        url=str(request.url),
        data=request.content,
        headers={"Content-Type": request.headers["Content-Type"]},
    )
    region = _region(endpoint, request)
    SigV4Auth(_credentials(endpoint), endpoint.options["service"], region).add_auth(signed)
    return {name: signed.headers[name] for name in _SIGNED if name in signed.headers}


def _region(endpoint: Endpoint, request: httpx.Request) -> str:
    found = _REGION_IN_HOST.search(request.url.host)
    return found[1] if found else endpoint.options["region"]


def _credentials(endpoint: Endpoint) -> ReadOnlyCredentials:
    from botocore.credentials import ReadOnlyCredentials
    from botocore.exceptions import BotoCoreError

    options = endpoint.options
    if options.get("access_key_id") and options.get("secret_access_key"):
        return ReadOnlyCredentials(
            options["access_key_id"], options["secret_access_key"], options.get("session_token") or None
        )
    try:
        with _finding:  # one search for all calls that begin at once
            return _found(options.get("profile") or None).get_frozen_credentials()
    except (BotoCoreError, LookupError) as exc:
        raise ConfigError(
            f"no AWS credentials for {endpoint.provider} ({exc}): set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or log in with the AWS command line"
            + (f"; or {endpoint.key_hint}" if endpoint.key_hint else "")
        ) from exc


@lru_cache(maxsize=8)
def _found(profile: str | None) -> Credentials:
    """What botocore's chain finds; kept, since the object renews itself.

    Raises:
        LookupError: Nothing.
    """
    from botocore.session import Session

    found = Session(profile=profile).get_credentials()
    if found is None:
        raise LookupError("none were found")
    return found
