"""What a client knows of providers and their models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from aiohttp import web
from served import serving

from workbench.client import Client
from workbench.config import Settings
from workbench.errors import AuthenticationError, ConfigError
from workbench.providers import HOSTS, Host, register

KEY = "sk-right-0123456789"


@pytest.fixture
def anew() -> Iterator[None]:
    """The table of providers, as it was, after the test."""
    before = dict(HOSTS)
    yield
    HOSTS.clear()
    HOSTS.update(before)


pytestmark = pytest.mark.usefixtures("anew")


class Server:
    """A host that lists models, and counts what it is asked."""

    def __init__(self, *, guarded: bool = True, status: int = 200) -> None:
        self.guarded, self.status = guarded, status
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        right = request.headers.get("Authorization") == f"Bearer {KEY}"
        if not right and (self.guarded or request.path.endswith("/key")):
            return web.json_response({"error": {"message": f"no: {request.headers}"}}, status=401)
        if self.status != 200:
            return web.json_response({"error": {"message": "sorry"}}, status=self.status)
        if request.path.endswith("/key"):
            return web.json_response({"data": {"label": "mine"}})
        if request.query.get("after") == "b":
            return web.json_response({"data": [{"id": "c"}], "has_more": False})
        page = [{"id": "a", "context_length": 8192}, {"id": "b"}]
        return web.json_response({"data": page, "has_more": True, "last_id": "b"})


def client_of(tmp_path: Path, url: str, key: str = KEY) -> Client:
    settings = Settings(project=tmp_path, values={"FARM_API_KEY": key, "FARM_BASE_URL": url})
    return Client(home=tmp_path / "home", settings=settings, attempts=1)


def farm(**fields: object) -> Host:
    host = Host(name="farm", base_url="https://farm.example/v1", key="FARM_API_KEY", **fields)  # type: ignore[arg-type]
    register(host)
    return host


async def test_every_page_of_a_listing_is_read(tmp_path: Path) -> None:
    farm()
    async with serving((server := Server()).answer) as url, client_of(tmp_path, f"{url}/v1") as client:
        models = await client.models("farm")
    assert [(model.id, model.context_tokens, model.listed) for model in models] == [
        ("a", 8192, True),
        ("b", None, True),
        ("c", None, True),
    ]
    assert server.asked == ["/v1/models", "/v1/models?after=b"]


async def test_a_listing_that_never_ends_is_left(tmp_path: Path) -> None:
    async def endless(request: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "a"}], "has_more": True, "last_id": "a"})

    farm()
    async with serving(endless) as url, client_of(tmp_path, url) as client:
        assert len(await client.models("farm")) == 100


async def test_a_listing_is_asked_for_once_a_day(tmp_path: Path) -> None:
    farm()
    async with serving((server := Server()).answer) as url:
        for _ in range(2):
            async with client_of(tmp_path, url) as client:
                first = await client.models("farm")
                assert await client.models("farm") == first
        assert len(server.asked) == 2
        async with client_of(tmp_path, url) as client:
            await client.models("farm", refresh=True)
        assert len(server.asked) == 4
        file = tmp_path / "home" / "models.json"
        content = json.loads(file.read_text())
        for listing in content["listings"]["farm"].values():
            listing["at"] = (datetime.now(UTC) - timedelta(days=1, hours=1)).isoformat()
        file.write_text(json.dumps(content))
        async with client_of(tmp_path, url) as client:
            await client.models("farm")
        assert len(server.asked) == 6


async def test_another_key_has_its_own_listing(tmp_path: Path) -> None:
    farm()
    async with serving((server := Server(guarded=False)).answer) as url:
        for key in (KEY, "sk-other-0123456789"):
            async with client_of(tmp_path, url, key) as client:
                await client.models("farm")
    assert len(server.asked) == 4
    kept = (tmp_path / "home" / "models.json").read_text()
    assert KEY not in kept
    assert "sk-other" not in kept


async def test_a_local_servers_models_are_asked_for_by_every_client(tmp_path: Path) -> None:
    farm(local=True)
    async with serving((server := Server()).answer) as url:
        for _ in range(2):
            async with client_of(tmp_path, url) as client:
                await client.models("farm")
    assert len(server.asked) == 4


@pytest.mark.parametrize("fields", [{}, {"models_path": ""}])
async def test_where_there_is_no_listing_our_own_names_stand_in_for_it(
    tmp_path: Path, fields: dict[str, str]
) -> None:
    farm(models=("wheat", "gpt-4o"), **fields)
    async with serving(Server(status=404).answer) as url, client_of(tmp_path, url) as client:
        models = await client.models("farm")
    assert [(model.id, model.listed, model.images) for model in models] == [
        ("wheat", False, None),
        ("gpt-4o", False, True),
    ]


async def test_a_refused_listing_is_an_error(tmp_path: Path) -> None:
    farm(models=("wheat",))
    async with serving(Server().answer) as url, client_of(tmp_path, url, "sk-wrong-0123456789") as client:
        with pytest.raises(AuthenticationError, match="FARM_API_KEY"):
            await client.models("farm")


@pytest.mark.parametrize("path", ["/../catalog", "/v1/../../catalog"])
async def test_a_listing_may_be_beside_the_base_url(tmp_path: Path, path: str) -> None:
    farm(models_path=path)
    async with serving((server := Server()).answer) as url, client_of(tmp_path, f"{url}/v1") as client:
        await client.models("farm")
    assert server.asked[0] == "/catalog"


async def test_a_server_is_asked_for_each_model_where_its_protocol_has_that(tmp_path: Path) -> None:
    async def ollama(request: web.Request) -> web.Response:
        if request.path == "/api/tags":
            return web.json_response({"models": [{"model": "qwen3:4b"}, {"model": "gone:1b"}]})
        if (await request.json())["model"] == "gone:1b":
            return web.json_response({"error": "model not found"}, status=404)
        return web.json_response(
            {
                "capabilities": ["completion", "tools", "thinking"],
                "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960},
            }
        )

    settings = Settings(project=tmp_path, values={})
    async with serving(ollama) as url:
        settings = Settings(project=tmp_path, values={"OLLAMA_BASE_URL": url})
        async with Client(home=tmp_path / "home", settings=settings) as client:
            qwen, gone = await client.models("ollama")
    assert (qwen.context_tokens, qwen.tools, qwen.reasoning, qwen.images) == (40960, True, True, False)
    assert (gone.id, gone.tools, gone.listed) == ("gone:1b", None, True)


async def test_the_capabilities_of_a_model_are_of_every_source(tmp_path: Path) -> None:
    farm()
    async with serving(Server().answer) as url, client_of(tmp_path, url) as client:
        assert (await client.capabilities("farm/a")).context_tokens == 8192
        unlisted = await client.capabilities("farm/gpt-5-pro")
        assert (unlisted.id, unlisted.images, unlisted.listed) == ("gpt-5-pro", True, None)
    keyed = Settings(
        project=tmp_path, values={"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9"}
    )
    async with Client(home=tmp_path / "home", settings=keyed) as client:
        offline = await client.capabilities("openai/gpt-4o")
    assert (offline.context_tokens, offline.output) == (128000, True)  # the former from the price list


async def test_the_catalog_has_prices_per_million_tokens(tmp_path: Path) -> None:
    farm(prices={"a": (Decimal("0.5"), Decimal(2))})
    async with serving(Server().answer) as url, client_of(tmp_path, url) as client:
        first, second, _ = await client.catalog("farm")
    assert (first["provider"], first["model"], first["context_tokens"]) == ("farm", "a", 8192)
    assert (first["input_usd_per_mtok"], first["output_usd_per_mtok"]) == (Decimal("0.5"), 2)
    assert (second["input_usd_per_mtok"], second["output_usd_per_mtok"]) == (None, None)


async def test_a_provider_that_lists_its_models_to_the_key_alone_is_ok(tmp_path: Path) -> None:
    farm()
    async with serving(Server().answer) as url, client_of(tmp_path, url) as client:
        (health,) = await client.health("farm")
    assert (health.status, health.models, health.problem, health.wrong) == ("ok", 3, "", False)
    assert health.latency_s is not None
    assert 0 < health.latency_s < 5


async def test_a_wrong_key_is_told_and_not_shown(tmp_path: Path) -> None:
    farm()
    async with serving(Server().answer) as url, client_of(tmp_path, url, "sk-wrong-0123456789") as client:
        (health,) = await client.health("farm")
    assert (health.status, health.wrong) == ("unauthorised", True)
    assert "FARM_API_KEY" in health.remedy
    assert "sk-wrong" not in repr(health)


@pytest.mark.parametrize(
    ("key_path", "key", "status"),
    [
        (None, "sk-wrong-0123456789", "unproven"),
        ("/key", "sk-wrong-0123456789", "unauthorised"),
        ("/key", KEY, "ok"),
    ],
)
async def test_a_listing_for_anybody_proves_no_key(
    tmp_path: Path, key_path: str | None, key: str, status: str
) -> None:
    farm(key_path=key_path)
    async with serving(Server(guarded=False).answer) as url, client_of(tmp_path, url, key) as client:
        (health,) = await client.health("farm")
    assert health.status == status


async def test_a_host_without_a_listing_answers_but_proves_no_key(tmp_path: Path) -> None:
    farm(models_path="")
    async with serving(Server(status=404).answer) as url, client_of(tmp_path, url) as client:
        (health,) = await client.health("farm")
    assert (health.status, health.models) == ("unproven", None)


@pytest.mark.parametrize(("status", "word"), [(500, "trouble"), (402, "credit"), (429, "limits")])
async def test_a_provider_in_trouble_is_an_error_with_advice(tmp_path: Path, status: int, word: str) -> None:
    farm()
    async with serving(Server(status=status).answer) as url, client_of(tmp_path, url) as client:
        (health,) = await client.health("farm")
    assert (health.status, word in health.remedy) == ("error", True)


async def test_health_is_of_every_provider_and_asks_only_those_that_are_set_up(tmp_path: Path) -> None:
    farm()
    register(Host(name="barn", base_url="https://barn.example", closed="Barn ended on 2025-01-01"))
    async with client_of(tmp_path, "http://127.0.0.1:9") as client:
        found = {health.provider: health for health in await client.health()}
    assert (found["farm"].status, found["farm"].wrong) == ("unreachable", True)
    assert "FARM_BASE_URL" in found["farm"].remedy
    assert (found["openai"].status, found["openai"].wrong) == ("unconfigured", False)
    assert found["openai"].problem == "no key for openai"
    assert found["openai"].remedy.startswith("set OPENAI_API_KEY")
    assert (found["barn"].status, found["barn"].problem) == ("closed", "Barn ended on 2025-01-01")
    assert not (tmp_path / "home" / "models.json").exists()


async def test_the_health_of_an_unknown_provider_is_a_slip_of_the_pen(tmp_path: Path) -> None:
    async with client_of(tmp_path, "http://127.0.0.1:9") as client:
        with pytest.raises(ConfigError, match="unknown provider 'opnai'"):
            await client.health("opnai")


async def test_a_home_that_cannot_be_written_to_only_forgets(tmp_path: Path) -> None:
    farm()
    (tmp_path / "home").write_text("a file where the folder should be")
    async with serving((server := Server()).answer) as url, client_of(tmp_path, url) as client:
        await client.models("farm")
        await client.models("farm")
    assert len(server.asked) == 2


async def test_a_host_is_not_told_the_key_of_the_server_in_its_place(tmp_path: Path) -> None:
    async with serving((told := Server()).answer) as elsewhere, serving(Server().answer) as url:
        farm(key_path=f"{elsewhere}/key")
        async with client_of(tmp_path, url) as client:
            (health,) = await client.health("farm")
    assert (health.status, told.asked) == ("ok", [])


async def test_the_listing_of_databricks_is_beside_its_endpoints(tmp_path: Path) -> None:
    async def databricks(request: web.Request) -> web.Response:
        if request.path != "/api/2.0/serving-endpoints":
            return web.json_response({"error_code": "ENDPOINT_NOT_FOUND"}, status=404)
        endpoints = [
            {"name": "databricks-claude-sonnet-5", "task": "llm/v1/chat"},
            {"name": "databricks-bge-large-en", "task": "llm/v1/embeddings"},
        ]
        return web.json_response({"endpoints": endpoints})

    async with serving(databricks) as url:
        settings = Settings(project=tmp_path, values={"DATABRICKS_HOST": url, "DATABRICKS_TOKEN": KEY})
        async with Client(home=tmp_path / "home", settings=settings) as client:
            models = await client.models("databricks")
    assert [(model.id, model.chat) for model in models] == [
        ("databricks-claude-sonnet-5", True),
        ("databricks-bge-large-en", False),
    ]
