"""Every row of the table: that it leads somewhere, with the right key, and says what it is."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson
import pytest

from workbench.calls import Endpoint
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.protocols import PROTOCOLS
from workbench.providers import HOSTS, Host, endpoint, host_for_url, known_hosts, split_name
from workbench.transport.authorising import AUTHORISATIONS

KEY = "sk-canary-0123456789"
EVERYONE = list(HOSTS.values())
OPEN = [host for host in EVERYONE if not host.closed]
PLACES = re.compile("{([A-Z][A-Z0-9_]*)(:[^}]*)?}")
# Those whose requests are OpenAI's and whose key is in a header: the rest is tested with their protocols.
PLAIN = [host for host in OPEN if host.protocol == "openai" and host.auth == "key"]


def filled(host: Host) -> Settings:
    """Settings with its key, and with everything that its row asks for."""
    texts = [host.base_url, *host.headers.values(), *host.query.values(), *host.options.values()]
    named = {name: "named-here" for text in texts for name, default in PLACES.findall(text) if not default}
    return Settings(project=Path("project"), values={**named, **({host.key: KEY} if host.key else {})})


def name_of(host: Host) -> str:
    return host.name


def test_no_two_providers_share_a_name_or_an_alias() -> None:
    names = Counter(name for host in EVERYONE for name in (host.name, *host.aliases))
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("host", EVERYONE, ids=name_of)
def test_a_row_says_all_that_a_user_has_to_know(host: Host) -> None:
    assert re.fullmatch("[a-z0-9_]+", host.name)
    assert host.protocol in PROTOCOLS
    assert host.auth in AUTHORISATIONS
    assert host.docs.startswith("https://") or host.name == "sim"
    assert host.key is not None or not host.needs_key
    for key in (host.key, *host.other_keys, host.model_key, host.listen_key):
        assert key is None or re.fullmatch("[A-Z][A-Z0-9_]*", key)
    assert not host.base_url.endswith("/")


@pytest.mark.parametrize("host", OPEN, ids=name_of)
def test_every_open_row_leads_somewhere(host: Host) -> None:
    to = endpoint(host.name, "x", filled(host))
    assert to.base_url.startswith("http://127.0.0.1:" if host.local else "https://")
    assert "{" not in to.base_url
    assert urlsplit(to.base_url).hostname
    assert KEY not in repr(to)


@pytest.mark.parametrize("host", [host for host in OPEN if host.needs_key], ids=name_of)
def test_without_its_key_a_provider_names_the_setting(host: Host) -> None:
    settings = filled(host)
    with pytest.raises(ConfigError, match=f"no key for {host.name}: set {host.key} in the environment"):
        endpoint(
            host.name,
            "x",
            Settings(project=settings.project, values={**settings.values, host.key or "": ""}),
        )


@pytest.mark.parametrize("host", [host for host in EVERYONE if host.closed], ids=name_of)
def test_a_closed_provider_says_since_when_and_who_replaced_it(host: Host) -> None:
    with pytest.raises(ConfigError, match=f"{host.name} cannot be asked any more: ") as caught:
        endpoint(host.name, "x", filled(host))
    assert re.search(r"20\d\d", str(caught.value))
    assert [name for name in HOSTS if not HOSTS[name].closed and name in str(caught.value)]
    own = Settings(project=Path("p"), values={f"{host.name.upper()}_BASE_URL": "https://my.example/v1"})
    assert endpoint(host.name, "x", own, api_key=KEY).base_url == "https://my.example/v1"


@pytest.mark.parametrize("host", PLAIN, ids=name_of)
async def test_a_call_and_a_listing_go_to_the_right_place_with_the_right_key(
    host: Host, tmp_path: Path
) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if request.method == "GET":
            return httpx.Response(200, json={"data": [{"id": "some-model"}], "object": "list"})
        choice = {"index": 0, "message": {"role": "assistant", "content": "Oslo"}, "finish_reason": "stop"}
        return httpx.Response(200, json={"id": "1", "model": "some-model", "choices": [choice]})

    settings = filled(host)
    to: Endpoint = endpoint(host.name, "some-model", settings)
    client = Client(
        home=tmp_path,
        settings=settings,
        make_http=lambda: httpx.AsyncClient(transport=httpx.MockTransport(answer)),
    )
    completion = await client.chat(f"{host.name}/some-model", "Hello", max_tokens=5, seed=0)
    assert (completion.text, completion.provider) == ("Oslo", host.name)
    request = sent[0]
    assert str(request.url) == f"{to.base_url}/chat/completions"
    assert request.headers[host.auth_header] == f"{host.auth_prefix}{KEY}"
    body = orjson.loads(request.content)
    assert body[host.renames.get("max_tokens", "max_tokens")] == 5
    assert body[host.renames.get("seed", "seed")] == 0
    assert body["model"] == "some-model"
    if host.models_path is None:
        assert [model.id for model in await client.models(host.name)] == ["some-model"]
        assert str(sent[-1].url).partition("?")[0] == f"{to.base_url}/models"
        assert sent[-1].headers[host.auth_header] == f"{host.auth_prefix}{KEY}"


async def test_together_is_told_how_many_rivals_of_a_token_are_wanted(tmp_path: Path) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        message = {"role": "assistant", "content": "Oslo"}
        logprobs = {"tokens": ["Oslo"], "token_logprobs": [-0.5]}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": logprobs}
        return httpx.Response(200, json={"id": "1", "model": "m", "choices": [choice]})

    client = Client(
        home=tmp_path,
        settings=filled(HOSTS["together"]),
        make_http=lambda: httpx.AsyncClient(transport=httpx.MockTransport(answer)),
    )
    completion = await client.chat("together/m", "Hello", logprobs=2)
    body = orjson.loads(sent[0].content)
    assert (body["logprobs"], "top_logprobs" in body) == (2, False)
    assert [(each.token, each.logprob) for each in completion.logprobs] == [("Oslo", -0.5)]


@pytest.mark.parametrize("host", PLAIN, ids=name_of)
def test_a_provider_is_known_by_its_address(host: Host) -> None:
    url = endpoint(host.name, "x", filled(host)).base_url
    found = host_for_url(url)
    # Of several servers that listen at the same address the first is as good as another.
    alike = [host.name, *(other.name for other in EVERYONE if other.local and host.local)]
    assert found.name in alike or PLACES.search(host.base_url)
    assert found.base_url == url


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://adb-1.2.azuredatabricks.net/serving-endpoints", "databricks"),
        ("https://acme.cloud.databricks.com/serving-endpoints", "databricks"),
        ("https://acme--vllm-serve.modal.run/v1", "modal"),
        ("https://my-org.snowflakecomputing.com/api/v2/cortex/v1", "snowflake"),
        ("https://eu-de.ml.cloud.ibm.com/ml/gateway/v1", "watsonx"),
        ("https://api.together.ai/v1", "together"),
        ("https://api.studio.nebius.ai/v1", "nebius"),
        ("https://mine.xenon.lepton.run/v1", "lepton"),
        ("https://modal.run.example/v1", "modal.run.example"),
        ("https://evil.example/api.openai.com/v1", "evil.example"),
    ],
)
def test_domains_of_which_everybody_has_one_are_known_too(url: str, name: str) -> None:
    host = host_for_url(url)
    assert (host.name, host.base_url, host.closed) == (name, url, "")


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("grok", "xai"),
        ("hf", "huggingface"),
        ("fireworks_ai", "fireworks"),
        ("together_ai", "together"),
        ("nvidia_nim", "nvidia"),
        ("moonshotai", "moonshot"),
        ("dashscope", "alibaba"),
        ("llama.cpp", "llamacpp"),
        ("lm_studio", "lmstudio"),
        ("google", "gemini"),
    ],
)
def test_names_that_people_write_are_known(alias: str, name: str) -> None:
    settings = Settings(project=Path("p"), values={})
    assert split_name(f"{alias}/org/some-model:7b", settings) == (name, "org/some-model:7b")
    assert split_name(f"{alias}:some-model", settings) == (name, "some-model")


def test_databricks_takes_its_workspace_as_its_own_tools_do() -> None:
    for written in ("https://acme.cloud.databricks.com/", "acme.cloud.databricks.com"):
        settings = Settings(project=Path("p"), values={"DATABRICKS_HOST": written, "DATABRICKS_TOKEN": KEY})
        to = endpoint("databricks", "x", settings)
        assert to.base_url == "https://acme.cloud.databricks.com/serving-endpoints"
    with pytest.raises(ConfigError, match="databricks needs DATABRICKS_HOST: set it in the environment"):
        endpoint("databricks", "x", Settings(project=Path("p"), values={"DATABRICKS_TOKEN": KEY}))


def test_openrouter_is_told_who_asks_where_that_is_set() -> None:
    values = {"OPENROUTER_API_KEY": KEY}
    assert endpoint("openrouter", "x", Settings(project=Path("p"), values=values)).headers == {}
    values |= {"OPENROUTER_SITE_URL": "https://lab.example", "OPENROUTER_APP_NAME": "Lab"}
    to = endpoint("openrouter", "x", Settings(project=Path("p"), values=values))
    assert to.headers == {"HTTP-Referer": "https://lab.example", "X-Title": "Lab"}


def test_all_providers_are_listed_by_name() -> None:
    listed = known_hosts(Settings(project=Path("p"), values={}))
    assert set(HOSTS) <= set(listed)
    assert all(name == host.name for name, host in listed.items())


def test_prices_are_looked_up_where_the_price_list_has_them() -> None:
    from genai_prices.data_snapshot import get_snapshot

    ids = {provider.id for provider in get_snapshot().providers}
    assert [host.name for host in EVERYONE if host.price_list not in {None, *ids}] == []
