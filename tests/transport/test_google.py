"""Bearers for Google Cloud: one that is given, and those that google-auth gets of a token server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from served import serving

from workbench.calls import Endpoint, Secret
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.providers import endpoint
from workbench.transport import google
from workbench.transport.authorising import authorise


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No credentials of this machine, and none that another test has found."""
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    google._credentials.cache_clear()
    yield
    google._credentials.cache_clear()


@pytest.fixture
async def tokens() -> AsyncIterator[tuple[str, list[str]]]:
    """The URL of a server that gives bearers, and the grants that it was asked for."""
    grants: list[str] = []

    async def give(request: web.Request) -> web.Response:
        grants.append(parse_qs(await request.text())["grant_type"][0])
        return web.json_response({"access_token": f"bearer-{len(grants)}", "expires_in": 3600})

    async with serving(give) as url:
        yield url, grants


def key_file(folder: Path, token_uri: str) -> Path:
    """The key of a service account, as Google's console gives it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    path = folder / "account.json"
    account = {"type": "service_account", "project_id": "p", "private_key_id": "1", "private_key": pem}
    path.write_text(json.dumps({**account, "client_email": "a@p.example", "token_uri": token_uri}))
    return path


def vertex(settings: Settings) -> Endpoint:
    return endpoint("vertex", "gemini-3.8-flash", settings)


def request_to(place: Endpoint) -> httpx.Request:
    return httpx.Request("POST", f"{place.base_url}/models/gemini-3.8-flash:generateContent")


async def sent_to(place: Endpoint) -> httpx.Request:
    request = request_to(place)
    await authorise(place, request)
    return request


def settings_of(folder: Path, **values: str) -> Settings:
    return Settings(project=folder, values={"GOOGLE_CLOUD_PROJECT": "p", **values})


async def test_a_bearer_that_is_set_is_sent(tmp_path: Path) -> None:
    for name in ("VERTEX_API_KEY", "GOOGLE_OAUTH_ACCESS_TOKEN"):
        request = await sent_to(vertex(settings_of(tmp_path, **{name: "ya29.x"})))

        assert request.headers["Authorization"] == "Bearer ya29.x"


async def test_a_key_file_gets_a_bearer_which_is_used_again(
    tmp_path: Path, tokens: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, grants = tokens
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key_file(tmp_path, url)))
    place = vertex(settings_of(tmp_path))

    requests = [await sent_to(place) for _ in range(2)]

    assert [each.headers["Authorization"] for each in requests] == ["Bearer bearer-1"] * 2
    assert grants == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]


async def test_the_project_that_is_charged_is_told(
    tmp_path: Path, tokens: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key_file(tmp_path, tokens[0])))
    monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "payer")

    request = await sent_to(vertex(settings_of(tmp_path)))

    assert request.headers["x-goog-user-project"] == "payer"


async def test_without_credentials_it_is_said_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gcloud auth application-default login.* set VERTEX_API_KEY"):
        await sent_to(vertex(settings_of(tmp_path)))


@pytest.mark.parametrize(
    ("location", "host"),
    [
        (None, "us-central1-aiplatform.googleapis.com"),
        ("europe-west4", "europe-west4-aiplatform.googleapis.com"),
        ("global", "aiplatform.googleapis.com"),
        ("eu", "aiplatform.eu.rep.googleapis.com"),
    ],
)
async def test_the_location_is_in_the_address(location: str | None, host: str, tmp_path: Path) -> None:
    named = {} if location is None else {"GOOGLE_CLOUD_LOCATION": location}

    request = await sent_to(vertex(settings_of(tmp_path, VERTEX_API_KEY="x", **named)))

    assert str(request.url) == (
        f"https://{host}/v1/projects/p/locations/{location or 'us-central1'}/publishers/google"
        "/models/gemini-3.8-flash:generateContent"
    )
    assert request.headers["Host"] == host


async def test_an_address_of_ones_own_is_left_as_it_is() -> None:
    place = Endpoint(
        provider="vertex",
        protocol="vertex",
        base_url="http://127.0.0.1:8080/v1",
        secret=Secret("x"),
        auth="google",
    )

    assert (await sent_to(place)).url.host == "127.0.0.1"


def test_vertex_wants_a_project(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="vertex needs GOOGLE_CLOUD_PROJECT: set it"):
        vertex(Settings(project=tmp_path, values={}))
