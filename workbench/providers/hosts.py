"""The table of providers: where they are, with which key, and where they deviate from their protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

Prices = Mapping[str, tuple[Decimal, Decimal]]
FREE: Prices = {"*": (Decimal(0), Decimal(0))}


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """One provider.

    Attributes:
        name: What users write before the slash.
        base_url: URL that the protocol's paths are appended to; the setting `<NAME>_BASE_URL` overrides it.
            `{NAME}` in it is filled in from the settings, `{NAME:default}` likewise.
        key: The setting that holds the key; `None` where there is none.
        other_keys: Further settings that it is looked up under.
        needs_key: Whether nothing can be asked without the key.
        local: Whether it usually runs on the user's machine.
        listen_key: The setting by which the server itself is told where to listen; read where no base URL is
            set.
        protocol: Name of its wire format.
        auth: How requests are authorised: `key` in a header, or another way of the transport's table.
        auth_header: The header that carries the key.
        auth_prefix: What stands before the key in it.
        headers: Further headers of every request.
        query: Further parameters of every URL; filled in like the base URL.
        options: What else the protocol or the authorisation has to know; filled in like the base URL.
        renames: Names of body fields that it writes otherwise; an empty new name leaves the field out.
        refuses: Parameters, by our names, that none of its models takes.
        models_path: Path of its listing of models, where it is not the protocol's.
        embed_batch: Most texts of one request for embeddings.
        closed: When the service ended, and what replaced it; empty where it goes on.
        prices: USD per million input and output tokens by model, `"*"` for every one; where a model is not in
            it, the price comes from the price list under `price_list`, and is unknown where that has none.
        price_list: Its id in the price list; its name where `None`.
        variants: Models that it serves by another protocol: model to the row that holds for it.
        models: Models to begin with, where the user names none; inexpensive ones.
        docs: Where its API is described.
    """

    name: str
    base_url: str
    key: str | None = None
    other_keys: tuple[str, ...] = ()
    needs_key: bool = True
    local: bool = False
    listen_key: str | None = None
    protocol: str = "openai"
    auth: str = "key"
    auth_header: str = "Authorization"
    auth_prefix: str = "Bearer "
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()
    models_path: str | None = None
    embed_batch: int = 100
    closed: str = ""
    prices: Prices = field(default_factory=dict)
    price_list: str | None = None
    variants: Mapping[str, Host] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    docs: str = ""


def _local(name: str, port: int, docs: str, *, path: str = "/v1", protocol: str = "openai") -> Host:
    return Host(
        name=name,
        base_url=f"http://127.0.0.1:{port}{path}",
        key=f"{name.upper()}_API_KEY",
        needs_key=False,
        local=True,
        protocol=protocol,
        prices=FREE,
        docs=docs,
    )


_ROWS = (
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
        name="openrouter",
        base_url="https://openrouter.ai/api/v1",
        key="OPENROUTER_API_KEY",
        models=("~openai/gpt-mini-latest", "~anthropic/claude-haiku-latest"),
        docs="https://openrouter.ai/docs/api-reference/overview",
    ),
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
    replace(
        _local("ollama", 11434, "https://docs.ollama.com/api", path="", protocol="ollama"),
        listen_key="OLLAMA_HOST",
    ),
    _local("lmstudio", 1234, "https://lmstudio.ai/docs/developer/openai-compat"),
    _local("vllm", 8000, "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html"),
    _local("llamacpp", 8080, "https://github.com/ggml-org/llama.cpp/tree/master/tools/server"),
)

HOSTS: dict[str, Host] = {host.name: host for host in _ROWS}


def register(host: Host) -> None:
    """Add a provider to the table of this process, or put another row in the place of one."""
    HOSTS[host.name] = host
