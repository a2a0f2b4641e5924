"""Servers on the user's own machine: one row each, at the port where they listen by themselves."""

from __future__ import annotations

from dataclasses import replace

from workbench.providers.host import FREE, Host


def _local(
    name: str,
    port: int,
    docs: str,
    *,
    path: str = "/v1",
    protocol: str = "openai",
    aliases: tuple[str, ...] = (),
    other_keys: tuple[str, ...] = (),
    listen_key: str | None = None,
) -> Host:
    return Host(
        name=name,
        base_url=f"http://127.0.0.1:{port}{path}",
        aliases=aliases,
        key=f"{name.upper()}_API_KEY",
        other_keys=other_keys,
        needs_key=False,
        local=True,
        listen_key=listen_key,
        protocol=protocol,
        prices=FREE,
        docs=docs,
    )


# Where several listen at the same address, a server that is found there goes by the name of the first.
ROWS = (
    _local(
        "ollama", 11434, "https://docs.ollama.com/api", path="", protocol="ollama", listen_key="OLLAMA_HOST"
    ),
    _local(
        "lmstudio",
        1234,
        "https://lmstudio.ai/docs/developer/openai-compat",
        aliases=("lm_studio", "lm-studio"),
        other_keys=("LM_STUDIO_API_KEY",),
    ),
    _local(
        "vllm",
        8000,
        "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
        aliases=("hosted_vllm",),
    ),
    replace(
        _local(
            "llamacpp",
            8080,
            "https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
            aliases=("llama.cpp", "llama_cpp"),
        ),
        options={"count": "anthropic"},
    ),
    _local("sglang", 30000, "https://docs.sglang.ai/basic_usage/openai_api_completions.html"),
    _local("tgi", 8080, "https://huggingface.co/docs/text-generation-inference/messages_api"),
    replace(  # Embeddings alone, 32 at once unless it is told otherwise.
        _local(
            "tei",
            8080,
            "https://huggingface.co/docs/text-embeddings-inference",
            path="",
            protocol="tei_embeddings",
        ),
        embed_batch=32,
    ),
    _local("localai", 8080, "https://localai.io/basics/getting_started/"),
    _local("llamafile", 8080, "https://github.com/mozilla-ai/llamafile"),
    _local(
        "mlx", 8080, "https://github.com/ml-explore/mlx-lm/blob/main/mlx_lm/SERVER.md", aliases=("mlx_lm",)
    ),
    _local("ramalama", 8080, "https://ramalama.ai"),
    _local("jan", 1337, "https://www.jan.ai/docs/desktop/api-server"),
    _local("gpt4all", 4891, "https://docs.gpt4all.io/gpt4all_api_server/home.html"),
    _local(
        "textgen",
        5000,
        "https://github.com/oobabooga/text-generation-webui/wiki/12-%E2%80%90-OpenAI-API",
        aliases=("oobabooga", "text_generation_webui"),
    ),
    _local("koboldcpp", 5001, "https://github.com/LostRuins/koboldcpp/wiki"),
    _local("fastchat", 8000, "https://github.com/lm-sys/FastChat/blob/main/docs/openai_api.md"),
    _local("lemonade", 8000, "https://lemonade-server.ai/docs/server/server_spec/", path="/api/v1"),
    _local("xinference", 9997, "https://inference.readthedocs.io"),
    _local(
        "docker",
        12434,
        "https://docs.docker.com/ai/model-runner/api-reference/",
        path="/engines/v1",
        aliases=("docker_model_runner", "dmr"),
    ),
    # A gateway rather than a model: what it passes on costs what it costs, so that nothing is said of prices.
    replace(
        _local(
            "litellm",
            4000,
            "https://docs.litellm.ai/docs/proxy/user_keys",
            aliases=("litellm_proxy",),
            other_keys=("LITELLM_PROXY_API_KEY", "LITELLM_MASTER_KEY"),
        ),
        prices={},
    ),
)
