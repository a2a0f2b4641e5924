"""Settings decide whom a name means: defaults, the configuration file, and the names of older systems."""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Any

import pytest

from workbench.config import Settings, load_settings
from workbench.errors import ConfigError
from workbench.providers import endpoint, find_host, has_key, known_hosts, split_name

KEY = "sk-canary-0123456789"
OTHER = "sk-canary-9876543210"


def settings(**values: str) -> Settings:
    return Settings(project=Path("project"), values=values)


def revealed(provider: str, found: Settings, **given: Any) -> tuple[str, str | None]:
    to = endpoint(provider, "x", found, **given)
    return to.base_url, to.secret and to.secret.reveal()


@pytest.mark.parametrize(
    ("name", "values", "parts"),
    [
        ("openai", {"OPENAI_MODEL": "gpt-5"}, ("openai", "gpt-5")),
        ("anthropic", {"CLAUDE_MODEL": "claude-haiku-4-5"}, ("anthropic", "claude-haiku-4-5")),
        ("anthropic", {"CLAUDE_MODEL": "a", "ANTHROPIC_MODEL": "b"}, ("anthropic", "b")),
        ("openrouter", {"OPENROUTER_MODEL": "openrouter/org/m"}, ("openrouter", "org/m")),
        ("grok", {"XAI_MODEL": "grok-9"}, ("xai", "grok-9")),
        ("groq", {"LLM_PROVIDER": "groq", "LLM_DEFAULT_MODEL": "m"}, ("groq", "m")),
        ("", {"LLM_PROVIDER": "groq", "LLM_DEFAULT_MODEL": "openai/gpt-oss"}, ("groq", "openai/gpt-oss")),
        ("", {"LLM_PROVIDER": "groq", "LLM_DEFAULT_MODEL": "groq/m"}, ("groq", "m")),
        ("", {"LLM_DEFAULT_MODEL": "openai/gpt-5"}, ("openai", "gpt-5")),
        ("", {"LLM_PROVIDER": "openai", "OPENAI_MODEL": "gpt-5"}, ("openai", "gpt-5")),
        ("m", {"PREFERRED_PROVIDER": "groq"}, ("groq", "m")),
        ("m", {"PREFERRED_PROVIDER": "groq", "LLM_PROVIDER": "hf"}, ("huggingface", "m")),
        ("m", {"LLM_BASE_URL": "https://llm.example/v1"}, ("llm.example", "m")),
        ("m", {"LLM_BASE_URL": "https://api.groq.com/openai/v1"}, ("groq", "m")),
        ("groq", {"LLM_PROVIDER": "ollama"}, ("ollama", "groq")),
    ],
)
def test_what_is_left_out_of_a_name_comes_from_the_settings(
    name: str, values: dict[str, str], parts: tuple[str, str]
) -> None:
    assert split_name(name, settings(**values)) == parts


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("openai", "no model in 'openai': write 'openai/model', or set OPENAI_MODEL"),
        ("", "no model is named: write 'provider/model', or set LLM_DEFAULT_MODEL"),
    ],
)
def test_a_model_that_is_named_nowhere_is_asked_for(name: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        split_name(name, settings())
    assert str(caught.value) == words


def test_the_address_of_the_default_provider_may_be_set_for_whichever_it_is() -> None:
    found = settings(LLM_PROVIDER="openai", LLM_BASE_URL="https://proxy.example/v1", OPENAI_API_KEY=KEY)
    assert revealed("openai", found) == ("https://proxy.example/v1", KEY)
    assert revealed("groq", found, api_key=OTHER)[0] == "https://api.groq.com/openai/v1"
    own = settings(LLM_BASE_URL="https://llm.example/v1", LLM_API_KEY=KEY, OPENAI_API_KEY=OTHER)
    assert revealed("llm.example", own) == ("https://llm.example/v1", KEY)
    both = settings(
        LLM_PROVIDER="openai", LLM_BASE_URL="https://a.example", OPENAI_BASE_URL="https://b.example"
    )
    assert revealed("openai", both, api_key=KEY)[0] == "https://b.example"


def test_a_key_is_found_under_the_name_that_an_older_system_gave_it() -> None:
    found = settings(MUXI_LLM_ANTHROPIC_API_KEY=KEY)
    assert revealed("anthropic", found) == ("https://api.anthropic.com", KEY)
    both = settings(MUXI_LLM_ANTHROPIC_API_KEY=OTHER, ANTHROPIC_API_KEY=KEY)
    assert revealed("anthropic", both)[1] == KEY
    assert not has_key(find_host("openai", found) or pytest.fail("no openai"), found)


@pytest.mark.parametrize(
    "headers", ['{"X-Team": "red", "X-Org": "a:b"}', "X-Team: red, X-Org: a:b"], ids=["json", "pairs"]
)
def test_an_openai_compatible_server_needs_no_more_than_settings(headers: str) -> None:
    found = settings(
        OPENAI_COMPATIBLE_ENABLED="true",
        OPENAI_COMPATIBLE_BASE_URL="https://llm.lab.example/v1",
        OPENAI_COMPATIBLE_API_KEY=KEY,
        OPENAI_COMPATIBLE_PROVIDER_NAME="lab",
        OPENAI_COMPATIBLE_CUSTOM_HEADERS=headers,
        OPENAI_COMPATIBLE_MODEL="m",
    )
    assert revealed("lab", found) == ("https://llm.lab.example/v1", KEY)
    to = endpoint("lab", "m", found)
    assert dict(to.headers) == {"X-Team": "red", "X-Org": "a:b"}
    assert (to.protocol, to.auth_prefix) == ("openai", "Bearer ")
    assert split_name("lab/org/m", found) == ("lab", "org/m")
    assert split_name("openai_compatible/m", found) == split_name("m", found) == ("lab", "m")
    assert split_name("", found) == ("lab", "m")
    assert "lab" in known_hosts(found)
    off = Settings(project=found.project, values={**found.values, "OPENAI_COMPATIBLE_ENABLED": "false"})
    assert find_host("lab", off) is None


def test_custom_headers_that_cannot_be_read_are_not_shown() -> None:
    found = settings(
        OPENAI_COMPATIBLE_BASE_URL="https://llm.example", OPENAI_COMPATIBLE_CUSTOM_HEADERS=f"{{{KEY}"
    )
    with pytest.raises(ConfigError, match="write it as JSON, or as 'Name: value") as caught:
        find_host("openai_compatible", found)
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def project(folder: Path, toml: str, env: str = "") -> Settings:
    (folder / "workbench.toml").write_text(toml)
    (folder / ".env").write_text(env)
    return load_settings(folder, {})


def test_a_new_provider_is_a_few_lines_of_the_file(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        """
        [providers.lab]
        base_url = "https://llm.lab.example/v1"
        key = "LAB_KEY"
        aliases = ["laboratory"]
        headers = { X-Team = "{TEAM:red}" }
        renames = { max_tokens = "max_completion_tokens" }
        refuses = ["seed"]
        prices = { "*" = [0.5, 1] }
        """,
        f"LAB_KEY={KEY}\n",
    )
    to = endpoint("lab", "m", found)
    assert (to.base_url, to.secret and to.secret.reveal()) == ("https://llm.lab.example/v1", KEY)
    assert (to.headers, to.refuses) == ({"X-Team": "red"}, frozenset({"seed"}))
    assert [str(price) for price in to.prices["*"]] == ["0.5", "1"]
    assert split_name("lab/m", found) == ("lab", "m")
    assert "lab" in known_hosts(found)
    assert find_host("lab", settings()) is None


def test_a_known_provider_is_changed_where_the_file_says_so_and_nowhere_else(tmp_path: Path) -> None:
    found = project(
        tmp_path, '[providers.groq]\nkey = "TEAM_KEY"\n', f"TEAM_KEY={KEY}\nGROQ_API_KEY={OTHER}\n"
    )
    assert revealed("groq", found) == ("https://api.groq.com/openai/v1", KEY)
    assert revealed("groq", settings(GROQ_API_KEY=OTHER))[1] == OTHER


def test_a_new_provider_without_an_address_names_the_file(tmp_path: Path) -> None:
    found = project(tmp_path, '[providers.grok9]\nkey = "A_KEY"\n')
    with pytest.raises(ConfigError, match=r"workbench\.toml: \[providers\.grok9\] is not a provider"):
        find_host("grok9", found)


def test_each_source_of_an_address_counts_more_than_the_one_before(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    environment = {"GROQ_API_KEY": KEY}

    def address(arguments: dict[str, str] | None = None, **given: str) -> str:
        found = load_settings(tmp_path, environment, arguments)
        return endpoint("groq", "x", found, **given).base_url  # type: ignore[arg-type]

    assert address() == "https://api.groq.com/openai/v1"
    environment["GROQ_BASE_URL"] = "https://environment.example"
    assert address() == "https://environment.example"
    (tmp_path / ".env").write_text("GROQ_BASE_URL=https://env-file.example\n")
    assert address() == "https://env-file.example"
    (tmp_path / "workbench.toml").write_text('[providers.groq]\nbase_url = "https://file.example"\n')
    assert address() == "https://file.example"
    arguments = {"GROQ_BASE_URL": "https://run-time.example"}
    assert address(arguments) == "https://run-time.example"
    assert address(arguments, base_url="https://request.example") == "https://request.example"


def test_a_provider_of_the_file_may_take_its_headers_from_the_settings(tmp_path: Path) -> None:
    toml = '[providers.lab]\nbase_url = "https://l.example"\nheaders = { X-Key = "{LAB_SECRET}" }\n'
    found = project(tmp_path, toml, f"LAB_SECRET={KEY}\n")
    assert endpoint("lab", "m", found).headers == {"X-Key": KEY}
    assert "canary" not in repr(found) + repr(endpoint("lab", "m", found)) + json.dumps(list(found.origins))
