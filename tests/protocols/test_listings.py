"""Listings of models in the words of each host that speaks OpenAI's protocol."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.calls import ModelInfo
from workbench.protocols import anthropic, openai

ENTRIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "openai": ({"id": "m", "object": "model", "owned_by": "openai"}, {}),
    # https://openrouter.ai/docs/api-reference/list-available-models
    "openrouter": (
        {
            "id": "m",
            "context_length": 1000000,
            "architecture": {"input_modalities": ["text", "image", "file"], "output_modalities": ["text"]},
            "top_provider": {"context_length": 400000, "max_completion_tokens": 128000},
            "supported_parameters": ["tools", "structured_outputs", "temperature"],
        },
        {
            "context_tokens": 400000,
            "output_tokens": 128000,
            "images": True,
            "files": True,
            "tools": True,
            "output": True,
            "reasoning": False,
            "chat": True,
        },
    ),
    # https://docs.together.ai/reference/models
    "together": (
        {"id": "m", "type": "chat", "context_length": 8192, "pricing": {"input": 0.2}},
        {"context_tokens": 8192, "chat": True},
    ),
    "together-vectors": ({"id": "m", "type": "embedding"}, {"chat": False}),
    # https://console.groq.com/docs/api-reference#models-list
    "groq": (
        {"id": "m", "context_window": 131072, "max_completion_tokens": 65536, "active": True},
        {"context_tokens": 131072, "output_tokens": 65536},
    ),
    # https://docs.mistral.ai/api/#tag/models
    "mistral": (
        {
            "id": "m",
            "type": "base",
            "max_context_length": 32768,
            "capabilities": {"completion_chat": True, "function_calling": True, "vision": False},
        },
        {"context_tokens": 32768, "chat": True, "tools": True, "images": False},
    ),
    "mistral-ocr": (
        {"id": "m", "capabilities": {"completion_chat": False, "function_calling": False}},
        {"chat": False, "tools": False},
    ),
    # https://docs.fireworks.ai/api-reference/list-models
    "fireworks": (
        {"id": "m", "supports_chat": True, "supports_image_input": False, "supports_tools": True},
        {"chat": True, "images": False, "tools": True},
    ),
    # https://huggingface.co/docs/inference-providers/hub-api
    "huggingface": (
        {
            "id": "m",
            "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
            "providers": [
                {"provider": "a", "context_length": 8192, "supports_tools": False},
                {
                    "provider": "b",
                    "context_length": 131072,
                    "supports_tools": True,
                    "supports_structured_output": False,
                },
                {"provider": "c", "context_length": None},
            ],
        },
        {"context_tokens": 131072, "images": False, "tools": True, "output": False, "chat": True},
    ),
    # https://docs.databricks.com/api/workspace/servingendpoints/list
    "databricks": ({"name": "m", "task": "llm/v1/chat", "state": {"ready": "READY"}}, {"chat": True}),
    # https://docs.github.com/en/rest/models/catalog
    "github": (
        {
            "id": "m",
            "name": "OpenAI GPT-4.1",
            "capabilities": ["streaming", "tool-calling"],
            "limits": {"max_input_tokens": 1048576, "max_output_tokens": 32768},
            "supported_input_modalities": ["text", "image"],
            "supported_output_modalities": ["text"],
        },
        {"context_tokens": 1048576, "output_tokens": 32768, "images": True, "tools": True, "chat": True},
    ),
    # https://lmstudio.ai/docs/developer/rest/endpoints
    "lmstudio": (
        {"id": "m", "type": "vlm", "max_context_length": 4096, "capabilities": ["tool_use"]},
        {"context_tokens": 4096, "images": True, "tools": True, "chat": True},
    ),
    "vllm": ({"id": "m", "max_model_len": 4096, "parent": None}, {"context_tokens": 4096}),
    # https://api-docs.deepinfra.com/
    "deepinfra": (
        {"id": "m", "metadata": {"context_length": 163840, "max_tokens": 163840, "tags": ["vision"]}},
        {"context_tokens": 163840, "images": True},
    ),
    "deepinfra-pictures": ({"id": "m", "metadata": None}, {}),
    # https://platform.moonshot.ai/docs/api/list-models
    "moonshot": (
        {"id": "m", "context_length": 262144, "supports_image_in": True, "supports_reasoning": True},
        {"context_tokens": 262144, "images": True, "reasoning": True},
    ),
}


@pytest.mark.parametrize(("entry", "facts"), ENTRIES.values(), ids=ENTRIES)
def test_a_hosts_words_are_read(entry: dict[str, Any], facts: dict[str, Any]) -> None:
    key = "endpoints" if "task" in entry else "data"
    assert openai.decode_models({key: [entry]}) == (ModelInfo(id="m", **facts),)


@pytest.mark.parametrize("key", ["data", "endpoints"])
def test_an_empty_listing_has_no_models(key: str) -> None:
    assert openai.decode_models({key: []}) == ()


def test_anthropic_tells_what_each_model_can_do() -> None:
    yes, no = {"supported": True}, {"supported": False}
    can = {"image_input": yes, "pdf_input": no, "structured_outputs": yes, "thinking": {**no, "types": {}}}
    entry = {"id": "m", "max_input_tokens": 200000, "max_tokens": 64000, "capabilities": can}
    assert anthropic.decode_models({"data": [entry, {"id": "old", "capabilities": None}]}) == (
        ModelInfo(
            id="m",
            context_tokens=200000,
            output_tokens=64000,
            images=True,
            files=False,
            output=True,
            reasoning=False,
        ),
        ModelInfo(id="old"),
    )


@pytest.mark.parametrize(
    ("body", "following"),
    [
        ({"data": []}, None),
        ({"data": [], "has_more": False, "last_id": "m"}, None),
        ({"data": [], "has_more": True, "last_id": "m"}, {"after": "m"}),
        ({"data": [], "has_more": True, "last_id": None}, None),
    ],
)
def test_openais_next_page_follows_the_last_id(
    body: dict[str, Any], following: dict[str, str] | None
) -> None:
    assert openai.next_page(body) == following
