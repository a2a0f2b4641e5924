"""Wire formats as pure functions: JSON to values and back. No socket, no environment, no clock.

A protocol is a module with the members of `Protocol`. For every one of them
`fold(decode_event(e) for e in events)` equals `decode(body)` for the same answer.
"""

from workbench import extensions
from workbench.errors import ConfigError
from workbench.protocols import (
    anthropic,
    azure_completions,
    azure_embeddings,
    azure_openai,
    bedrock,
    bedrock_embeddings,
    bedrock_invoke,
    cohere,
    cohere_embeddings,
    gemini,
    gemini_embeddings,
    hf_embeddings,
    ollama,
    ollama_embeddings,
    ollama_generate,
    openai,
    openai_completions,
    openai_embeddings,
    openai_responses,
    sagemaker,
    tei_embeddings,
    tgi,
    vertex,
    vertex_embeddings,
    voyage_embeddings,
)
from workbench.protocols.interface import SHAPE_ERRORS, ErrorWords, ModelInfo, Protocol, decode_received

__all__ = [
    "COMPLETIONS",
    "EMBEDDINGS",
    "PROTOCOLS",
    "SHAPE_ERRORS",
    "ErrorWords",
    "ModelInfo",
    "Protocol",
    "decode_received",
    "protocol",
]

PROTOCOLS: dict[str, Protocol] = {
    "openai": openai,
    "openai_completions": openai_completions,
    "openai_embeddings": openai_embeddings,
    "openai_responses": openai_responses,
    "azure": azure_openai,
    "azure_completions": azure_completions,
    "azure_embeddings": azure_embeddings,
    "anthropic": anthropic,
    "gemini": gemini,
    "gemini_embeddings": gemini_embeddings,
    "vertex": vertex,
    "vertex_embeddings": vertex_embeddings,
    "bedrock": bedrock,
    "bedrock_invoke": bedrock_invoke,
    "bedrock_embeddings": bedrock_embeddings,
    "sagemaker": sagemaker,
    "ollama": ollama,
    "ollama_generate": ollama_generate,
    "ollama_embeddings": ollama_embeddings,
    "cohere": cohere,
    "cohere_embeddings": cohere_embeddings,
    "tgi": tgi,
    "tei_embeddings": tei_embeddings,
    "hf_embeddings": hf_embeddings,
    "voyage_embeddings": voyage_embeddings,
}
COMPLETIONS: dict[str, str] = {
    "openai": "openai_completions",
    "openai_responses": "openai_completions",
    "azure": "azure_completions",
    "ollama": "ollama_generate",
    "tgi": "tgi",
}
"""The protocol of text completions at hosts whose conversations are in another."""
EMBEDDINGS: dict[str, str] = {
    "openai": "openai_embeddings",
    "openai_responses": "openai_embeddings",
    "azure": "azure_embeddings",
    "cohere": "cohere_embeddings",
    "gemini": "gemini_embeddings",
    "vertex": "vertex_embeddings",
    "ollama": "ollama_embeddings",
    "bedrock": "bedrock_embeddings",
    "bedrock_invoke": "bedrock_embeddings",
    "tei_embeddings": "tei_embeddings",
    "hf_embeddings": "hf_embeddings",
    "voyage_embeddings": "voyage_embeddings",
}
"""Likewise of embeddings."""


def protocol(name: str) -> Protocol:
    """The protocol module of that name, ours or a package's.

    Raises:
        ConfigError: There is none.
    """
    if name not in PROTOCOLS:
        found = extensions.find("workbench.protocols", name)
        if found is None:
            raise ConfigError(f"no protocol {name!r}: write one of {', '.join(PROTOCOLS)}")
        PROTOCOLS[name] = found
    return PROTOCOLS[name]
