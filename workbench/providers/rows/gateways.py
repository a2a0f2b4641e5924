"""Those who pass requests on to other providers: one row each."""

from __future__ import annotations

from workbench.providers.host import Host

ROWS = (
    Host(
        name="openrouter",
        base_url="https://openrouter.ai/api/v1",
        key="OPENROUTER_API_KEY",
        models=("~openai/gpt-mini-latest", "~anthropic/claude-haiku-latest"),
        docs="https://openrouter.ai/docs/api-reference/overview",
    ),
)
