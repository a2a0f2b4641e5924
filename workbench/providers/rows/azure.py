"""OpenAI's models, and those of others, in Azure."""

from __future__ import annotations

from dataclasses import replace

from workbench.providers.host import Host

_RESOURCE = "{AZURE_OPENAI_ENDPOINT|AZURE_API_BASE:https://{AZURE_OPENAI_RESOURCE}.openai.azure.com}"
_AZURE = Host(
    name="azure",
    base_url=f"{_RESOURCE}/openai/v1",
    domains=("*.openai.azure.com",),
    key="AZURE_OPENAI_API_KEY",
    other_keys=("AZURE_API_KEY",),
    auth_header="api-key",
    auth_prefix="",
    renames={"max_tokens": "max_completion_tokens"},  # as at OpenAI
    refuses=frozenset({"top_k"}),
    docs="https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle",
)

ROWS = (
    _AZURE,  # The model is the name of a deployment, here too.
    replace(
        _AZURE,
        name="azure_deployments",
        base_url=f"{_RESOURCE}/openai",
        domains=(),
        protocol="azure",
        query={"api-version": "{AZURE_OPENAI_API_VERSION|OPENAI_API_VERSION|AZURE_API_VERSION:2024-10-21}"},
        price_list="azure",
        docs="https://learn.microsoft.com/azure/foundry/openai/reference",
    ),
)
