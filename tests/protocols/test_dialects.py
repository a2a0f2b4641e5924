"""What is peculiar to one protocol or to one server that speaks it."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.calls import Chunk, ToolCall, fold
from workbench.errors import ConfigError
from workbench.protocols import PROTOCOLS, ModelInfo, anthropic, ollama, openai, protocol


def choice(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, **fields}]}


@pytest.mark.parametrize(
    ("module", "word", "reason"),
    [
        (module, word, reason)
        for module in (openai, anthropic, ollama)
        for word, reason in {**module.FINISH_REASONS, "because": "other"}.items()
    ],
)
def test_finish_reasons_are_mapped_and_unknown_ones_are_other(module: Any, word: str, reason: str) -> None:
    event = {
        openai: choice(delta={}, finish_reason=word),
        anthropic: {"type": "message_delta", "delta": {"stop_reason": word}},
        ollama: {"message": {"content": ""}, "done": True, "done_reason": word},
    }[module]

    assert module.decode_event(event).finish_reason == reason


def test_a_streamed_refusal_is_text_and_is_marked_where_it_comes() -> None:
    events = [
        choice(delta={"role": "assistant", "content": "", "refusal": None}, finish_reason=None),
        choice(delta={"refusal": "I cannot"}, finish_reason=None),
        choice(delta={"refusal": " help."}, finish_reason=None),
    ]
    chunks = [openai.decode_event(event) for event in events]

    assert [chunk.finish_reason for chunk in chunks] == [None, "content_filter", "content_filter"]
    assert fold(chunks).text == "I cannot help."


def test_openais_reason_to_finish_is_not_yet_the_end() -> None:
    assert openai.decode_event(choice(delta={}, finish_reason="stop")).done is False


def test_an_answer_with_details_of_its_own_is_no_error() -> None:
    assert openai.decode_error(choice(message={"content": "x"}) | {"detail": "served from Oslo"}) is None


def test_of_several_choices_the_first_is_the_completion_and_the_others_are_kept() -> None:
    answer = {"role": "assistant", "content": "A"}
    body = {
        "choices": [
            {"index": 1, "message": {**answer, "content": "B"}, "finish_reason": "length"},
            {"index": 0, "message": answer, "finish_reason": "stop"},
        ]
    }

    assert (openai.decode(body).text, openai.decode(body).finish_reason) == ("A", "stop")
    assert openai.decode(body).alternatives == ("B",)
    event = {"choices": [{"index": 1, "delta": {"content": "B"}, "finish_reason": "length"}]}
    assert openai.decode_event(event) == Chunk(alternatives=((1, "B"),))


def test_a_free_answer_costs_zero_and_an_unpriced_one_is_unknown() -> None:
    answer = choice(message={"content": "x"}, finish_reason="stop")

    assert openai.decode(answer | {"usage": {"cost": 0}}).cost_usd == 0
    assert openai.decode(answer | {"usage": {}}).cost_usd is None


def test_reasoning_sent_under_both_names_is_read_once() -> None:
    event = choice(delta={"reasoning": "hm", "reasoning_content": "hm"})

    assert openai.decode_event(event).reasoning == "hm"


def test_llama_cpp_begins_a_tool_call_without_its_input() -> None:
    events: list[dict[str, Any]] = [
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "tool_use", "id": "a", "name": "f"},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": "{}"},
        },
    ]

    calls = fold(anthropic.decode_event(event) for event in events).tool_calls

    assert calls == (ToolCall(id="a", name="f", arguments="{}"),)


def test_anthropics_input_tokens_are_unknown_where_the_wire_has_none() -> None:
    event = {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 3}}

    usage = anthropic.decode_event(event).usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (None, 3)


def test_models_are_listed_in_the_providers_order_with_their_context() -> None:
    listing = {
        "object": "list",
        "data": [
            {"id": "plain", "object": "model", "owned_by": "openai"},
            {"id": "openrouter", "context_length": 128000},
            {"id": "vllm", "max_model_len": 4096},
            {"id": "groq", "context_window": 8192},
            {"id": "mistral", "max_context_length": 32768},
            {"id": "llama.cpp", "meta": {"n_ctx": 4096, "n_ctx_train": 8192}},
        ],
    }
    assert [(model.id, model.context_tokens) for model in openai.decode_models(listing)] == [
        ("plain", None),
        ("openrouter", 128000),
        ("vllm", 4096),
        ("groq", 8192),
        ("mistral", 32768),
        ("llama.cpp", 4096),
    ]
    page = {"data": [{"type": "model", "id": "claude", "max_input_tokens": 200000}], "has_more": False}
    assert anthropic.decode_models(page) == (ModelInfo(id="claude", context_tokens=200000),)
    tags = {"models": [{"name": "qwen3:4b", "model": "qwen3:4b", "size": 1, "details": {}}]}
    assert ollama.decode_models(tags) == (ModelInfo(id="qwen3:4b"),)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_listing_of_another_shape_is_refused(name: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        protocol(name).decode_models({"items": []})


def test_an_unknown_protocol_is_named_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match="no protocol 'smoke': write one of openai, "):
        protocol("smoke")
