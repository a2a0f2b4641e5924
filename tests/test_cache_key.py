"""Which calls may share an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from uuid6 import uuid7

from workbench.calls import Call, Endpoint, Image, Message, Params, Request, Text, ToolCall, cache_key

QUESTION = Message(role="user", content="Is it raining?")


def a_call(*messages: Message, epoch: int | None = None, model: str = "m", **params: Any) -> Call:
    return Call(
        id=uuid7(),
        started_at=datetime.now(UTC),
        endpoint=Endpoint(provider="p", protocol="openai", base_url="http://p.example/v1"),
        request=Request(model=model, messages=messages or (QUESTION,), params=Params(**params)),
        epoch=epoch,
    )


def at(call: Call, **fields: str) -> Call:
    return replace(call, endpoint=replace(call.endpoint, **fields))


def shown(data: bytes) -> Call:
    return a_call(Message(role="user", content=(Text(text="What is it?"), Image(data=data))))


def test_the_same_request_has_the_same_key_at_another_time_in_another_run() -> None:
    assert cache_key(a_call()) == cache_key(replace(a_call(), run="r", sample="s", tags={"a": "b"}))


def test_streaming_or_not_is_the_same_request() -> None:
    call = a_call()
    assert cache_key(call) == cache_key(replace(call, request=replace(call.request, stream=True)))


def test_outside_of_a_run_a_call_is_its_first_repetition() -> None:
    assert cache_key(a_call()) == cache_key(a_call(epoch=0)) != cache_key(a_call(epoch=1))


def test_further_fields_of_the_body_count_in_any_order_and_any_kind_of_mapping() -> None:
    one = a_call(extra={"a": {"x": 1, "y": 2}, "b": 2})
    other = a_call(extra=MappingProxyType({"b": 2, "a": {"y": 2, "x": 1}}))
    assert cache_key(one) == cache_key(other) != cache_key(a_call(extra={"a": {"x": 1, "y": 3}, "b": 2}))
    assert cache_key(a_call()) == cache_key(a_call(extra=MappingProxyType({})))


def test_a_password_in_the_url_is_no_part_of_the_request() -> None:
    call = a_call()
    assert cache_key(call) == cache_key(at(call, base_url="http://me:canary@p.example/v1"))


@pytest.mark.parametrize(
    "other",
    [
        a_call(model="n"),
        a_call(Message(role="user", content="Is it snowing?")),
        a_call(Message(role="system", content="Is it raining?")),
        a_call(QUESTION, QUESTION),
        a_call(Message(role="user", content=(Text(text="Is it raining?"),))),
        a_call(Message(role="assistant", tool_calls=(ToolCall(id="", name="", arguments=""),))),
        a_call(temperature=0),
        a_call(temperature=1),
        a_call(seed=0),
        a_call(max_tokens=5),
        a_call(stop=("a",)),
        a_call(stop=("a", "b")),
        a_call(extra={"logprobs": True}),
        a_call(extra={"logprobs": None}),
        at(a_call(), protocol="ollama"),
        at(a_call(), base_url="http://q.example/v1"),
        shown(b"a"),
        shown(b"b"),
        a_call(Message(role="user", content=(Image(url="http://p.example/a.png"),))),
    ],
)
def test_whatever_changes_the_answer_is_another_request(other: Call) -> None:
    assert cache_key(other) != cache_key(a_call())


def test_pictures_count_by_their_bytes() -> None:
    assert cache_key(shown(b"a")) == cache_key(shown(b"a")) != cache_key(shown(b"b"))


@pytest.mark.parametrize(
    "call", [a_call(extra={"a": object()}), a_call(Message(role="user", content="\ud83d"))]
)
def test_what_cannot_be_sent_has_no_key(call: Call) -> None:
    assert cache_key(call) is None
