"""Keys stay where they belong: in the header of a request, and nowhere that anybody reads."""

from __future__ import annotations

import io
import logging
import pickle
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from served import ANSWER, answering, serving

from workbench.calls import Secret
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import AuthenticationError, CallError, ConnectionFailedError, UnreadableError
from workbench.providers import HOSTS, Host, endpoint, register

CANARY = "canary"
KEYS = {
    "plain": "sk-proj-canary_0123456789-abcdefghij",
    "base64": "c2stY/canary+0123456789abcdef==",
    "quoted": 'sk-"canary"\\0123456789',
    "short": "canary12",
}
every_shape = pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
# The first letters of every key, from which the rest could be guessed at if it were cut in half.
PIECES = ("canary", "sk-proj", "c2stY", 'sk-"')


@pytest.fixture(autouse=True)
def printed() -> Iterator[io.StringIO]:
    """All that any library logs, in full, and all warnings; no key is among them."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    assert CANARY not in stream.getvalue() + "".join(str(each.message) for each in warned)


@pytest.fixture(autouse=True)
def _hosts() -> Iterator[None]:
    kept = dict(HOSTS)
    yield
    HOSTS.clear()
    HOSTS.update(kept)


def client_of(folder: Path, url: str, key: str) -> Client:
    for protocol, header in (("openai", "Authorization"), ("anthropic", "x-api-key"), ("ollama", "api-key")):
        register(
            Host(name=f"keyed-{protocol}", base_url=url, key="A_KEY", protocol=protocol, auth_header=header)
        )
    return Client(home=folder / "home", settings=Settings(project=folder, values={"A_KEY": key}), attempts=2)


def assert_silent(error: BaseException) -> None:
    """Nothing of an error, nor of those that it came from, shows a key."""
    seen: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo:
        each = todo.pop()
        if each is not None and each not in seen:
            seen.append(each)
            todo += [each.__cause__, each.__context__]
    shown = "".join(f"{each} {each!r} {each.args!r} {each.__dict__!r}" for each in seen)
    shown += "".join(traceback.format_exception(error)) + repr(pickle.dumps(error))
    for piece in PIECES:
        assert piece not in shown


def assert_no_file_shows_a_key(client: Client) -> None:
    """Neither the journal, nor the database that it is ingested into, nor anything beside them."""
    for name in ("calls", "log"):
        client.recorder.close()
        files = [path for path in client.home.rglob("*") if path.is_file()]
        assert [path for path in files if path.name.startswith(name)]
        for path in files:
            content = path.read_bytes()
            assert not [piece for piece in PIECES if piece.encode() in content], path
        client.log.store.ingest()


@every_shape
@pytest.mark.parametrize("protocol", ["openai", "anthropic", "ollama"])
async def test_a_server_that_repeats_the_key_does_not_bring_it_into_error_or_log(
    key: str, protocol: str, tmp_path: Path
) -> None:
    seen: list[str] = []

    async def echo(request: web.Request) -> web.Response:
        sent = {name.lower(): value for name, value in request.headers.items()}
        seen.append(sent.get("authorization") or sent.get("x-api-key") or sent["api-key"])
        words = f"Incorrect API key provided: {key}. " * 40
        return web.json_response({"error": {"message": words, "type": "authentication_error"}}, status=401)

    async with serving(echo) as url, client_of(tmp_path, url, key) as client:
        with pytest.raises(AuthenticationError) as caught:
            await client.chat(f"keyed-{protocol}/m", "?", tags={"who": f"I am {key}"})
    assert seen == [f"Bearer {key}"]
    assert "***" in str(caught.value)
    assert "***" in caught.value.body
    assert_silent(caught.value)
    assert client.log.calls()["status"].tolist() == ["error"]
    assert_no_file_shows_a_key(client)


@every_shape
@pytest.mark.parametrize("cut", range(60, 100, 7))
async def test_a_key_is_not_cut_in_half_where_a_page_is(key: str, cut: int, tmp_path: Path) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text=f"{'x' * cut}{key}", content_type="text/html")

    async with serving(page) as url, client_of(tmp_path, url, key) as client:
        with pytest.raises(UnreadableError) as caught:
            await client.chat("keyed-openai/m", "?")
    assert_silent(caught.value)


@every_shape
async def test_an_answer_that_repeats_the_key_is_redacted_in_the_log(key: str, tmp_path: Path) -> None:
    async def echo(request: web.Request) -> web.Response:
        choice = {"message": {"role": "assistant", "content": f"Your key is {key}."}, "finish_reason": "stop"}
        return web.json_response({**ANSWER, "choices": [choice]})

    async with serving(echo) as url, client_of(tmp_path, url, key) as client:
        await client.chat("keyed-openai/m", f"My key is {key}.")
    [row] = client.log.calls().to_dict("records")
    assert row["text"] == "Your key is ***."
    assert "My key is ***." in str(row["request"])
    assert_no_file_shows_a_key(client)


@every_shape
@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"220 mail.example.org ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nX-Bad: a\x00b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["hung up", "not HTTP", "cut", "bad header", "redirect"],
)
async def test_no_error_of_the_http_library_shows_the_key(
    answer: bytes, protocol: str, key: str, tmp_path: Path
) -> None:
    async with answering(answer) as url, client_of(tmp_path, url, key) as client:
        with pytest.raises(CallError) as caught:
            await client.chat(f"keyed-{protocol}/m", "?")
    assert_silent(caught.value)


async def test_a_server_that_is_not_there_shows_no_key(tmp_path: Path) -> None:
    async with client_of(tmp_path, "http://127.0.0.1:9", KEYS["plain"]) as client:
        with pytest.raises(ConnectionFailedError) as caught:
            await client.models("keyed-anthropic")
    assert_silent(caught.value)


@every_shape
async def test_nothing_that_holds_a_key_shows_it(key: str, tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(ANSWER)

    async with serving(answer) as url, client_of(tmp_path, url, key) as client:
        completion = await client.chat("keyed-openai/m", "?", api_key=key)
    to = endpoint("keyed-openai", "m", client.settings)
    for thing in (client, client.settings, client.bind(run="r"), to, to.secret, completion):
        assert CANARY not in f"{thing} {thing!r}"
    for thing in (to, to.secret, completion, Secret(key)):
        assert CANARY.encode() not in pickle.dumps(thing)
    assert CANARY not in completion._repr_html_() + repr(completion.raw)


async def test_a_placeholder_for_a_key_is_no_reason_for_stars(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(ANSWER)

    for placeholder in ("none", "x", "lmstudio"):
        async with serving(answer) as url:
            settings = Settings(
                project=tmp_path, values={"LMSTUDIO_BASE_URL": url, "LMSTUDIO_API_KEY": placeholder}
            )
            async with Client(home=tmp_path / "home", settings=settings) as client:
                await client.chat("lmstudio/m", "?")
    assert client.log.calls()["provider"].tolist() == ["lmstudio"] * 3
    assert "***" not in client.log.calls().to_csv()
