"""Azure, at its newer path and at its older one."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.calls import Message, Request
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.protocols import PROTOCOLS
from workbench.providers import endpoint, host_for_url

KEY = {"AZURE_OPENAI_API_KEY": "none"}


def settings(**values: str) -> Settings:
    return Settings(project=Path("project"), values=KEY | values)


@pytest.mark.parametrize(
    "values",
    [
        {"AZURE_OPENAI_RESOURCE": "lab"},
        {"AZURE_OPENAI_ENDPOINT": "https://lab.openai.azure.com"},
        {"AZURE_OPENAI_ENDPOINT": "https://lab.openai.azure.com/", "AZURE_OPENAI_RESOURCE": "other"},
        {"AZURE_API_BASE": "https://lab.openai.azure.com/"},
    ],
)
def test_azure_is_found_by_the_name_of_its_resource_or_by_its_address(values: dict[str, str]) -> None:
    to = endpoint("azure", "gpt", settings(**values))
    assert (to.base_url, to.protocol) == ("https://lab.openai.azure.com/openai/v1", "openai")
    assert (to.auth_header, to.auth_prefix, dict(to.query)) == ("api-key", "", {})
    older = endpoint("azure_deployments", "gpt", settings(**values))
    assert (older.base_url, older.protocol) == ("https://lab.openai.azure.com/openai", "azure")
    assert older.query == {"api-version": "2024-10-21"}


def test_the_version_of_azures_older_api_is_a_setting() -> None:
    for name in ("AZURE_OPENAI_API_VERSION", "OPENAI_API_VERSION"):
        to = endpoint(
            "azure_deployments", "gpt", settings(AZURE_OPENAI_RESOURCE="lab", **{name: "2025-04-01"})
        )
        assert to.query == {"api-version": "2025-04-01"}


def test_azure_without_an_address_says_what_it_needs() -> None:
    with pytest.raises(ConfigError, match="azure needs AZURE_OPENAI_RESOURCE: set it in the environment"):
        endpoint("azure", "gpt", settings())


def test_an_address_in_azure_is_known_as_azure() -> None:
    host = host_for_url("https://lab.openai.azure.com/openai/v1")
    assert (host.name, host.auth_header) == ("azure", "api-key")


@pytest.mark.parametrize(
    ("name", "path"),
    [("azure", "chat/completions"), ("azure_completions", "completions"), ("azure_embeddings", "embeddings")],
)
def test_the_path_of_the_older_api_names_the_deployment(name: str, path: str) -> None:
    request = Request(model="our gpt/5", messages=(Message(role="user", content="Hi"),))
    assert PROTOCOLS[name].encode(request)[0] == f"/deployments/our%20gpt%2F5/{path}"


def test_responses_are_where_openai_is() -> None:
    key = {"OPENAI_API_KEY": "none"}
    to = endpoint("openai_responses", "gpt", settings(**key))
    assert (to.base_url, to.protocol, to.price_list) == (
        "https://api.openai.com/v1",
        "openai_responses",
        "openai",
    )
    moved = endpoint("openai_responses", "gpt", settings(**key, OPENAI_BASE_URL="http://127.0.0.1:1/v1/"))
    assert moved.base_url == "http://127.0.0.1:1/v1"
