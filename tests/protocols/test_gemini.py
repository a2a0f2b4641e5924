"""What is peculiar to Gemini, in the Developer API and at Vertex AI."""

from __future__ import annotations

import json
from pathlib import Path
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
    fold,
)
from workbench.errors import ConfigError
from workbench.protocols import (
    ErrorWords,
    ModelInfo,
    Protocol,
    gemini,
    gemini_embeddings,
    vertex,
    vertex_embeddings,
)
from workbench.protocols.gemini_parts import SIGNED
from workbench.transport.kinds import kind_of

GOLDEN = Path(__file__).parent / "golden"
HI = Message(role="user", content="Hi")
PIXEL = Image(data=b"\x89PNG", media_type="image/png")
LOOK = Tool(
    name="look",
    description="Looks.",
    parameters={"type": "object", "properties": {"zoom": {"type": "integer"}}},
)


def asked(*messages: Message, model: str = "gemini-3.8-flash", **fields: Any) -> Request:
    params = fields.pop("params", {})
    return Request(model=model, messages=messages or (HI,), params=Params(**params), **fields)


def body(*messages: Message, **fields: Any) -> dict[str, Any]:
    return gemini.encode(asked(*messages, **fields))[1]


def candidate(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, **fields}]}


def test_a_request_is_what_googles_own_library_sends() -> None:
    turns = (
        Message(role="system", content="Be brief."),
        Message(role="user", content=(Text(text="What?"), PIXEL, Image(url="https://e.org/a.jpg"))),
        Message(
            role="assistant",
            tool_calls=(ToolCall(id="a", name="look", arguments='{"zoom": 2}', signature="c2ln"),),
        ),
        Message(role="tool", tool_call_id="a", content=(Text(text="a cat"), PIXEL)),
    )
    params = {
        "temperature": 0.0,
        "top_p": 0.5,
        "top_k": 3,
        "n": 2,
        "max_tokens": 9,
        "stop": ("E",),
        "seed": 0,
        "logprobs": 2,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "service_tier": "flex",
        "reasoning_effort": "low",
    }
    library = json.loads((GOLDEN / "gemini" / "library.json").read_text("utf-8"))["request"]
    library["systemInstruction"].pop("role")  # which the system does not need

    assert (
        body(
            *turns,
            params=params,
            tools=(LOOK,),
            tool_choice="look",
            output=OutputSchema(schema={"type": "object"}),
        )
        == library
    )


def test_the_model_and_the_stream_are_in_the_path() -> None:
    assert gemini.encode(asked())[0] == "/models/gemini-3.8-flash:generateContent"
    assert gemini.encode(asked(stream=True))[0] == "/models/gemini-3.8-flash:streamGenerateContent?alt=sse"
    assert gemini.encode(asked(model="tunedModels/mine"))[0] == "/tunedModels/mine:generateContent"
    assert gemini.encode(asked(model="models/gemini-4"))[0] == "/models/gemini-4:generateContent"
    assert gemini.encode(asked(model="a?b#c"))[0] == "/models/a%3Fb%23c:generateContent"


@pytest.mark.parametrize(
    ("choice", "config"),
    [
        ("auto", {"mode": "AUTO"}),
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        ("look", {"mode": "ANY", "allowedFunctionNames": ["look"]}),
    ],
)
def test_a_choice_of_tools_is_a_mode(choice: str, config: dict[str, Any]) -> None:
    written = body(tools=(LOOK,), tool_choice=choice)

    assert written["toolConfig"] == {"functionCallingConfig": config}
    read = gemini.decode_request(written)
    assert (read.tools, read.tool_choice) == ((LOOK,), choice)


@pytest.mark.parametrize(
    ("model", "effort", "config"),
    [
        ("gemini-3.8-flash", "minimal", {"thinkingLevel": "MINIMAL", "includeThoughts": True}),
        ("gemini-4-argon", "max", {"thinkingLevel": "XHIGH", "includeThoughts": True}),
        ("gemini-flash-latest", "high", {"thinkingLevel": "HIGH", "includeThoughts": True}),
        ("gemini-2.5-flash", "none", {"thinkingBudget": 0, "includeThoughts": False}),
        ("models/gemini-2.5-pro", "medium", {"thinkingBudget": 8192, "includeThoughts": True}),
    ],
)
def test_an_effort_is_a_level_and_at_older_models_a_number_of_tokens(
    model: str, effort: str, config: dict[str, Any]
) -> None:
    written = body(model=model, params={"reasoning_effort": effort})

    assert written["generationConfig"] == {"thinkingConfig": config}


def test_an_effort_that_a_model_does_not_have_is_refused() -> None:
    with pytest.raises(
        ConfigError, match=r"'none' for gemini-3.8-flash, which always thinks: write one of mini"
    ):
        body(params={"reasoning_effort": "none"})
    with pytest.raises(
        ConfigError, match=r"no reasoning_effort 'huge' for gemini-2.5-pro: write one of none"
    ):
        body(model="gemini-2.5-pro", params={"reasoning_effort": "huge"})


def test_an_answer_goes_back_with_its_signatures() -> None:
    signed = {"functionCall": {"id": "a", "name": "look", "args": {"zoom": 2}}, "thoughtSignature": "b25l"}
    answer = gemini.decode(candidate({"text": "I look.", "thoughtSignature": "dHdv"}, signed))

    (content,) = body(answer.message)["contents"]

    assert content["parts"] == [{"text": "I look.", "thoughtSignature": "dHdv"}, signed]


def test_the_signature_of_an_answer_without_text_goes_back_alone() -> None:
    turn = Message(role="assistant", thoughts=(Thought(signature="dHdv", id=SIGNED),))

    assert body(turn)["contents"] == [{"role": "model", "parts": [{"text": "", "thoughtSignature": "dHdv"}]}]


def test_the_signature_of_another_providers_thought_stays_here() -> None:
    turn = Message(role="assistant", content="4", thoughts=(Thought(text="2 + 2", signature="c2ln"),))

    assert body(HI, turn)["contents"][1]["parts"] == [{"text": "4"}]


def test_a_call_that_another_model_made_is_marked_where_signatures_are_wanted() -> None:
    calls = tuple(ToolCall(id=name, name="look", arguments="{}") for name in "ab")
    turns = (HI, Message(role="assistant", tool_calls=calls))

    def marks(model: str) -> list[str | None]:
        return [part.get("thoughtSignature") for part in body(*turns, model=model)["contents"][1]["parts"]]

    assert marks("gemini-3.8-flash") == ["skip_thought_signature_validator", None]
    assert marks("gemini-2.5-flash") == [None, None]


def test_an_id_of_ours_is_not_told_to_gemini() -> None:
    answer = gemini.decode(candidate({"functionCall": {"name": "look", "args": {"zoom": 2}}}))
    (call,) = answer.tool_calls
    result = Message(role="tool", tool_call_id=call.id, content='{"seen": "cat"}')

    written = body(HI, answer.message, result, model="gemini-2.5-flash")

    assert written["contents"][1:] == [
        {"role": "model", "parts": [{"functionCall": {"name": "look", "args": {"zoom": 2}}}]},
        {
            "role": "user",
            "parts": [{"functionResponse": {"name": "look", "response": {"seen": "cat"}}}],
        },
    ]
    assert gemini.decode_request(written).messages == (HI, answer.message, result)


@pytest.mark.parametrize("text", ["a cat", "", "[1]", "42", '{"output": "x"}', '{"output": 1}', '{"a": "ä"}'])
def test_the_result_of_a_tool_is_read_back_as_it_was(text: str) -> None:
    turns = (
        Message(role="assistant", tool_calls=(ToolCall(id="a", name="look", arguments="{}"),)),
        Message(role="tool", tool_call_id="a", content=text),
    )

    assert gemini.decode_request(body(*turns, model="gemini-2.5-pro")).messages == turns


def test_a_result_without_its_call_is_refused() -> None:
    with pytest.raises(ConfigError, match="no turn before it has the call 'a': send the assistant's turn"):
        body(Message(role="tool", tool_call_id="a", content="a cat"))


def test_a_picture_and_a_file_go_by_bytes_or_by_an_address_that_google_opens() -> None:
    pdf = File(data=b"%PDF-1.7", media_type="application/pdf")
    turn = Message(
        role="user",
        content=(
            *(pdf, Image(url="gs://bucket/a.webp"), File(url="files/abc")),
            Image(url="https://e.org/picture?size=1", media_type="image/gif"),
        ),
    )

    assert body(turn)["contents"][0]["parts"] == [
        {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0xLjc="}},
        {"fileData": {"mimeType": "image/webp", "fileUri": "gs://bucket/a.webp"}},
        {
            "fileData": {
                "mimeType": "application/pdf",
                "fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc",
            }
        },
        {"fileData": {"mimeType": "image/gif", "fileUri": "https://e.org/picture?size=1"}},
    ]
    with pytest.raises(ConfigError, match=r"opens no 's3://bucket/a.png': give the bytes"):
        body(Message(role="user", content=(Image(url="s3://bucket/a.png"),)))


def test_extra_is_added_to_the_generation_config_and_to_the_top() -> None:
    extra = {"generationConfig": {"mediaResolution": "HIGH", "topK": 1}, "safetySettings": []}

    written = body(params={"top_k": 5, "temperature": 0.0, "extra": extra})

    assert written["generationConfig"] == {"temperature": 0.0, "topK": 1, "mediaResolution": "HIGH"}
    assert written["safetySettings"] == []


def test_nothing_is_lost_of_a_body_that_says_more_than_we_do() -> None:
    more: dict[str, Any] = {
        "contents": [
            {"role": "user", "parts": [{"text": "Hi"}, {"videoMetadata": {"fps": 1}}]},
            {"role": "model", "parts": [{"executableCode": {"code": "1"}}]},
        ],
        "systemInstruction": {"role": "system", "parts": [{"text": "Be brief."}]},
        "tools": [{"googleSearch": {}}],
        "generationConfig": {"temperature": 0, "thinkingConfig": {"thinkingBudget": 99}, "logprobs": 2},
        "cachedContent": "cachedContents/x",
    }

    assert gemini.encode(gemini.decode_request(more))[1] == more


def test_a_parameter_that_gemini_does_not_have_is_refused() -> None:
    with pytest.raises(ConfigError, match="gemini has no parameter parallel_tool_calls, got False"):
        body(params={"parallel_tool_calls": False})


@pytest.mark.parametrize(("word", "reason"), list({**gemini.FINISH_REASONS, "BECAUSE": "other"}.items()))
def test_finish_reasons_of_google_are_mapped(word: str, reason: str) -> None:
    assert gemini.decode_event(candidate(finishReason=word)).finish_reason == reason


def test_all_reasons_to_finish_are_known() -> None:
    assert len(gemini.FINISH_REASONS) == 24


def test_calls_in_events_of_their_own_stay_apart_and_in_order() -> None:
    events = [
        candidate({"text": "One, two."}, {"functionCall": {"name": "one", "args": {}}}),
        candidate({"functionCall": {"name": "two"}}),
        candidate({"text": ""}, finishReason="STOP"),
    ]

    completion = fold(gemini.decode_event(event) for event in events)

    assert [(call.name, call.arguments) for call in completion.tool_calls] == [("one", "{}"), ("two", "{}")]
    assert completion.finish_reason == "tool_calls"


def test_an_answer_without_candidates_is_empty() -> None:
    body = {"usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9}, "modelVersion": "gemini-2.5-pro"}

    answer = gemini.decode(body)

    assert (answer.text, answer.usage.input_tokens, answer.usage.output_tokens) == ("", 9, 0)
    with pytest.raises(KeyError):
        gemini.decode({"modelVersion": "gemini-2.5-pro"})


def test_a_picture_in_the_alphabet_for_urls_is_read() -> None:
    # Google's own library writes base64 so.
    seen = {"inlineData": {"mimeType": "image/png", "data": "iVBO-_8="}}

    (turn,) = gemini.decode_request({"contents": [{"role": "user", "parts": [seen]}]}).messages

    assert turn.content == (Image(data=b"\x89PN\xfb\xff", media_type="image/png"),)


def test_the_same_call_twice_is_two_calls() -> None:
    roll = {"functionCall": {"name": "roll", "args": {}}}

    answer = gemini.decode(candidate(roll, roll))

    assert [(call.name, call.arguments) for call in answer.tool_calls] == [("roll", "{}")] * 2
    assert len({call.id for call in answer.tool_calls}) == 2
    assert body(answer.message, model="gemini-2.5-flash")["contents"][0]["parts"] == [roll, roll]


def test_the_same_call_in_two_events_is_two_calls() -> None:
    events = [candidate({"functionCall": {"name": "roll", "args": {}}}) for _ in range(2)]

    answer = fold(gemini.decode_event(event) for event in events)

    assert [(call.name, call.arguments) for call in answer.tool_calls] == [("roll", "{}")] * 2
    assert len({call.id for call in answer.tool_calls}) == 2


def test_a_call_does_not_hide_that_the_answer_was_cut() -> None:
    call = {"functionCall": {"name": "one", "args": {}}}

    assert gemini.decode(candidate(call, finishReason="MAX_TOKENS")).finish_reason == "length"


def test_models_are_listed_with_what_the_listing_tells() -> None:
    listing = {
        "models": [
            {
                "name": "models/gemini-3.8-flash",
                "inputTokenLimit": 1048576,
                "outputTokenLimit": 65536,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
                "thinking": True,
            },
            {"name": "models/gemini-embedding-001", "supportedGenerationMethods": ["embedContent"]},
        ],
        "nextPageToken": "more",
    }

    assert gemini.decode_models(listing) == (
        ModelInfo(
            id="gemini-3.8-flash", context_tokens=1048576, output_tokens=65536, reasoning=True, chat=True
        ),
        ModelInfo(id="gemini-embedding-001", chat=False),
    )
    assert gemini.next_page(listing) == {"pageToken": "more"}
    assert gemini.next_page({"models": []}) is None
    garden = {"publisherModels": [{"name": "publishers/google/models/gemini-3.8-flash"}]}
    assert vertex.decode_models(garden) == (ModelInfo(id="gemini-3.8-flash"),)


def test_tokens_are_counted_of_the_whole_request() -> None:
    request = asked(Message(role="system", content="Be brief."), HI, tools=(LOOK,), params={"top_k": 1})
    whole = gemini.encode(request)[1]

    assert gemini.encode_count(request) == (
        "/models/gemini-3.8-flash:countTokens",
        {"generateContentRequest": {"model": "models/gemini-3.8-flash", **whole}},
    )
    assert vertex.encode_count(request) == ("/models/gemini-3.8-flash:countTokens", whole)
    assert gemini.decode_count({"totalTokens": 12, "promptTokensDetails": []}) == 12


def test_only_what_counts_is_counted_at_vertex() -> None:
    request = asked(tool_choice="none", params={"service_tier": "flex"})

    assert set(vertex.encode_count(request)[1]) == {"contents"}


def test_texts_are_embedded_in_one_request() -> None:
    texts = tuple(Message(role="user", content=text) for text in "ab")
    request = asked(
        *texts, model="gemini-embedding-001", params={"dimensions": 2, "input_type": "search_query"}
    )
    library = json.loads((GOLDEN / "gemini" / "library.json").read_text("utf-8"))["embeddings"]
    for each in library["requests"]:
        each["content"].pop("role")

    path, written = gemini_embeddings.encode(request)

    assert (path, written) == ("/models/gemini-embedding-001:batchEmbedContents", library)
    assert gemini_embeddings.decode_request(written) == request


def test_vertex_embeds_by_predicting() -> None:
    texts = tuple(Message(role="user", content=text) for text in "ab")
    request = asked(*texts, model="", params={"dimensions": 2, "input_type": "QUESTION_ANSWERING"})

    path, written = vertex_embeddings.encode(request)

    assert path == "/models/:predict"
    assert written == {
        "instances": [{"content": text, "task_type": "QUESTION_ANSWERING"} for text in "ab"],
        "parameters": {"outputDimensionality": 2},
    }
    assert vertex_embeddings.decode_request(written) == request


@pytest.mark.parametrize("wire", [gemini_embeddings, vertex_embeddings])
def test_embeddings_carry_texts_and_no_sampling(wire: Protocol) -> None:
    with pytest.raises(ConfigError, match="no parameter temperature"):
        wire.encode(asked(params={"temperature": 0.0}))
    with pytest.raises(ConfigError, match="takes plain texts"):
        wire.encode(asked(Message(role="assistant", content="Hi")))


@pytest.mark.parametrize(
    ("detail", "retry_after_s"),
    [
        ({"retryDelay": "34s"}, 34.0),
        ({"retryDelay": "0.5s"}, 0.5),
        ({"retryDelay": "soon"}, None),
        ({"retryDelay": None}, None),
        ({}, None),
    ],
)
def test_an_error_says_how_long_to_wait(detail: dict[str, Any], retry_after_s: float | None) -> None:
    error = {"code": 429, "message": "Slow down.", "status": "RESOURCE_EXHAUSTED", "details": [{}, detail]}

    assert gemini.decode_error({"error": error}) == ErrorWords(
        message="Slow down.", code="RESOURCE_EXHAUSTED", retry_after_s=retry_after_s
    )


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("RESOURCE_EXHAUSTED", "RateLimitError"),
        ("PERMISSION_DENIED", "AuthenticationError"),
        ("INVALID_ARGUMENT", "InvalidRequestError"),
        ("UNAVAILABLE", "OverloadedError"),
    ],
)
def test_an_error_inside_a_stream_is_of_its_own_kind(code: str, kind: str) -> None:
    words = gemini.decode_error({"error": {"code": 1, "message": "No.", "status": code}})

    assert words is not None
    assert kind_of(200, words.code, words.message)[0].__name__ == kind
