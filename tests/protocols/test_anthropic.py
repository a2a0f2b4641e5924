"""What is peculiar to Anthropic's Messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_type_hints

import pytest
from anthropic.types import MessageCountTokensParams
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from pydantic import TypeAdapter

from workbench.calls import (
    File,
    Image,
    Message,
    OutputSchema,
    Params,
    Request,
    Text,
    Thought,
    Tool,
    ToolCall,
    Usage,
    fold,
)
from workbench.errors import ConfigError
from workbench.protocols import ModelInfo, anthropic

HI = Message(role="user", content="Hi")
LOOK = Tool(
    name="look",
    description="Looks.",
    parameters={"type": "object", "properties": {"zoom": {"type": "integer"}}},
)
ANSWER = OutputSchema(schema={"type": "object", "properties": {}, "additionalProperties": False})


def asked(*messages: Message, model: str = "claude-sonnet-5", **fields: Any) -> Request:
    params = fields.pop("params", {})
    return Request(model=model, messages=messages or (HI,), params=Params(**params), **fields)


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return anthropic.encode(asked(*messages, **fields))[1]


def known_to_the_sdk(written: Mapping[str, Any], kind: Any) -> None:
    assert set(written) <= set(get_type_hints(kind))
    TypeAdapter(kind).validate_python(written)


def everything() -> Request:
    return asked(
        Message(role="system", content="Be brief."),
        HI,
        tools=(LOOK, Tool(name="rest")),
        tool_choice="look",
        output=ANSWER,
        params={"reasoning_effort": "xhigh", "service_tier": "auto", "parallel_tool_calls": False},
    )


def test_tools_schema_effort_and_tier_are_written_in_the_sdks_types() -> None:
    written = anthropic.encode(everything())[1]

    known_to_the_sdk(written, MessageCreateParamsNonStreaming)
    assert written["tools"] == [
        {"name": "look", "description": "Looks.", "input_schema": LOOK.parameters},
        {"name": "rest", "input_schema": {"type": "object", "properties": {}}},
    ]
    assert written["tool_choice"] == {"type": "tool", "name": "look", "disable_parallel_tool_use": True}
    assert written["output_config"] == {
        "effort": "xhigh",
        "format": {"type": "json_schema", "schema": ANSWER.schema},
    }
    assert written["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert written["service_tier"] == "auto"


def test_what_was_written_is_read_back() -> None:
    assert anthropic.decode_request(anthropic.encode(everything())[1]) == everything()


def test_bounds_of_a_schema_which_anthropic_refuses_are_told_in_words() -> None:
    # https://platform.claude.com/docs/en/build-with-claude/structured-outputs
    schema = {
        "type": "object",
        "properties": {
            "minimum": {"type": "integer", "minimum": 1, "maximum": 9, "description": "The least"},
            "tags": {"type": "array", "items": {"type": "string", "maxLength": 3}, "minItems": 1},
            "day": {"type": "string", "format": "date"},
            "sum": {"type": "number", "format": "double"},
        },
    }

    written = body(output=OutputSchema(schema=schema))["output_config"]["format"]["schema"]

    assert written["properties"] == {
        "minimum": {"type": "integer", "description": "The least (minimum: 1, maximum: 9)"},
        "tags": {"type": "array", "items": {"type": "string", "description": "maxLength: 3"}, "minItems": 1},
        "day": {"type": "string", "format": "date"},
        "sum": {"type": "number", "description": 'format: "double"'},
    }


def test_objects_of_a_schema_are_closed_as_anthropic_wants_them() -> None:
    inner = {"type": "object", "properties": {"b": {"type": "string"}}}
    schema = {"type": "object", "properties": {"a": inner}}

    written = body(output=OutputSchema(schema=schema))["output_config"]["format"]["schema"]

    assert written["additionalProperties"] is False
    assert written["properties"]["a"] == {**inner, "additionalProperties": False}
    assert "additionalProperties" not in schema


@pytest.mark.parametrize(
    ("choice", "parallel", "written"),
    [
        ("auto", None, {"type": "auto"}),
        ("required", True, {"type": "any", "disable_parallel_tool_use": False}),
        ("none", False, {"type": "none"}),  # which knows no such field
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        (None, None, None),
    ],
)
def test_a_choice_of_tools_says_how_many_at_once(
    choice: str | None, parallel: bool | None, written: dict[str, Any] | None
) -> None:
    sent = body(tools=(LOOK,), tool_choice=choice, params={"parallel_tool_calls": parallel})

    assert sent.get("tool_choice") == written


@pytest.mark.parametrize(
    ("model", "effort", "fields"),
    [
        ("claude-opus-5", "none", {"thinking": {"type": "disabled"}}),
        (
            "claude-sonnet-4-6",
            "minimal",
            {
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "low"},
            },
        ),
        ("claude-haiku-4-5", "low", {"thinking": {"type": "enabled", "budget_tokens": 2048}}),
        ("claude-opus-4-1-20250805", "high", {"thinking": {"type": "enabled", "budget_tokens": 16384}}),
        ("claude-sonnet-4-20250514", "max", {"thinking": {"type": "enabled", "budget_tokens": 28672}}),
        ("claude-3-7-sonnet-latest", "minimal", {"thinking": {"type": "enabled", "budget_tokens": 1024}}),
    ],
)
def test_an_effort_is_a_budget_at_models_that_know_no_other_way(
    model: str, effort: str, fields: dict[str, Any]
) -> None:
    request = asked(model=model, params={"reasoning_effort": effort})
    written = anthropic.encode(request)[1]

    assert {key: written[key] for key in ("thinking", "output_config") if key in written} == fields
    known_to_the_sdk(written, MessageCreateParamsNonStreaming)
    read = anthropic.decode_request(written).params
    assert read.reasoning_effort == ("low" if effort == "minimal" and "4-6" in model else effort)
    assert read.max_tokens is None


def test_there_is_room_for_thinking_where_no_limit_is_set() -> None:
    assert body(params={"reasoning_effort": "high"})["max_tokens"] == 32_000
    assert body(params={"reasoning_effort": "none"})["max_tokens"] == 4096
    assert body(params={"reasoning_effort": "high", "max_tokens": 0})["max_tokens"] == 0
    assert body()["max_tokens"] == 4096


def test_a_budget_that_leaves_no_room_for_the_answer_is_refused() -> None:
    fields: dict[str, Any] = {"model": "claude-haiku-4-5"}

    with pytest.raises(ConfigError, match=r"takes 8,192 tokens, and max_tokens is 8,192 .* allow more"):
        body(params={"reasoning_effort": "medium", "max_tokens": 8192}, **fields)
    assert body(params={"reasoning_effort": "medium", "max_tokens": 8193}, **fields)["max_tokens"] == 8193


def test_thoughts_go_back_as_they_came_before_what_was_said_and_called() -> None:
    blocks = [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "xx"},
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "toolu_a", "name": "look", "input": {"zoom": 2}},
    ]
    answer = anthropic.decode({"content": blocks, "stop_reason": "tool_use"})

    (turn,) = body(answer.message)["messages"]

    assert turn == {"role": "assistant", "content": blocks}
    assert anthropic.decode_request(body(HI, answer.message)).messages[1] == answer.message


def test_an_omitted_thought_goes_back_by_its_signature_alone() -> None:
    answer = anthropic.decode({"content": [{"type": "thinking", "thinking": "", "signature": "c2ln"}]})

    assert answer.thoughts == (Thought(signature="c2ln"),)
    (turn,) = body(answer.message)["messages"]
    assert turn["content"] == [{"type": "thinking", "thinking": "", "signature": "c2ln"}]


def test_what_anthropic_cannot_check_of_a_thought_stays_here() -> None:
    thoughts = (
        Thought(text="Hm."),
        Thought(id="rs_1", data="of OpenAI"),
        Thought(id="thought_signature", signature="of Gemini"),
    )
    turn = Message(role="assistant", content="Yes.", thoughts=thoughts)

    assert body(turn)["messages"][0]["content"] == [{"type": "text", "text": "Yes."}]


def test_the_summary_of_a_long_conversation_is_counted_with_the_answer() -> None:
    # https://platform.claude.com/docs/en/build-with-claude/compaction
    def counts(fresh: int, said: int, read: int) -> dict[str, int]:
        return {"input_tokens": fresh, "output_tokens": said, "cache_read_input_tokens": read}

    passes = [
        {"type": "compaction", **counts(60_000, 900, 1_000)},
        {"type": "message", **counts(200, 20, 50)},
    ]
    usage = {**counts(200, 20, 50), "iterations": passes}
    whole = {"content": [{"type": "compaction", "content": "Of Norway."}], "usage": usage}
    events = [
        {"type": "message_start", "message": {"usage": counts(60_000, 1, 1_000)}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage},
    ]

    streamed = fold(anthropic.decode_event(event) for event in events)

    assert anthropic.decode(whole).usage == streamed.usage
    # Input: 200 + 50 of the cache, and 60,000 + 1,000 of the summary.
    assert streamed.usage == Usage(input_tokens=61_250, output_tokens=920, cache_read_tokens=1_050)


def test_what_an_mcp_server_was_asked_is_no_call_of_ours() -> None:
    # https://platform.claude.com/docs/en/agents-and-tools/mcp-connector
    events = [
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "ask", "input": {}},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": '{"of": "what"}'},
        },
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
    ]

    answer = fold(anthropic.decode_event(event) for event in events)

    assert answer.tool_calls == ()
    assert answer.finish_reason == "stop"


def test_a_call_that_anthropic_ran_itself_does_not_go_back_as_ours() -> None:
    own = ToolCall(id="srvtoolu_a", name="web_search", arguments="{}")
    turn = Message(role="assistant", content="Rain.", tool_calls=(own,))

    assert body(turn)["messages"][0]["content"] == [{"type": "text", "text": "Rain."}]


@pytest.mark.parametrize(
    ("part", "block"),
    [
        (
            Image(data=b"\x89PNG", media_type="image/png"),
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}},
        ),
        (
            Image(url="https://e.org/a.png"),
            {"type": "image", "source": {"type": "url", "url": "https://e.org/a.png"}},
        ),
        (Image(url="file_a1"), {"type": "image", "source": {"type": "file", "file_id": "file_a1"}}),
        (
            File(data=b"%PDF", name="a.pdf"),
            {
                "type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERg=="},
                "title": "a.pdf",
            },
        ),
        (
            File(data="Füße".encode(), media_type="text/plain"),
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Füße"}},
        ),
        (
            File(url="https://e.org/a.pdf"),
            {"type": "document", "source": {"type": "url", "url": "https://e.org/a.pdf"}},
        ),
        (File(url="file_a1"), {"type": "document", "source": {"type": "file", "file_id": "file_a1"}}),
    ],
)
def test_pictures_and_documents_go_there_and_back(part: Image | File, block: dict[str, Any]) -> None:
    turn = Message(role="user", content=(Text(text="See:"), part))
    written = body(turn)

    assert written["messages"][0]["content"][1] == block
    known_to_the_sdk(written, MessageCreateParamsNonStreaming)
    assert anthropic.decode_request(written).messages == (turn,)


def test_markdown_is_sent_as_the_text_that_it_is() -> None:
    turn = Message(role="user", content=(File(data=b"# A", media_type="text/markdown"),))

    (block,) = body(turn)["messages"][0]["content"]
    assert block["source"] == {"type": "text", "media_type": "text/plain", "data": "# A"}


def test_a_document_that_is_neither_pdf_nor_text_is_refused() -> None:
    turn = Message(role="user", content=(File(data=b"PK", media_type="application/zip"),))

    with pytest.raises(ConfigError, match="documents of PDF and of text, not of 'application/zip'"):
        body(turn)


def test_tokens_are_counted_of_what_counts() -> None:
    path, written = anthropic.encode_count(everything())

    assert path == "/v1/messages/count_tokens"
    known_to_the_sdk(written, MessageCountTokensParams)
    assert set(written) == {
        *("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config")
    }
    assert anthropic.decode_count({"input_tokens": 0}) == 0


def test_models_are_listed_with_what_they_can() -> None:
    able = {"supported": True}
    model = {
        "id": "claude-opus-5",
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
        "capabilities": {
            "image_input": able,
            "pdf_input": {"supported": False},
            "structured_outputs": able,
            "thinking": {**able, "types": {"adaptive": able}},
        },
    }
    page = {
        "data": [model, {"id": "claude-old", "capabilities": None}],
        "has_more": True,
        "last_id": "claude-old",
    }

    assert anthropic.decode_models(page) == (
        ModelInfo(
            id="claude-opus-5",
            context_tokens=1_000_000,
            output_tokens=128_000,
            images=True,
            files=False,
            output=True,
            reasoning=True,
        ),
        ModelInfo(id="claude-old"),
    )
    assert anthropic.next_page(page) == {"after_id": "claude-old"}
    assert anthropic.next_page({"data": [], "has_more": False, "last_id": None}) is None
