"""What is peculiar to Ollama: thinking by levels, plain prompts, what a server tells of its models."""

from __future__ import annotations

from typing import Any

import ollama as sdk
import ollama._types as types
import pytest

from workbench.calls import Image, Message, ModelInfo, OutputSchema, Params, Request, Thought, Tool, fold
from workbench.errors import ConfigError
from workbench.protocols import ollama, ollama_embeddings, ollama_generate

HELLO = (Message(role="user", content="Hello"),)
LOOK = Tool(name="look", description="Looks.", parameters={"type": "object", "properties": {}})
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
FULL = Params(
    temperature=0.0,
    top_p=0.5,
    top_k=0,
    max_tokens=0,
    stop=(),
    seed=0,
    frequency_penalty=0.0,
    presence_penalty=0.5,
    reasoning_effort="low",
    logprobs=3,
    extra={"num_ctx": 512, "keep_alive": "5m"},
)
OPTIONS = {
    "temperature": 0.0,
    "top_p": 0.5,
    "top_k": 0,
    "num_predict": 0,
    "stop": [],
    "seed": 0,
    "frequency_penalty": 0.0,
    "presence_penalty": 0.5,
    "num_ctx": 512,
}


def chat(**fields: Any) -> dict[str, Any]:
    request = Request(model="m", **{"messages": HELLO, **fields})
    body = ollama.encode(request)[1]
    if fields.get("tool_choice") is None:
        assert ollama.decode_request(body) == request
    return body


def generate(**fields: Any) -> dict[str, Any]:
    request = Request(model="m", messages=HELLO, **fields)
    path, body = ollama_generate.encode(request)
    assert path == "/api/generate"
    assert ollama_generate.decode_request(body) == request
    return body


def test_every_parameter_has_its_place() -> None:
    body = chat(params=FULL, tools=(LOOK,), output=OutputSchema(schema=SCHEMA))

    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": False,
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "look",
                    "description": "Looks.",
                    "parameters": {"type": "object", "properties": {}},
                },
            }
        ],
        "format": SCHEMA,
        "think": "low",
        "logprobs": True,
        "top_logprobs": 3,
        "keep_alive": "5m",
        "options": OPTIONS,
    }
    assert set(body) <= set(types.ChatRequest.model_fields)
    types.ChatRequest.model_validate(body)


def test_the_chosen_tokens_alone_are_told_without_a_count() -> None:
    body = chat(params=Params(logprobs=0))

    assert (body["logprobs"], "top_logprobs" in body) == (True, False)


@pytest.mark.parametrize(
    ("effort", "think"),
    [("none", False), ("low", "low"), ("medium", "medium"), ("high", "high"), ("max", "max")],
)
def test_an_effort_is_a_level_of_thinking(effort: str, think: object) -> None:
    said = chat(params=Params(reasoning_effort=effort))["think"]

    assert (said, type(said)) == (think, type(think))


@pytest.mark.parametrize("effort", ["minimal", "xhigh"])
def test_an_effort_that_ollama_does_not_know_is_refused(effort: str) -> None:
    with pytest.raises(ConfigError, match=f"no reasoning_effort '{effort}': write one of none, low, medium"):
        chat(params=Params(reasoning_effort=effort))


@pytest.mark.parametrize("think", [True, 0, 1, "huge"])
def test_thinking_that_no_effort_stands_for_stays_as_it_is(think: object) -> None:
    body = {"model": "m", "messages": [], "stream": False, "think": think}

    again = ollama.encode(ollama.decode_request(body))[1]

    assert again["think"] is think


def test_any_json_is_asked_for_as_it_was() -> None:
    body = {"model": "m", "messages": [], "stream": False, "format": "json"}

    assert ollama.decode_request(body).params == Params(extra={"format": "json"})


def test_results_without_names_are_those_of_the_calls_in_their_order() -> None:
    calls = [{"function": {"name": name, "arguments": {}}} for name in ("look", "rest")]
    said = [{"role": "assistant", "content": "", "tool_calls": calls}]
    results = [{"role": "tool", "content": "A cat."}, {"role": "tool", "content": "Done."}]

    turns = ollama.decode_request({"model": "m", "messages": [*said, *results]}).messages

    assert [turn.tool_call_id for turn in turns] == [None, "look", "rest"]


def test_calls_that_an_old_server_neither_names_nor_counts_stay_apart() -> None:
    look = {"function": {"name": "look", "arguments": {}}}
    lines = [{"message": {"role": "assistant", "content": "", "tool_calls": [look]}} for _ in range(2)]

    answer = fold(ollama.decode_event(line) for line in lines)

    assert [(call.id, call.arguments) for call in answer.tool_calls] == [("call_0", "{}"), ("call_0:2", "{}")]


def test_a_call_cannot_be_demanded_and_tools_are_left_out_where_none_may_be_called() -> None:
    assert "tools" not in chat(tools=(LOOK,), tool_choice="none")
    assert len(chat(tools=(LOOK,), tool_choice="auto")["tools"]) == 1
    for choice in ("required", "look"):
        with pytest.raises(ConfigError, match=f"got tool_choice='{choice}': leave it out"):
            chat(tools=(LOOK,), tool_choice=choice)


def test_thinking_goes_back_and_that_of_other_providers_does_not() -> None:
    answer = {"model": "m", "message": {"role": "assistant", "content": "4", "thinking": "Hm."}, "done": True}
    turn = ollama.decode(answer).message
    assert turn.thoughts == (Thought(text="Hm."),)

    body = chat(messages=(*HELLO, turn))

    assert body["messages"][1] == {"role": "assistant", "content": "4", "thinking": "Hm."}
    foreign = Message(
        role="assistant", content="4", thoughts=(Thought(text="Hm?", signature="x"), Thought(id="z"))
    )
    written = ollama.encode(Request(model="m", messages=(foreign,)))[1]
    assert written["messages"] == [{"role": "assistant", "content": "4"}]


def test_a_prompt_goes_to_the_model_as_it_is() -> None:
    body = generate(params=FULL, output=OutputSchema(schema=SCHEMA), stream=True)

    assert body == {
        "model": "m",
        "prompt": "Hello",
        "stream": True,
        "raw": True,
        "format": SCHEMA,
        "think": "low",
        "logprobs": True,
        "top_logprobs": 3,
        "keep_alive": "5m",
        "options": OPTIONS,
    }
    types.GenerateRequest.model_validate(body)


def test_a_suffix_needs_the_models_template() -> None:
    body = generate(params=Params(extra={"suffix": "return x"}))

    assert body == {"model": "m", "prompt": "Hello", "stream": False, "suffix": "return x"}


def test_a_prompt_of_another_client_is_asked_as_it_was() -> None:
    body = {"model": "m", "prompt": "Hello", "stream": False}

    assert ollama_generate.encode(ollama_generate.decode_request(body))[1] == {**body, "raw": False}


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ((), "got no text"),
        ((*HELLO, *HELLO), "goes on with one text, got 2 turns"),
        ((Message(role="system", content="Be brief."),), "takes plain texts, got a turn of role 'system'"),
        ((Message(role="user", content=(Image(data=b"\x89PNG"),)),), "carries no images"),
    ],
)
def test_nothing_but_one_text_is_gone_on_with(messages: tuple[Message, ...], words: str) -> None:
    with pytest.raises(ConfigError, match=f"ollama_generate .*{words}"):
        ollama_generate.encode(Request(model="m", messages=messages))


def test_texts_are_embedded_together() -> None:
    turns = tuple(Message(role="user", content=text) for text in ("one", "two"))
    params = Params(dimensions=64, extra={"truncate": False})
    request = Request(model="m", messages=turns, params=params)

    path, body = ollama_embeddings.encode(request)

    assert (path, body) == (
        "/api/embed",
        {"model": "m", "input": ["one", "two"], "dimensions": 64, "truncate": False},
    )
    types.EmbedRequest.model_validate(body)
    assert ollama_embeddings.decode_request(body) == request
    assert ollama_embeddings.decode_request({"model": "m", "input": "one"}).messages == turns[:1]


def test_the_answers_have_the_shapes_of_the_sdk() -> None:
    sdk.GenerateResponse.model_validate({"response": "x", "done": True})
    whole = {"model": "m", "embeddings": [[0.5]], "prompt_eval_count": 0}
    sdk.EmbedResponse.model_validate(whole)

    assert ollama_embeddings.decode(whole).usage.input_tokens == 0
    assert ollama_embeddings.decode({"embedding": [0.5]}).vectors == ((0.5,),)
    assert ollama_embeddings.decode_event({"embedding": [0.5]}).vectors == ((0.5,),)
    assert fold([ollama_generate.decode_event({"response": "x", "done": True})]).text == "x"


def test_a_server_tells_what_a_model_can_do() -> None:
    told = {
        "capabilities": ["completion", "tools", "thinking"],
        "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960},
        "thinking": {"values": [True, False], "default": True},
    }
    assert ollama.encode_show("qwen3:4b") == ("/api/show", {"model": "qwen3:4b"})
    info = ModelInfo(id="qwen3:4b").updated(ollama.decode_show(told))
    assert info == ModelInfo(
        id="qwen3:4b", context_tokens=40960, images=False, tools=True, reasoning=True, chat=True
    )
    assert ollama.decode_show({"capabilities": ["embedding"], "model_info": None}).chat is False
    assert ollama.decode_show({}) == ModelInfo(id="")
