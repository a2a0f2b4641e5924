"""Those who make models and serve them: one row each."""

from __future__ import annotations

from workbench.providers.host import Host

ROWS = (
    Host(
        name="openai",
        base_url="https://api.openai.com/v1",
        key="OPENAI_API_KEY",
        models=("gpt-5.4-mini", "gpt-5.4-nano"),
        renames={"max_tokens": "max_completion_tokens"},  # reasoning models refuse the older name
        docs="https://platform.openai.com/docs/api-reference/chat",
    ),
    Host(
        name="anthropic",
        base_url="https://api.anthropic.com",
        key="ANTHROPIC_API_KEY",
        models=("claude-haiku-4-5", "claude-sonnet-4-6"),
        protocol="anthropic",
        auth_header="x-api-key",
        auth_prefix="",
        # Version 2026-10-21 refuses temperature and top_p; this one takes them where the model does.
        headers={"anthropic-version": "2023-06-01"},
        docs="https://docs.claude.com/en/api/messages",
    ),
    Host(
        name="mistral",
        base_url="https://api.mistral.ai/v1",
        key="MISTRAL_API_KEY",
        models=("mistral-small-latest", "ministral-8b-latest"),
        # Usage comes in its streams without being asked for.
        renames={"seed": "random_seed", "stream_options": ""},
        docs="https://docs.mistral.ai/api/",
    ),
    Host(
        name="deepseek",
        base_url="https://api.deepseek.com/v1",
        key="DEEPSEEK_API_KEY",
        models=("deepseek-v4-flash",),
        docs="https://api-docs.deepseek.com/api/create-chat-completion",
    ),
)
