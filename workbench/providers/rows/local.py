"""Servers that run on the user's machine: one row each, at the port where they listen by themselves."""

from __future__ import annotations

from dataclasses import replace

from workbench.providers.host import FREE, Host


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


ROWS = (
    replace(
        _local("ollama", 11434, "https://docs.ollama.com/api", path="", protocol="ollama"),
        listen_key="OLLAMA_HOST",
    ),
    _local("lmstudio", 1234, "https://lmstudio.ai/docs/developer/openai-compat"),
    _local("vllm", 8000, "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html"),
    _local("llamacpp", 8080, "https://github.com/ggml-org/llama.cpp/tree/master/tools/server"),
)
