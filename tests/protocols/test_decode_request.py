"""The way back: from a body, ours or another client's, to the request that it asks."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workbench.calls import Image, Message, Params, Request, Text, ToolCall
from workbench.errors import ConfigError
from workbench.protocols import COMPLETIONS, EMBEDDINGS, PROTOCOLS, SHAPE_ERRORS

GOLDEN = Path(__file__).parent / "golden"
CHATS = [name for name in PROTOCOLS if name not in {*COMPLETIONS.values(), *EMBEDDINGS.values()}]
PIXEL = Image(data=b"\x89PNG", media_type="image/png")
# What every protocol can say: a system turn, text and picture, calls of tools, and their results.
CONVERSATION = (
    Message(role="system", content="Be brief."),
    Message(role="user", content=(Text(text="What is this?"), PIXEL)),
    Message(
        role="assistant",
        tool_calls=(
            ToolCall(id="call_a", name="look", arguments='{"zoom": 2, "at": "Mäuse"}'),
            ToolCall(id="call_b", name="measure", arguments="{}"),
        ),
    ),
    Message(role="tool", tool_call_id="call_a", content="a cat"),
    Message(role="tool", tool_call_id="call_b", content="0.4 metres"),
    Message(role="user", content="So?"),
    Message(role="assistant", content="A cat of 0.4 metres. "),
    Message(role="user", content="Sure?"),
)
FULL = Params(temperature=0.5, top_p=0.9, max_tokens=64, stop=("END", "\n\n"))
ZEROS = Params(temperature=0.0, top_p=0.0, max_tokens=0, stop=(), extra={"user": "", "logprobs": False})
OF_ONE: dict[str, dict[str, Any]] = {
    "openai": {"seed": 0, "top_k": 1, "logprobs": 0, "n": 2, "parallel_tool_calls": False},
    "openai_responses": {"reasoning_effort": "none", "logprobs": 0, "service_tier": "flex"},
    "anthropic": {"top_k": 3, "reasoning_effort": "max", "extra": {"speed": "fast"}},
    "gemini": {"seed": 0, "n": 2, "logprobs": 0, "reasoning_effort": "low", "extra": {"labels": {"a": "b"}}},
    "vertex": {"top_k": 0, "extra": {"generationConfig": {"mediaResolution": "MEDIA_RESOLUTION_LOW"}}},
    "ollama": {"extra": {"num_ctx": 512}},
}


def fitting(name: str, params: Params) -> Params:
    """Those of the parameters that the protocol has."""
    return replace(params, **dict.fromkeys(set(params.given()) - PROTOCOLS[name].CARRIES))


def rewritten(name: str, body: dict[str, Any]) -> dict[str, Any]:
    wire = PROTOCOLS[name]
    return wire.encode(wire.decode_request(body))[1]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("params", [Params(), FULL, ZEROS, None], ids=["none", "full", "zeros", "own"])
@pytest.mark.parametrize("name", CHATS)
def test_a_request_is_read_back_as_it_was_written(name: str, params: Params | None, stream: bool) -> None:
    params = Params(**OF_ONE.get(name, {})) if params is None else fitting(name, params)
    request = Request(model="m", messages=CONVERSATION, params=params, stream=stream)

    body = json.loads(json.dumps(PROTOCOLS[name].encode(request)[1]))

    # Some protocols have the model, and whether to stream, in the path.
    told = request if "model" in body else replace(request, model="", stream=body.get("stream", False))
    assert PROTOCOLS[name].decode_request(body) == told


@pytest.mark.parametrize("name", CHATS)
def test_a_golden_body_is_read_and_written_again_as_it_is(name: str) -> None:
    body = json.loads((GOLDEN / name / "conversation.json").read_text("utf-8"))["request"]

    assert rewritten(name, body) == body
    assert PROTOCOLS[name].decode_request(body).params == fitting(name, FULL)


OTHERS: list[tuple[str, dict[str, Any]]] = [
    (
        "openai",
        {
            "messages": [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
            "max_completion_tokens": 9,
            "stop": ["END"],
            "n": 2,
            "response_format": {"type": "json_object"},
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
        },
    ),
    (
        "openai",
        {
            "messages": [
                {"role": "user", "name": "Eve", "content": [{"type": "text", "text": "Hi"}]},
                {"role": "assistant", "content": "Yes?", "refusal": "No."},
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "image_url",
                            "image_url": {"url": "https://example.org/a.png", "detail": "low"},
                        },
                        {"type": "input_audio", "input_audio": {"data": "aa", "format": "wav"}},
                    ],
                },
            ],
        },
    ),
    (
        "anthropic",
        {
            "max_tokens": 9,
            "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": "Hm", "signature": "x"},
                        {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {"type": "tool_result", "tool_use_id": "a", "content": "no", "is_error": True}
                    ],
                },
            ],
            "tools": [{"name": "f", "input_schema": {}}],
        },
    ),
    (
        "ollama",
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {
                    "role": "assistant",
                    "content": "",
                    "thinking": "Hm",
                    "tool_calls": [{"function": {"name": "f", "arguments": {"x": 1}}}],
                },
                {"role": "tool", "content": "no", "tool_name": "f"},
            ],
            "stream": False,
            "keep_alive": "5m",
            "options": {"num_ctx": 512, "temperature": 0, "brand_new": 1},
        },
    ),
]


@pytest.mark.parametrize(("name", "body"), OTHERS)
def test_nothing_is_lost_of_a_body_that_says_more_than_we_do(name: str, body: dict[str, Any]) -> None:
    body = {"model": "m", **body}

    assert rewritten(name, body) == body


def test_what_is_written_in_another_way_needs_no_extra() -> None:
    body: dict[str, Any] = {
        "model": "m",
        "messages": [
            {"role": "user", "content": "Hi", "name": None},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
                "annotations": [],
            },
            {"role": "tool", "tool_call_id": "a", "content": [{"type": "text", "text": "x"}]},
        ],
        "stop": "END",
        "seed": None,
        "stream": False,
    }
    assert PROTOCOLS["openai"].decode_request(body).params == Params(stop=("END",))
    hello: dict[str, Any] = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
    anthropic = PROTOCOLS["anthropic"].decode_request(hello)
    assert anthropic.messages == (Message(role="user", content="Hi"),)
    assert anthropic.params == Params(max_tokens=5)


def test_fields_that_have_no_word_of_ours_are_extra() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "verbosity": "low", "n": 2}

    assert PROTOCOLS["openai"].decode_request(body).params == Params(n=2, extra={"verbosity": "low"})


def test_a_developer_is_the_system_and_parts_without_a_word_are_not_guessed() -> None:
    developer, mixed = (PROTOCOLS["openai"].decode_request({"model": "m", **body}) for _, body in OTHERS[:2])

    assert developer.messages[0] == Message(role="system", content="Be brief.")
    assert mixed.messages[2].content == (Image(url="https://example.org/a.png"),)


def test_ollama_streams_where_nothing_is_said() -> None:
    body: dict[str, Any] = {"model": "m", "messages": []}

    streams = [PROTOCOLS[name].decode_request(body).stream for name in ("openai", "anthropic", "ollama")]
    assert streams == [False, False, True]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"\x89PNG\r\n", "image/png"),
    ],
)
def test_the_kind_of_a_picture_without_one_is_read_from_its_bytes(content: bytes, kind: str) -> None:
    turn = {"role": "user", "content": "", "images": [base64.b64encode(content).decode()]}

    (message,) = PROTOCOLS["ollama"].decode_request({"model": "m", "messages": [turn]}).messages

    assert message.content == (Image(data=content, media_type=kind),)


@pytest.mark.parametrize("name", CHATS)
def test_a_body_of_another_shape_is_refused(name: str) -> None:
    broken: list[dict[str, Any]] = [
        {},
        {"model": "m"},
        {"model": "m", "messages": [{"content": "Hi"}]},
        {"model": "m", "messages": ["Hi"]},
    ]
    for body in broken:
        with pytest.raises(SHAPE_ERRORS):
            PROTOCOLS[name].decode_request(body)


def test_a_picture_that_is_no_base64_is_refused() -> None:
    turn = {"role": "user", "content": "", "images": ["4 bytes"]}

    with pytest.raises(ValueError, match="'4 bytes'"):
        PROTOCOLS["ollama"].decode_request({"model": "m", "messages": [turn]})


def test_a_role_that_is_not_known_is_named() -> None:
    body = {"model": "m", "messages": [{"role": "oracle", "content": "Hi"}]}

    with pytest.raises(ConfigError, match="no role 'oracle'"):
        PROTOCOLS["openai"].decode_request(body)
