"""Requests of the OpenAI family: tools, schemas, thoughts, prompts, and the way back from their bodies."""

from __future__ import annotations

from typing import Any

import pytest

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
)
from workbench.errors import ConfigError
from workbench.protocols import PROTOCOLS
from workbench.protocols.strict_schema import closed, is_strict

HELLO = (Message(role="user", content="Hi"),)
PLAIN: dict[str, Any] = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
CLOSED = PLAIN | {"additionalProperties": False}
TOOLS = (Tool(name="f", description="Does f.", parameters=PLAIN), Tool(name="g", parameters={}))
CALL = ToolCall(id="call_a", name="f", arguments='{"x": 1}')
CHATS = ["openai", "openai_responses", "azure"]


def body_of(name: str, *messages: Message, **fields: Any) -> dict[str, Any]:
    return PROTOCOLS[name].encode(Request(model="m", messages=messages or HELLO, **fields))[1]


@pytest.mark.parametrize("name", CHATS)
@pytest.mark.parametrize("choice", ["auto", "none", "required", "f"])
def test_a_request_with_tools_and_a_schema_is_read_back(name: str, choice: str) -> None:
    request = Request(
        model="m",
        messages=(
            *HELLO,
            Message(role="assistant", content="Let me see.", tool_calls=(CALL,)),
            Message(role="tool", tool_call_id="call_a", content="ok"),
        ),
        tools=TOOLS,
        tool_choice=choice,
        output=OutputSchema(schema=CLOSED, name="point"),
        params=Params(parallel_tool_calls=False),
    )
    assert PROTOCOLS[name].decode_request(PROTOCOLS[name].encode(request)[1]) == request


@pytest.mark.parametrize("name", CHATS)
def test_a_file_and_an_image_are_read_back(name: str) -> None:
    parts = (
        Text(text="Read."),
        File(data=b"%PDF", name="a.pdf"),
        Image(data=b"\xff\xd8\xff\xe0", media_type="image/jpeg"),
    )
    request = Request(model="m", messages=(Message(role="user", content=parts),))
    assert PROTOCOLS[name].decode_request(PROTOCOLS[name].encode(request)[1]) == request


def test_the_name_of_a_nameless_file_says_what_it_is() -> None:
    turn = Message(role="user", content=(File(data=b"%PDF"),))
    (part,) = body_of("openai", turn)["messages"][0]["content"]
    assert part["file"]["filename"] == "file.pdf"
    (part,) = body_of("openai_responses", turn)["input"][0]["content"]
    assert part["filename"] == "file.pdf"


def test_a_file_is_fetched_by_responses_alone() -> None:
    turn = Message(role="user", content=(File(url="https://example.org/a.pdf"),))
    (part,) = body_of("openai_responses", turn)["input"][0]["content"]
    assert part == {"type": "input_file", "file_url": "https://example.org/a.pdf"}
    with pytest.raises(ConfigError, match=r"'https://example.org/a.pdf': give its bytes"):
        body_of("openai", turn)


@pytest.mark.parametrize("name", CHATS)
def test_a_thought_goes_back_where_it_came_from(name: str) -> None:
    shown, secret, foreign = (
        Thought(text="Hm"),
        Thought(data="gAAA", id="rs_1"),
        Thought(text="x", signature="s"),
    )
    turn = Message(role="assistant", tool_calls=(CALL,), thoughts=(shown, secret, foreign))
    written = str(body_of(name, *HELLO, turn))
    assert ("'reasoning_content': 'Hm'" in written) == (name != "openai_responses")
    assert ("gAAA" in written) == (name == "openai_responses")
    assert "'s'" not in written


def test_thinking_goes_back_with_tool_calls_alone_and_be_it_empty() -> None:
    def sent(thinking: str, *calls: ToolCall) -> Any:
        turn = Message(role="assistant", content="x", tool_calls=calls, thoughts=(Thought(text=thinking),))
        (message,) = body_of("openai", turn)["messages"]
        return message.get("reasoning_content")

    assert (sent("", CALL), sent("Hm", CALL), sent("Hm")) == ("", "Hm", None)


# https://openrouter.ai/docs/guides/best-practices/reasoning-tokens#preserving-reasoning-blocks
DETAILS: list[dict[str, Any]] = [
    {"type": "reasoning.summary", "summary": "Hm", "format": "openai-responses-v1", "index": 0},
    {
        "type": "reasoning.encrypted",
        "data": "gAAA",
        "id": "rs_1",
        "format": "openai-responses-v1",
        "index": 0,
    },
    {"type": "reasoning.text", "text": "", "signature": "s", "format": "google-gemini-v1", "index": 1},
]


def answered(*details: dict[str, Any]) -> Message:
    message = {"role": "assistant", "content": None, "reasoning": "Hm", "reasoning_details": details}
    call = {"id": CALL.id, "type": "function", "function": {"name": CALL.name, "arguments": CALL.arguments}}
    choice = {"index": 0, "message": message | {"tool_calls": [call]}, "finish_reason": "tool_calls"}
    return PROTOCOLS["openai"].decode({"id": "gen-1", "model": "m", "choices": [choice]}).message


def test_details_of_openrouters_thinking_go_back_as_they_came() -> None:
    body = body_of("openai", *HELLO, answered(*DETAILS))

    assert body["messages"][1]["reasoning_details"] == DETAILS
    assert "reasoning_content" not in body["messages"][1]
    assert PROTOCOLS["openai"].decode_request(body).messages[1] == answered(*DETAILS)


def test_details_without_an_index_stay_apart_and_in_order() -> None:
    details = [{"type": "reasoning.encrypted", "data": data} for data in ("a", "b")]

    assert body_of("openai", answered(*details))["messages"][0]["reasoning_details"] == details


def test_details_of_openrouters_thinking_go_to_nobody_else_and_with_calls_only() -> None:
    turn = answered(*DETAILS)

    assert "gAAA" not in str(body_of("openai_responses", *HELLO, turn))
    assert "gAAA" not in str(body_of("anthropic", *HELLO, turn))
    assert "gAAA" not in str(body_of("bedrock", *HELLO, turn))
    assert "gAAA" not in str(body_of("gemini", *HELLO, turn))
    said = Message(role="assistant", content="Oslo", thoughts=turn.thoughts)
    assert "gAAA" not in str(body_of("openai", *HELLO, said))


def test_turns_of_responses_keep_their_thoughts_and_calls_together() -> None:
    thought = Thought(text="Hm", data="gAAA", id="rs_1")
    messages = (
        Message(role="system", content="Be brief."),
        *HELLO,
        Message(role="assistant", tool_calls=(CALL, CALL), thoughts=(thought,)),
        Message(role="tool", tool_call_id="call_a", content=(Image(url="https://example.org/a.png"),)),
        Message(role="assistant", content="So.", thoughts=(thought, thought)),
        Message(role="system", content="Now be wordy."),
        Message(role="assistant", content=""),
        Message(role="assistant", content="Well."),
    )
    body = body_of("openai_responses", *messages)
    assert [item.get("type", item.get("role")) for item in body["input"]] == [
        *("user", "reasoning", "function_call", "function_call", "function_call_output"),
        *("reasoning", "reasoning", "assistant", "system", "assistant", "assistant"),
    ]
    assert PROTOCOLS["openai_responses"].decode_request(body).messages == (*messages[:6], messages[7])


def test_responses_joins_objects_of_extra_with_its_own() -> None:
    params = Params(
        reasoning_effort="low", extra={"reasoning": {"summary": "auto"}, "text": {"verbosity": "low"}}
    )
    body = body_of("openai_responses", params=params, output=OutputSchema(schema=CLOSED))
    assert body["reasoning"] == {"effort": "low", "summary": "auto"}
    assert body["text"]["verbosity"] == "low"
    assert body["text"]["format"]["schema"] == CLOSED
    assert PROTOCOLS["openai_responses"].encode(PROTOCOLS["openai_responses"].decode_request(body))[1] == body


def test_encrypted_thinking_is_asked_of_models_that_reason_alone() -> None:
    assert "include" not in body_of("openai_responses")
    assert body_of("openai_responses", params=Params(reasoning_effort="low"))["include"] == [
        "reasoning.encrypted_content"
    ]


@pytest.mark.parametrize("parameter", ["stop", "seed", "n", "frequency_penalty", "top_k"])
def test_what_responses_lacks_is_refused_by_name(parameter: str) -> None:
    value: Any = ("END",) if parameter == "stop" else 0
    with pytest.raises(ConfigError, match=f"openai_responses has no parameter {parameter}"):
        body_of("openai_responses", params=Params(**{parameter: value}))


OTHERS: list[tuple[str, dict[str, Any]]] = [
    (
        "openai",
        {
            "messages": [],
            "tools": [{"type": "custom", "custom": {"name": "c"}}],
            "tool_choice": {"type": "allowed_tools"},
        },
    ),
    ("openai", {"messages": [], "logprobs": True}),
    (
        "openai",
        {
            "messages": [],
            "response_format": {"type": "json_schema", "json_schema": {"name": "p", "schema": PLAIN}},
        },
    ),
    ("openai", {"messages": [{"role": "assistant", "content": "x", "reasoning_content": "Hm"}]}),
    (
        "openai_responses",
        {
            "input": [
                {"role": "developer", "content": "Be brief."},
                {"type": "message", "role": "user", "content": [{"type": "input_audio", "input_audio": {}}]},
                {
                    "type": "message",
                    "id": "msg_1",
                    "role": "assistant",
                    "status": "completed",
                    "content": [{"type": "output_text", "text": "Yes", "annotations": []}],
                },
                {"type": "item_reference", "id": "msg_2"},
                {"type": "web_search_call", "id": "ws_1", "status": "completed"},
            ],
            "tools": [{"type": "web_search"}],
            "tool_choice": {"type": "web_search"},
            "text": {"format": {"type": "json_object"}},
            "store": True,
            "previous_response_id": "resp_1",
        },
    ),
    ("openai_completions", {"prompt": [1, 2, 3], "echo": True}),
    ("openai_completions", {"prompt": ["a", "b"], "suffix": "."}),
    ("openai_embeddings", {"input": [[1, 2], [3]], "encoding_format": "base64", "user": "Eve"}),
]


@pytest.mark.parametrize(("name", "body"), OTHERS)
def test_a_body_that_says_more_than_we_do_is_written_again_as_it_was(name: str, body: dict[str, Any]) -> None:
    wire, body = PROTOCOLS[name], {"model": "m", **body}
    assert body.items() <= wire.encode(wire.decode_request(body))[1].items()


@pytest.mark.parametrize(
    ("name", "body", "texts"),
    [
        ("openai_responses", {"input": "Hi", "store": False}, ["Hi"]),
        (
            "openai_responses",
            {"input": [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}]},
            ["Hi"],
        ),
        ("openai_completions", {"prompt": "Hi"}, ["Hi"]),
        ("openai_embeddings", {"input": "Hi"}, ["Hi"]),
        ("openai_embeddings", {"input": ["Hi", "Ho"]}, ["Hi", "Ho"]),
    ],
)
def test_texts_are_read_however_they_are_written(name: str, body: dict[str, Any], texts: list[str]) -> None:
    request = PROTOCOLS[name].decode_request({"model": "m", **body})
    said = [m.content if isinstance(m.content, str) else m.content[0] for m in request.messages]
    assert said in (texts, [Text(text=text) for text in texts])
    assert request.params.extra == {}


@pytest.mark.parametrize("stream", [False, True])
def test_a_text_completion_is_read_back(stream: bool) -> None:
    params = Params(
        temperature=0.0, top_k=0, max_tokens=0, stop=(), seed=0, logprobs=0, n=1, extra={"echo": False}
    )
    request = Request(model="m", messages=HELLO, params=params, stream=stream)
    wire = PROTOCOLS["openai_completions"]
    path, body = wire.encode(request)
    assert (path, body["prompt"], "stream_options" in body) == ("/completions", "Hi", stream)
    assert wire.decode_request(body) == request


@pytest.mark.parametrize("name", ["openai_completions", "openai_embeddings", "azure_completions"])
@pytest.mark.parametrize(
    "messages",
    [
        (),
        (Message(role="system", content="Be brief."),),
        (Message(role="user", content=(Image(data=b"x"),)),),
    ],
)
def test_a_text_protocol_takes_texts_alone(name: str, messages: tuple[Message, ...]) -> None:
    with pytest.raises(ConfigError, match=name.removeprefix("azure_")):
        PROTOCOLS[name].encode(Request(model="m", messages=messages))


def schema(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {}, "required": [], "additionalProperties": False} | fields


@pytest.mark.parametrize(
    ("given", "strict"),
    [
        (PLAIN, True),
        ({"type": "object", "properties": {"x": {}, "y": {}}, "required": ["x"]}, False),
        ({"type": "object"}, False),  # any object: closed, it would be none but the empty one
        (schema(properties={"p": PLAIN}, required=["p"]), True),
        (
            schema(
                properties={"p": {"type": "array", "items": {"$ref": "#/$defs/q"}}},
                required=["p"],
                **{"$defs": {"q": PLAIN}},
            ),
            True,
        ),
        (schema(properties={"p": {"anyOf": [PLAIN, {"type": "null"}]}}, required=["p"]), True),
        (schema(properties={"p": {"oneOf": [PLAIN]}}, required=["p"]), False),
        (schema(additionalProperties={"type": "integer"}), False),
        (schema(properties={"properties": {"type": "string"}}, required=["properties"]), True),
    ],
)
def test_a_schema_is_strict_where_strict_mode_takes_it(given: dict[str, Any], strict: bool) -> None:
    written = body_of("openai", output=OutputSchema(schema=given))["response_format"]["json_schema"]
    assert written["strict"] is strict
    assert (
        body_of("openai_responses", output=OutputSchema(schema=given))["text"]["format"]["strict"] is strict
    )


def test_a_schema_is_closed_at_every_depth_and_left_as_it_was() -> None:
    inner = {"anyOf": [PLAIN, {"type": "array", "items": PLAIN}]}
    given = {"type": "object", "properties": {"p": inner}, "required": ["p"], "$defs": {"q": PLAIN}}
    made = closed(given)
    assert made["properties"]["p"]["anyOf"] == [CLOSED, {"type": "array", "items": CLOSED}]
    assert (made["$defs"]["q"], made["additionalProperties"]) == (CLOSED, False)
    assert is_strict(made)
    assert "additionalProperties" not in str(given)
