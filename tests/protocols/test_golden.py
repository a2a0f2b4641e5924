"""Answers and errors as the providers write them, against what we read of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import anthropic
import ollama
import pytest
from anthropic.types import RawMessageStreamEvent
from openai.types import CreateEmbeddingResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from workbench.calls import Chunk, Completion, Thought, TokenLogprob, ToolCall, Usage, fold
from workbench.protocols import PROTOCOLS
from workbench.transport.kinds import kind_of

GOLDEN = Path(__file__).parent / "golden"
READABLE_FAILURES = (KeyError, TypeError, ValueError, AttributeError)
SHAPES: dict[str, tuple[TypeAdapter[Any], TypeAdapter[Any]]] = {
    "openai": (TypeAdapter(ChatCompletion), TypeAdapter(ChatCompletionChunk)),
    "openai_embeddings": (TypeAdapter(CreateEmbeddingResponse), TypeAdapter(CreateEmbeddingResponse)),
    "openai_responses": (TypeAdapter(Response), TypeAdapter(ResponseStreamEvent)),
    "anthropic": (TypeAdapter(anthropic.types.Message), TypeAdapter(RawMessageStreamEvent)),
    "ollama": (TypeAdapter(ollama.ChatResponse), TypeAdapter(ollama.ChatResponse)),
}


def cases(part: str) -> list[Any]:
    """Protocol and fixture of every golden file that has the part."""
    found = ((path, json.loads(path.read_text("utf-8"))) for path in sorted(GOLDEN.glob("*/*.json")))
    return [
        pytest.param(path.parent.name, case, id=f"{path.parent.name}-{path.stem}")
        for path, case in found
        if part in case
    ]


def answers() -> list[Any]:
    return cases("body")


def error_bodies() -> list[Any]:
    return [
        pytest.param(param.values[0], error, id=f"{param.values[0]}-{error['status']}-{error['code']}")
        for param in cases("errors")
        for error in param.values[1]["errors"]
    ]


def logprob(token: str, logprob: float, *top: list[Any]) -> TokenLogprob:
    """Of `["Oslo", -0.1, ["Oslo", -0.1], ["Rome", -2.5]]`."""
    return TokenLogprob(token=token, logprob=logprob, top=tuple((word, value) for word, value in top))


def completion(expected: dict[str, Any]) -> Completion:
    cost = expected.get("cost_usd")
    return Completion(
        **{
            **expected,
            "usage": Usage(**expected.get("usage", {})),
            "tool_calls": tuple(ToolCall(**call) for call in expected.get("tool_calls", ())),
            "alternatives": tuple(expected.get("alternatives", ())),
            "thoughts": tuple(Thought(**thought) for thought in expected.get("thoughts", ())),
            "logprobs": tuple(logprob(*token) for token in expected.get("logprobs", ())),
            "vectors": tuple(tuple(vector) for vector in expected.get("vectors", ())),
            "cost_usd": None if cost is None else Decimal(cost),
            "price_version": None if cost is None else "reported by the provider",
        }
    )


@pytest.mark.parametrize(("name", "case"), answers())
def test_a_whole_answer_reads_as_written_in_its_fixture(name: str, case: dict[str, Any]) -> None:
    assert PROTOCOLS[name].decode(case["body"]) == completion(case["expected"])


@pytest.mark.parametrize(("name", "case"), [param for param in answers() if "events" in param.values[1]])
def test_a_streamed_answer_equals_the_whole_one(name: str, case: dict[str, Any]) -> None:
    streamed = fold(PROTOCOLS[name].decode_event(event) for event in case["events"])

    assert streamed == PROTOCOLS[name].decode(case["body"])


@pytest.mark.parametrize(("name", "case"), answers())
def test_an_answer_is_not_an_error(name: str, case: dict[str, Any]) -> None:
    assert [PROTOCOLS[name].decode_error(words) for words in (case["body"], *case.get("events", ()))] == [
        None
    ] * (1 + len(case.get("events", ())))


@pytest.mark.parametrize(
    ("name", "case"),
    [p for p in answers() if p.values[0] in SHAPES and "dialect" not in p.values[1]],
)
def test_the_fixtures_have_the_shapes_of_the_official_sdks(name: str, case: dict[str, Any]) -> None:
    whole, piece = SHAPES[name]
    whole.validate_python(case["body"])
    for event in case.get("events", ()):
        if event != {"type": "ping"}:  # the SDK drops pings before it looks at their shape
            piece.validate_python(event)


@pytest.mark.parametrize(("name", "case"), [param for param in answers() if "events" in param.values[1]])
def test_only_the_last_event_can_end_a_stream(name: str, case: dict[str, Any]) -> None:
    done = [PROTOCOLS[name].decode_event(event).done for event in case["events"]]

    # OpenAI's end is no event but the text of END, which the transport knows, and Gemini's the connection's.
    ends = PROTOCOLS[name].END is None and name not in {"gemini", "vertex"}
    assert done == [False] * (len(done) - 1) + [ends]


@pytest.mark.parametrize(("name", "case"), cases("error"))
def test_an_error_inside_a_stream_leaves_what_had_arrived(name: str, case: dict[str, Any]) -> None:
    protocol, expected = PROTOCOLS[name], case["error"]
    *before, last = case["events"]

    assert [protocol.decode_error(event) for event in before] == [None] * len(before)
    assert fold(protocol.decode_event(event) for event in before) == completion(case["expected"])
    words = protocol.decode_error(last)
    assert words is not None
    assert (words.message, words.code) == (expected["message"], expected["code"])
    kind, retryable = kind_of(words.status or 200, words.code, words.message)
    assert kind.__name__ == expected["kind"]
    if "retryable" in expected:
        assert retryable is expected["retryable"]


@pytest.mark.parametrize(("name", "case"), error_bodies())
def test_an_error_is_read_in_the_providers_words(name: str, case: dict[str, Any]) -> None:
    words = PROTOCOLS[name].decode_error(case["body"])

    assert words is not None
    assert (words.message, words.code) == (case["message"], case["code"])
    assert words.retry_after_s == case.get("retry_after_s")
    assert words.status in {None, case["status"]}
    kind, retryable = kind_of(case["status"], words.code, words.message)
    assert kind.__name__ == case["kind"]
    if "retryable" in case:
        assert retryable is case["retryable"]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_an_event_of_an_unknown_kind_is_an_empty_chunk(name: str) -> None:
    assert PROTOCOLS[name].decode_event({"type": "hologram_delta", "hologram": [1]}) == Chunk()


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize(
    "body", [{}, {"choices": []}, {"choices": None}, {"content": None}, {"message": None}]
)
def test_an_answer_of_another_protocol_is_refused(name: str, body: dict[str, Any]) -> None:
    with pytest.raises(READABLE_FAILURES):
        PROTOCOLS[name].decode(body)


def damaged(value: Any) -> Iterator[Any]:
    """The value with each of its parts, in turn, replaced by one of another shape."""
    yield from (None, 7, "x", [], {}, [None], {"x": {}})
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        for other in damaged(part):
            copy = value.copy()
            copy[key] = other
            yield copy


@pytest.mark.parametrize(("name", "case"), answers())
def test_damaged_answers_fail_in_the_documented_ways_only(name: str, case: dict[str, Any]) -> None:
    protocol = PROTOCOLS[name]
    for decode, sound in [(protocol.decode, case["body"])] + [
        (protocol.decode_event, event) for event in case.get("events", ())
    ]:
        for body in damaged(sound):
            if isinstance(body, dict):
                try:
                    decode(body)
                except READABLE_FAILURES:
                    continue


@pytest.mark.parametrize(("name", "case"), error_bodies())
def test_damaged_errors_never_fail(name: str, case: dict[str, Any]) -> None:
    for body in damaged(case["body"]):
        if isinstance(body, dict):
            words = PROTOCOLS[name].decode_error(body)
            assert words is None or isinstance(words.message, str)
            assert words is None or words.code is None or isinstance(words.code, str)
