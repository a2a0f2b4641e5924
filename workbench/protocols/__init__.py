"""Wire formats as pure functions: JSON to values and back. No socket, no environment, no clock.

A protocol is a module with the members of `Protocol`. For every one of them
`fold(decode_event(e) for e in events)` equals `decode(body)` for the same answer.
"""

from workbench.errors import ConfigError
from workbench.protocols import anthropic, cohere, cohere_embeddings, ollama, openai
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
    "anthropic": anthropic,
    "ollama": ollama,
    "cohere": cohere,
    "cohere_embeddings": cohere_embeddings,
}
COMPLETIONS: dict[str, str] = {}
"""The protocol of text completions at hosts whose conversations are in another."""
EMBEDDINGS: dict[str, str] = {
    "cohere": "cohere_embeddings",
}
"""Likewise of embeddings."""


def protocol(name: str) -> Protocol:
    """The protocol module of that name.

    Raises:
        ConfigError: There is none.
    """
    if name not in PROTOCOLS:
        raise ConfigError(f"no protocol {name!r}: write one of {', '.join(PROTOCOLS)}")
    return PROTOCOLS[name]
