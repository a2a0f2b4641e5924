"""Listings of models at hosts that speak OpenAI's protocol, most of which tell more than OpenAI's own.

Read are those of OpenAI, OpenRouter, Together, Groq, Mistral, Fireworks, DeepInfra, Novita, Moonshot, the
Hugging Face router, Databricks, GitHub Models, vLLM, llama.cpp and LM Studio.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.calls import ModelInfo

# OpenRouter, Groq, vLLM, Mistral and LM Studio, llama.cpp, Novita, GitHub; OpenAI itself does not say.
CONTEXT = (
    *("context_length", "context_window", "max_model_len", "max_context_length", "n_ctx"),
    *("context_size", "max_input_tokens"),
)
OUTPUT = ("max_completion_tokens", "max_output_tokens")
# What stands inside a model's entry: llama.cpp, DeepInfra, GitHub, OpenRouter (twice).
NESTED = ("meta", "metadata", "limits", "top_provider", "architecture")
FEATURES = ("supported_parameters", "supported_features", "features", "capabilities", "tags")
IMAGES = {"vision", "image", "image-input", "supports_image_input", "supports_image_in"}
TOOLS = {
    *("tools", "tool_use", "tool-use", "tool-calling", "function-calling", "function_calling"),
    "supports_tools",
}
SCHEMAS = {"structured_outputs", "structured-outputs", "supports_structured_output"}
REASONING = {"reasoning", "supports_reasoning"}
TALKING = {"completion_chat", "supports_chat"}
# Together, Novita, LM Studio, Databricks.
CHATS = {"chat", "llm", "vlm", "llm/v1/chat"}
NO_CHATS = {
    *("embedding", "embeddings", "image", "audio", "video", "rerank", "moderation", "transcribe"),
    *("llm/v1/embeddings", "llm/v1/completions"),
}


def decode_models(body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    """The listing; what a host does not tell stays unknown."""
    entries = body["endpoints"] if "endpoints" in body else body["data"]  # the former at Databricks
    return tuple(_model(entry) for entry in entries)


def next_page(body: Mapping[str, Any]) -> dict[str, str] | None:
    """OpenAI's lists go on after the last id where they say that there is more."""
    return {"after": body["last_id"]} if body.get("has_more") and body.get("last_id") else None


def _model(entry: Mapping[str, Any]) -> ModelInfo:
    facts = dict(entry)
    for name in NESTED:
        # OpenRouter's top provider may take less than the model could: what stands inside is taken first.
        facts |= {key: value for key, value in (entry.get(name) or {}).items() if value is not None}
    providers = entry.get("providers") or ()
    flags = _flags(facts, providers)
    reads = _words(facts, "input_modalities", "supported_input_modalities")
    longest = max((each.get("context_length") or 0 for each in providers), default=0)
    return ModelInfo(
        id=entry["id"] if "id" in entry else entry["name"],
        context_tokens=_count(facts, CONTEXT) or longest or None,
        output_tokens=_count(facts, OUTPUT),
        images="image" in reads if reads else _said(flags, IMAGES),
        files=True if "file" in reads else None,  # where it is not named, a router may still read the file
        tools=_said(flags, TOOLS),
        output=_said(flags, SCHEMAS),
        reasoning=_said(flags, REASONING),
        chat=_chat(facts, flags),
    )


def _chat(facts: Mapping[str, Any], flags: Mapping[str, bool]) -> bool | None:
    if (said := _said(flags, TALKING)) is not None:
        return said
    kind = facts.get("type") or facts.get("task") or facts.get("model_type")
    if kind in NO_CHATS:
        return False
    writes = _words(facts, "output_modalities", "supported_output_modalities")
    if writes:
        return "text" in writes
    return True if kind in CHATS else None


def _flags(facts: Mapping[str, Any], providers: Iterable[Mapping[str, Any]]) -> dict[str, bool]:
    """What the entry says of each feature."""
    flags: dict[str, bool] = {}
    if facts.get("supported_parameters"):  # OpenRouter names them all
        flags = {"tools": False, "structured_outputs": False, "reasoning": False}
    if facts.get("type") == "vlm":  # LM Studio
        flags["vision"] = True
    for name in FEATURES:
        said = facts.get(name)
        if isinstance(said, Mapping):  # Mistral
            flags |= {key: value for key, value in said.items() if isinstance(value, bool)}
        elif said:
            flags |= dict.fromkeys(said, True)
    flags |= {key: value for key, value in facts.items() if isinstance(value, bool)}
    for provider in providers:  # the router of Hugging Face asks one that can do it
        for key, value in provider.items():
            if isinstance(value, bool):
                flags[key] = flags.get(key, False) or value
    return flags


def _said(flags: Mapping[str, bool], names: set[str]) -> bool | None:
    found = [flags[name] for name in names if name in flags]
    return any(found) if found else None


def _count(facts: Mapping[str, Any], names: Iterable[str]) -> int | None:
    return next((facts[name] for name in names if facts.get(name)), None)


def _words(facts: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    return next((tuple(facts[name]) for name in names if facts.get(name)), ())
