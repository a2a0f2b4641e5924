"""Those who serve models that others made: one row each."""

from __future__ import annotations

from workbench.providers.host import Host

ROWS = (
    Host(
        name="groq",
        base_url="https://api.groq.com/openai/v1",
        key="GROQ_API_KEY",
        models=("llama-3.1-8b-instant", "openai/gpt-oss-20b"),
        docs="https://console.groq.com/docs/api-reference",
    ),
    Host(
        name="together",
        base_url="https://api.together.xyz/v1",
        key="TOGETHER_API_KEY",
        models=("meta-llama/Llama-3.3-70B-Instruct-Turbo", "openai/gpt-oss-120b"),
        docs="https://docs.together.ai/reference/chat-completions-1",
    ),
)
