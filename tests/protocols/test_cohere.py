"""What is peculiar to Cohere: plans, budgets of thinking, tools that have to be called, listings."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.calls import (
    Image,
    Message,
    ModelInfo,
    OutputSchema,
    Params,
    Request,
    Text,
    Thought,
    Tool,
    ToolCall,
    fold,
)
from workbench.errors import ConfigError
from workbench.protocols import cohere, cohere_embeddings

HELLO = (Message(role="user", content="Hello"),)
LOOK = Tool(name="look", description="Looks.", parameters={"type": "object", "properties": {}})
WAIT = Tool(name="wait")


def sent(*, messages: tuple[Message, ...] = HELLO, **fields: Any) -> dict[str, Any]:
    body = cohere.encode(Request(model="m", messages=messages, **fields))[1]
    return {name: value for name, value in body.items() if name != "model"}


def read_again(**fields: Any) -> Request:
    request = Request(model="m", **{"messages": HELLO, **fields})
    again = cohere.decode_request(cohere.encode(request)[1])
    assert again == request
    return again


def test_parameters_have_coheres_names_and_zeros_are_sent() -> None:
    params = Params(
        temperature=0.0,
        top_p=0.01,
        top_k=0,
        max_tokens=0,
        stop=(),
        seed=0,
        frequency_penalty=0.0,
        presence_penalty=0.0,
        logprobs=0,
        extra={"safety_mode": "OFF", "priority": 0},
    )
    assert sent(params=params) == {
        "messages": [{"role": "user", "content": "Hello"}],
        "temperature": 0.0,
        "p": 0.01,
        "k": 0,
        "max_tokens": 0,
        "stop_sequences": [],
        "seed": 0,
        "frequency_penalty": 0.0,
        "presence_penalty": 0.0,
        "logprobs": True,
        "safety_mode": "OFF",
        "priority": 0,
    }
    read_again(params=params)


def test_nothing_is_sent_that_is_not_set() -> None:
    assert sent() == {"messages": [{"role": "user", "content": "Hello"}]}


def test_rivals_of_a_token_cannot_be_asked_for() -> None:
    with pytest.raises(ConfigError, match="got logprobs=3: write logprobs=0"):
        sent(params=Params(logprobs=3))


@pytest.mark.parametrize(
    ("effort", "thinking"),
    [
        ("none", {"type": "disabled"}),
        ("minimal", {"type": "enabled", "token_budget": 512}),
        ("low", {"type": "enabled", "token_budget": 1024}),
        ("medium", {"type": "enabled", "token_budget": 4096}),
        ("high", {"type": "enabled"}),
        ("max", {"type": "enabled"}),
    ],
)
def test_an_effort_is_a_budget_of_thinking(effort: str, thinking: dict[str, Any]) -> None:
    assert sent(params=Params(reasoning_effort=effort))["thinking"] == thinking


def test_a_budget_that_no_effort_stands_for_stays_as_it_is() -> None:
    body = {"model": "m", "messages": [], "thinking": {"type": "enabled", "token_budget": 77}}

    params = cohere.decode_request(body).params

    assert params == Params(extra={"thinking": {"type": "enabled", "token_budget": 77}})


def test_an_effort_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="no reasoning_effort 'huge': write one of none, minimal, low"):
        sent(params=Params(reasoning_effort="huge"))


def test_tools_and_what_has_to_be_called_are_read_back() -> None:
    tools = [
        {
            "type": "function",
            "function": {
                "name": "look",
                "description": "Looks.",
                "parameters": {"type": "object", "properties": {}},
            },
        },
        {
            "type": "function",
            "function": {"name": "wait", "parameters": {"type": "object", "properties": {}}},
        },
    ]
    for choice, word in (("required", "REQUIRED"), ("none", "NONE")):
        asked = sent(tools=(LOOK, WAIT), tool_choice=choice)
        assert (asked["tools"], asked["tool_choice"]) == (tools, word)
        read_again(tools=(LOOK, WAIT), tool_choice=choice)
    assert "tool_choice" not in sent(tools=(LOOK, WAIT), tool_choice="auto")
    read_again(tools=(LOOK, WAIT))


def test_a_tool_that_has_to_be_called_is_the_only_one_that_is_sent() -> None:
    asked = sent(tools=(LOOK, WAIT), tool_choice="wait")

    assert [tool["function"]["name"] for tool in asked["tools"]] == ["wait"]
    assert asked["tool_choice"] == "REQUIRED"
    with pytest.raises(ConfigError, match=r"no tool 'run' to choose: .* \(look, wait\)"):
        sent(tools=(LOOK, WAIT), tool_choice="run")


def test_a_schema_is_sent_beside_the_type() -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

    asked = sent(output=OutputSchema(schema=schema))

    assert asked["response_format"] == {"type": "json_object", "json_schema": schema}
    read_again(output=OutputSchema(schema=schema))
    # https://docs.cohere.com/docs/structured-outputs#unsupported-schema-features
    bounded = {"type": "object", "properties": {"n": {"type": "integer", "maximum": 9}}, "required": ["n"]}
    written = sent(output=OutputSchema(schema=bounded))["response_format"]["json_schema"]
    assert written["properties"] == {"n": {"type": "integer", "description": "maximum: 9"}}
    body = {"model": "m", "messages": [], "response_format": {"type": "json_object"}}
    assert cohere.decode_request(body).params.extra == {"response_format": {"type": "json_object"}}


def test_the_plan_of_an_answer_goes_back_with_its_calls() -> None:
    body = {
        "id": "1",
        "finish_reason": "TOOL_CALL",
        "message": {
            "role": "assistant",
            "tool_plan": "I will look.",
            "tool_calls": [{"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}],
        },
    }
    turn = cohere.decode(body).message

    asked = sent(messages=(*HELLO, turn, Message(role="tool", tool_call_id="a", content="a cat")))

    assert asked["messages"][1:] == [
        body["message"],
        {"role": "tool", "tool_call_id": "a", "content": "a cat"},
    ]
    read_again(messages=(*HELLO, turn))


def test_thinking_goes_back_and_that_of_other_providers_does_not() -> None:
    turn = Message(
        role="assistant",
        content="4",
        thoughts=(
            Thought(text="Hm."),
            Thought(text="Hm?", signature="x"),
            Thought(data="y"),
            Thought(id="z"),
        ),
    )
    assert sent(messages=(*HELLO, turn))["messages"][1] == {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "4"}],
    }
    read_again(messages=(*HELLO, Message(role="assistant", content="4", thoughts=(Thought(text="Hm."),))))


def test_a_picture_goes_by_its_url_or_as_data() -> None:
    turn = Message(
        role="user", content=(Text(text="?"), Image(url="https://example.org/a.png"), Image(data=b"\x89PNG"))
    )

    urls = [part["image_url"]["url"] for part in sent(messages=(turn,))["messages"][0]["content"][1:]]

    assert urls == ["https://example.org/a.png", "data:image/png;base64,iVBORw=="]
    read_again(messages=(turn,))


def test_documents_that_a_tool_gave_stay_as_they_were_written() -> None:
    content = [{"type": "document", "document": {"id": "1", "data": {"tide": "1.2 m"}}}]
    body = {"model": "m", "messages": [{"role": "tool", "tool_call_id": "a", "content": content}]}

    assert cohere.encode(cohere.decode_request(body))[1] == body


@pytest.mark.parametrize(("word", "reason"), [*cohere.FINISH_REASONS.items(), ("BECAUSE", "other")])
def test_coheres_reasons_to_finish_are_mapped(word: str, reason: str) -> None:
    assert (
        cohere.decode_event({"type": "message-end", "delta": {"finish_reason": word}}).finish_reason == reason
    )


def test_tokens_are_those_of_the_model_where_nothing_is_billed() -> None:
    usage = {"tokens": {"input_tokens": 71.0, "output_tokens": 6.0}}
    chunk = cohere.decode_event(
        {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": usage}}
    )

    assert chunk.usage is not None
    assert (chunk.usage.input_tokens, chunk.usage.output_tokens) == (71, 6)


def test_a_tool_that_takes_nothing_is_called_with_an_empty_object() -> None:
    start = {"tool_calls": {"id": "a", "type": "function", "function": {"name": "look", "arguments": ""}}}
    events = [
        {"type": "tool-call-start", "index": 0, "delta": {"message": start}},
        {"type": "tool-call-end", "index": 0},
    ]
    assert fold(map(cohere.decode_event, events)).tool_calls == (
        ToolCall(id="a", name="look", arguments="{}"),
    )


def test_models_are_listed_with_what_they_can_do() -> None:
    listing = {
        "models": [
            {
                "name": "command-a-vision-07-2025",
                "endpoints": ["chat"],
                "context_length": 128000.0,
                "features": ["vision", "json_schema", "safety_modes"],
            },
            {"name": "embed-v4.0", "endpoints": ["embed"], "context_length": 128000, "features": None},
            {"name": "old"},
        ],
        "next_page_token": None,
    }
    assert cohere.decode_models(listing) == (
        ModelInfo(id="command-a-vision-07-2025", context_tokens=128000, images=True, output=True, chat=True),
        ModelInfo(id="embed-v4.0", context_tokens=128000, chat=False),
        ModelInfo(id="old"),
    )


def embedding_body(**fields: Any) -> dict[str, Any]:
    turns = tuple(Message(role="user", content=text) for text in ("one", "two"))
    return cohere_embeddings.encode(Request(model="embed-v4.0", messages=turns, **fields))[1]


def test_texts_are_embedded_as_documents_unless_it_is_said_what_for() -> None:
    assert embedding_body() == {
        "model": "embed-v4.0",
        "texts": ["one", "two"],
        "input_type": "search_document",
        "embedding_types": ["float"],
    }
    params = Params(input_type="search_query", dimensions=256, extra={"truncate": "NONE"})
    body = embedding_body(params=params)
    assert (body["input_type"], body["output_dimension"], body["truncate"]) == ("search_query", 256, "NONE")
    assert cohere_embeddings.decode_request(body).params == params


@pytest.mark.parametrize(
    "turn",
    [Message(role="system", content="Be brief."), Message(role="user", content=(Image(data=b"\x89PNG"),))],
)
def test_nothing_but_plain_texts_is_embedded(turn: Message) -> None:
    with pytest.raises(ConfigError, match="cohere_embeddings"):
        cohere_embeddings.encode(Request(model="m", messages=(turn,)))


def test_no_text_at_all_is_refused() -> None:
    with pytest.raises(ConfigError, match="cohere_embeddings got no text"):
        cohere_embeddings.encode(Request(model="m", messages=()))
