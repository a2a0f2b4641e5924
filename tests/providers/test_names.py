"""From what a user writes to where the call goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.providers import HOSTS, Host, endpoint, has_key, host_for_url, nearest, register, split_name

HERE = Path("project")


def settings(**values: str) -> Settings:
    return Settings(project=HERE, values=values)


def given(default: str | None) -> Settings:
    return settings(**({} if default is None else {"LLM_PROVIDER": default}))


@pytest.fixture(autouse=True)
def _table() -> Iterator[None]:
    kept = dict(HOSTS)
    yield
    HOSTS.clear()
    HOSTS.update(kept)


@pytest.mark.parametrize(
    ("name", "default", "parts"),
    [
        ("openai/gpt-5", None, ("openai", "gpt-5")),
        ("openai:gpt-5", None, ("openai", "gpt-5")),
        (" openai/gpt-5 ", None, ("openai", "gpt-5")),
        ("openrouter/anthropic/claude-haiku-4-5", None, ("openrouter", "anthropic/claude-haiku-4-5")),
        ("ollama/llama3.2:3b", None, ("ollama", "llama3.2:3b")),
        ("ollama:hf.co/org/model:Q4", None, ("ollama", "hf.co/org/model:Q4")),
        ("gpt-5", "openai", ("openai", "gpt-5")),
        ("llama3:8b", "ollama", ("ollama", "llama3:8b")),
        ("meta-llama/llama-4", "together", ("together", "meta-llama/llama-4")),
        ("groq/x", "together", ("groq", "x")),
    ],
)
def test_a_name_is_split_at_its_first_separator(
    name: str, default: str | None, parts: tuple[str, str]
) -> None:
    assert split_name(name, given(default)) == parts


@pytest.mark.parametrize(
    ("name", "default", "words"),
    [
        (
            "opnai/gpt-5",
            None,
            "unknown provider 'opnai' in 'opnai/gpt-5': did you mean 'openai'?",
        ),
        ("qq/gpt-5", None, "unknown provider 'qq' in 'qq/gpt-5': write one of openai, anthropic,"),
        (
            "gpt-5",
            None,
            "no provider in 'gpt-5': write 'provider/model', as in 'openai/gpt-5', or set LLM_PROVIDER",
        ),
        ("openai/", None, "no model in 'openai/': write 'openai/model'"),
        ("gpt-5", "opnai", "the default provider 'opnai' (LLM_PROVIDER) is unknown: did you mean 'openai'?"),
    ],
)
def test_a_name_that_leads_nowhere_says_where_it_could(name: str, default: str | None, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        split_name(name, given(default))
    assert str(caught.value).startswith(words)


def test_a_missing_key_names_the_variable_and_the_file() -> None:
    with pytest.raises(ConfigError) as caught:
        endpoint("openai", "gpt-5", settings())
    where = f"set OPENAI_API_KEY in the environment or in {HERE / '.env'}"
    docs = "https://platform.openai.com/docs/api-reference/chat"
    assert str(caught.value) == f"no key for openai: {where} (see {docs})"
    assert endpoint("openai", "gpt-5", settings(OPENAI_API_KEY="sk-0123456789")).key_hint == where


@pytest.mark.parametrize("key", ["sk-\u201ccanary\u201d", "sk-canary 1", "sk-canary\n1", "sk-canary\u200b"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(ConfigError, match="copy it again; set OPENAI_API_KEY") as caught:
        endpoint("openai", "gpt-5", settings(OPENAI_API_KEY=key))
    assert "canary" not in str(caught.value)
    with pytest.raises(ConfigError, match="copy it again"):
        endpoint("openai", "gpt-5", settings(), api_key=key)


def test_the_nearest_source_of_key_and_url_counts() -> None:
    found = settings(OPENAI_API_KEY="sk-of-settings", OPENAI_BASE_URL="http://settings.example/v1/")
    to = endpoint("openai", "gpt-5", found)
    assert (to.base_url, to.secret and to.secret.reveal()) == ("http://settings.example/v1", "sk-of-settings")
    to = endpoint("openai", "gpt-5", found, base_url="http://call.example", api_key="sk-of-call")
    assert (to.base_url, to.secret and to.secret.reveal()) == ("http://call.example", "sk-of-call")
    assert endpoint("openai", "x", settings(OPENAI_API_KEY="sk")).base_url == "https://api.openai.com/v1"


def test_an_unknown_provider_is_an_error_here_too() -> None:
    with pytest.raises(ConfigError, match="unknown provider 'opnai': did you mean 'openai'"):
        endpoint("opnai", "gpt-5", settings())


@pytest.mark.parametrize(
    "url", ["ftp://h/v1", "h/v1", "http://", "http://h:99999", "http://[::1", "https:///v1"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="base URL"):
        endpoint("ollama", "x", settings(OLLAMA_BASE_URL=url))
    with pytest.raises(ConfigError, match="base URL"):
        endpoint("ollama", "x", settings(OLLAMA_HOST="127.0.0.1:99999"))
    with pytest.raises(ConfigError, match="base URL"):
        host_for_url(url)


@pytest.mark.parametrize(
    ("server", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8000", "http://127.0.0.1:8000"),
        (":8000", "http://127.0.0.1:8000"),
        ("gpu.example", "http://gpu.example:11434"),
        ("https://ollama.com", "https://ollama.com"),
        ("http://gpu.example:8000/", "http://gpu.example:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_variable_of_the_ollama_server_is_an_address_to_call(server: str, url: str) -> None:
    assert endpoint("ollama", "x", settings(OLLAMA_HOST=server)).base_url == url
    both = settings(OLLAMA_HOST=server, OLLAMA_BASE_URL="http://url.example")
    assert endpoint("ollama", "x", both).base_url == "http://url.example"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.groq.com/openai/v1", "groq"),
        ("https://api.openai.com/v2", "openai"),
        ("http://127.0.0.1:8000/v1", "vllm"),
        ("http://127.0.0.1:5055/v1", "127.0.0.1:5055"),
        ("http://localhost:8000/v1", "vllm"),
        ("https://user:sk-canary@llm.example/v1", "llm.example"),
    ],
)
def test_a_server_is_known_by_its_url(url: str, name: str) -> None:
    host = host_for_url(url)
    assert (host.name, host.base_url) == (name, url)


def test_an_unknown_server_is_given_no_key_of_another() -> None:
    host = host_for_url("https://llm.example/v1")
    register(host)
    to = endpoint(host.name, "openai/gpt-5", settings(OPENAI_API_KEY="sk-0123456789"))
    assert (to.secret, to.protocol) == (None, "openai")


def test_a_model_may_have_a_row_of_its_own() -> None:
    row = Host(name="two", base_url="http://two.example", needs_key=False)
    register(replace(row, variants={"talker": replace(row, protocol="anthropic", auth_header="x-api-key")}))
    assert endpoint("two", "talker", settings()).protocol == "anthropic"
    assert endpoint("two", "other", settings()).protocol == "openai"


def test_an_empty_key_is_no_key() -> None:
    assert has_key(HOSTS["openai"], settings(OPENAI_API_KEY="sk"))
    assert not has_key(HOSTS["openai"], settings(OPENAI_API_KEY="  "))
    assert not has_key(Host(name="x", base_url="http://x.example"), settings())


def test_the_nearest_names_are_the_likest_the_best_first() -> None:
    names = ["gpt-5-mini", "gpt-5", "claude-haiku-4-5", "GPT-4o"]
    assert nearest("gpt5", names)[0] == "gpt-5"
    assert nearest("gpt-4O", names)[0] == "GPT-4o"
    assert nearest("zzz", names) == []
    assert len(nearest("gpt-5", [f"gpt-5-{n}" for n in range(9)])) == 3
