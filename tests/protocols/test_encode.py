"""What we send: against golden bodies, and against the official SDKs' own types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_type_hints

import ollama._types
import pytest
from anthropic.types.message_create_params import (
    MessageCreateParamsNonStreaming,
    MessageCreateParamsStreaming,
)
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from pydantic import TypeAdapter

from workbench.calls import Image, Message, Params, Request, Text, ToolCall
from workbench.errors import ConfigError
from workbench.protocols import COMPLETIONS, EMBEDDINGS, PROTOCOLS
from workbench.protocols.anthropic_thinking import DEFAULT_MAX_TOKENS

GOLDEN = Path(__file__).parent / "golden"
CHATS = [name for name in PROTOCOLS if name not in {*COMPLETIONS.values(), *EMBEDDINGS.values()}]
PIXEL = Image(data=b"\x89PNG", media_type="image/png")
LINK = Image(url="https://example.org/cat.jpg")
HELLO = (Message(role="user", content="Hello"),)
CONVERSATION = (
    Message(role="system", content="Be brief."),
    Message(role="system", content=(Text(text="Use metres."), Text(text="No jokes."))),
    Message(role="user", content=(Text(text="What is this?"), PIXEL)),
    Message(
        role="assistant",
        tool_calls=(
            ToolCall(id="call_a", name="look", arguments='{"zoom": 2}'),
            ToolCall(id="call_b", name="measure", arguments=""),
        ),
    ),
    Message(role="tool", tool_call_id="call_a", content="a cat"),
    Message(role="tool", tool_call_id="call_b", content=(Text(text="0.4"), Text(text="metres"))),
    Message(role="user", content="So?"),
    Message(role="assistant", content="A cat of 0.4 metres. "),
    Message(role="user", content=(Text(text="Sure?"),)),
)
NONE = Params()
FULL = Params(temperature=0.5, top_p=0.9, max_tokens=64, stop=("END", "\n\n"))
ZEROS = Params(temperature=0.0, top_p=0.0, max_tokens=0, stop=(), extra={"user": "", "logprobs": False})


def encoded(name: str, *messages: Message, params: Params = NONE, stream: bool = False) -> dict[str, Any]:
    request = Request(model="m", messages=messages or HELLO, params=params, stream=stream)
    return PROTOCOLS[name].encode(request)[1]


def sent(name: str, params: Params) -> dict[str, Any]:
    """What the parameters add to a body."""
    return {
        key: value for key, value in encoded(name, params=params).items() if key not in {"model", "messages"}
    }


def exhausted(value: Any) -> Any:
    """Pydantic looks at an `Iterable` only while it is read."""
    if isinstance(value, Mapping):
        return {key: exhausted(part) for key, part in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [exhausted(part) for part in value]
    return value


@pytest.mark.parametrize("name", CHATS)
def test_a_whole_conversation_is_written_as_in_its_golden_body(name: str) -> None:
    params = replace(FULL, **dict.fromkeys(set(FULL.given()) - PROTOCOLS[name].CARRIES))
    request = Request(model="m", messages=CONVERSATION, params=params, stream=True)

    path, body = PROTOCOLS[name].encode(request)

    golden = json.loads((GOLDEN / name / "conversation.json").read_text("utf-8"))
    assert {"path": path, "request": body} == golden


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("name", "whole", "streamed", "older"),
    [
        ("openai", CompletionCreateParamsNonStreaming, CompletionCreateParamsStreaming, set()),
        # API versions before 2026-10-21 know these two, the SDK's types no longer do.
        (
            "anthropic",
            MessageCreateParamsNonStreaming,
            MessageCreateParamsStreaming,
            {"temperature", "top_p"},
        ),
    ],
)
def test_requests_satisfy_the_types_of_the_official_sdk(
    name: str, whole: Any, streamed: Any, older: set[str], stream: bool
) -> None:
    body = encoded(name, *CONVERSATION, Message(role="user", content=(LINK,)), params=FULL, stream=stream)
    kind = streamed if stream else whole

    assert set(body) - older <= set(get_type_hints(kind))
    known = {key: value for key, value in body.items() if key not in older}
    assert exhausted(TypeAdapter(kind).validate_python(body)) == known


def test_requests_satisfy_the_types_of_ollamas_sdk() -> None:
    body = encoded("ollama", *CONVERSATION, params=FULL)

    assert set(body) <= set(ollama._types.ChatRequest.model_fields)
    assert set(body["options"]) <= set(ollama.Options.model_fields)
    ollama.Options.model_validate(body["options"], strict=True)
    ollama._types.ChatRequest.model_validate(body)
    for message in body["messages"]:
        # The SDK lags behind the server, which has known the ids of tool calls since 0.12.10.
        assert set(message) <= set(ollama.Message.model_fields) | {"tool_call_id"}
        images = [{"value": image} for image in message.get("images", ())]
        ollama.Message.model_validate({**message, "images": images})


def test_zero_empty_and_false_are_sent() -> None:
    extra = {"user": "", "logprobs": False}
    assert sent("openai", ZEROS) == {"temperature": 0.0, "top_p": 0.0, "max_tokens": 0, "stop": []} | extra
    assert sent("anthropic", ZEROS) == {
        "temperature": 0.0, "top_p": 0.0, "max_tokens": 0, "stop_sequences": []
    } | extra  # fmt: skip
    options = {"temperature": 0.0, "top_p": 0.0, "num_predict": 0, "stop": []}
    assert sent("ollama", ZEROS) == {"options": options, "stream": False} | extra


def test_absent_parameters_are_not_sent() -> None:
    assert sent("openai", NONE) == {}
    assert sent("anthropic", NONE) == {"max_tokens": DEFAULT_MAX_TOKENS}
    assert sent("ollama", NONE) == {"stream": False}


def test_seed_zero_goes_where_there_is_a_seed() -> None:
    assert sent("openai", Params(seed=0)) == {"seed": 0}
    assert sent("ollama", Params(seed=0))["options"] == {"seed": 0}
    with pytest.raises(ConfigError, match="no parameter seed, got 0"):
        sent("anthropic", Params(seed=0))


def test_only_openai_asks_for_usage_in_a_stream() -> None:
    streamed = {name: encoded(name, stream=True) for name in ("openai", "anthropic", "ollama")}

    assert [body["stream"] for body in streamed.values()] == [True, True, True]
    assert streamed["openai"]["stream_options"] == {"include_usage": True}
    assert "stream_options" not in streamed["anthropic"] | streamed["ollama"]


def test_extra_has_the_last_word() -> None:
    params = Params(max_tokens=5, extra={"max_tokens": 7, "tools": [{"type": "function"}]})

    assert sent("openai", params) == {"max_tokens": 7, "tools": [{"type": "function"}]}
    assert sent("anthropic", params) == {"max_tokens": 7, "tools": [{"type": "function"}]}


def test_ollamas_options_are_found_among_the_extra_parameters() -> None:
    params = Params(
        temperature=0.0, extra={"num_ctx": 8192, "think": True, "options": {"top_k": 1, "temperature": 1}}
    )

    assert sent("ollama", params) == {
        "stream": False,
        "think": True,
        "options": {"temperature": 1, "num_ctx": 8192, "top_k": 1},
    }


def test_an_image_goes_by_url_where_the_provider_can_fetch_it() -> None:
    turn = Message(role="user", content=(LINK,))

    assert encoded("openai", turn)["messages"][0]["content"] == [
        {"type": "image_url", "image_url": {"url": "https://example.org/cat.jpg"}}
    ]
    assert encoded("anthropic", turn)["messages"][0]["content"] == [
        {"type": "image", "source": {"type": "url", "url": "https://example.org/cat.jpg"}}
    ]
    with pytest.raises(ConfigError, match=r"'https://example.org/cat.jpg': give its bytes"):
        encoded("ollama", turn)


def test_a_tool_may_answer_with_an_image_except_on_openai() -> None:
    turn = Message(role="tool", tool_call_id="call_a", content=(PIXEL,))

    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}
    (result,) = encoded("anthropic", turn)["messages"][0]["content"]
    assert result["content"] == [{"type": "image", "source": source}]
    assert encoded("ollama", turn)["messages"][0]["images"] == ["iVBORw=="]
    with pytest.raises(ConfigError, match="no image in a turn of role 'tool'"):
        encoded("openai", turn)


@pytest.mark.parametrize("name", CHATS)
@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (Message(role="tool", content="42"), "role 'tool' has tool_call_id None"),
        (Message(role="user", content="42", tool_call_id="call_a"), "role 'user' has tool_call_id 'call_a'"),
        (Message(role="user", tool_calls=(ToolCall(id="a", name="f", arguments=""),)), "move them"),
        (Message(role="assistant", content=(PIXEL,)), "no image in a turn of role 'assistant'"),
        (Message(role="user", content=(Image(),)), "neither data nor url"),
        (Message(role="developer", content=""), "no role 'developer': write one of system, user"),  # type: ignore[arg-type]
        (Message(role="user", content=({"text": "hi"},)), "no part of a message"),  # type: ignore[arg-type]
    ],
)
def test_a_turn_with_parts_that_are_not_its_own_is_refused(name: str, turn: Message, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        encoded(name, turn)


@pytest.mark.parametrize("arguments", ["{", "[1]", "null"])
@pytest.mark.parametrize("name", ["anthropic", "ollama"])
def test_tool_arguments_that_are_no_object_are_refused(name: str, arguments: str) -> None:
    turn = Message(role="assistant", tool_calls=(ToolCall(id="a", name="look", arguments=arguments),))

    with pytest.raises(ConfigError, match="tool call 'look' are no JSON object"):
        encoded(name, turn)


def test_openai_gets_tool_arguments_as_the_model_wrote_them() -> None:
    turn = Message(role="assistant", tool_calls=(ToolCall(id="a", name="look", arguments="{"),))

    assert encoded("openai", turn)["messages"][0]["tool_calls"][0]["function"]["arguments"] == "{"


@pytest.mark.parametrize("name", CHATS)
def test_a_request_is_left_as_it_was(name: str) -> None:
    options: dict[str, Any] = {"top_k": 1}
    params = Params(temperature=0.1, extra={"options": options})
    first = encoded(name, *CONVERSATION, params=params)

    assert encoded(name, *CONVERSATION, params=params) == first
    assert options == {"top_k": 1}
