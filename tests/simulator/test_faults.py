"""Every fault, seen at the socket."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any

import aiohttp
import pytest
from speakers import SPEAKERS, Wire, every_protocol

streaming_or_not = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])


async def received(answer: aiohttp.ClientResponse) -> tuple[str, Exception | None]:
    """What of a body arrives, and how it breaks off, if it does."""
    data = b""
    try:
        async for piece in answer.content.iter_any():
            data += piece
    except aiohttp.ClientError as exc:
        return data.decode(), exc
    return data.decode(), None


REFUSALS = {
    "openai": {
        "rate_limit": (429, "rate_limit_exceeded"),
        "quota": (429, "insufficient_quota"),
        "server_error": (500, None),
        "overloaded": (529, "overloaded"),
        "context_length": (400, "context_length_exceeded"),
    },
    "anthropic": {
        "rate_limit": (429, "rate_limit_error"),
        "quota": (429, "rate_limit_error"),
        "server_error": (500, "api_error"),
        "overloaded": (529, "overloaded_error"),
        "context_length": (400, "invalid_request_error"),
    },
    "ollama": {
        "rate_limit": (429, "too many"),
        "quota": (402, "quota"),
        "server_error": (500, "internal"),
        "overloaded": (529, "overloaded"),
        "context_length": (400, "context length"),
    },
}


@streaming_or_not
@pytest.mark.parametrize(
    ("protocol", "fault"), [(protocol, fault) for protocol, faults in REFUSALS.items() for fault in faults]
)
async def test_a_refusal_has_the_protocols_own_status_and_shape(
    wire: Wire, protocol: str, fault: str, stream: bool
) -> None:
    status, word = REFUSALS[protocol][fault]
    await wire.order(fault)
    async with wire.ask(protocol, stream=stream) as answer:
        body = await answer.json()
        assert answer.status == status
        assert ("retry-after" in answer.headers) == (fault == "rate_limit")
    if protocol == "openai":
        assert body["error"].keys() == {"message", "type", "param", "code"}
        assert body["error"]["code"] == word
    elif protocol == "anthropic":
        assert body["type"] == "error"
        assert body["error"]["type"] == word
        assert body["request_id"] == answer.headers["request-id"]
        spent = body["error"].get("details", {}).get("error_code") == "enforced_spend_limit_reached"
        assert spent == (fault == "quota")
    else:
        assert body.keys() == {"error"}
        assert word in body["error"]


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({}, {"retry-after": "1"}),
        ({"retry_after_s": 7}, {"retry-after": "7"}),
        ({"retry_after_s": None}, {}),
        ({"retry_after_s": 2, "retry_after_ms": 1500}, {"retry-after": "2", "retry-after-ms": "1500"}),
    ],
)
async def test_a_rate_limit_says_how_long_to_wait_as_it_was_told_to(
    wire: Wire, fields: dict[str, Any], headers: dict[str, str]
) -> None:
    await wire.order("rate_limit", **fields)
    async with wire.ask("openai") as answer:
        found = {name.lower(): value for name, value in answer.headers.items() if "retry" in name.lower()}
    assert found == headers


@pytest.mark.parametrize(("fault", "status"), [("html", 200), ("unavailable", 503)])
@every_protocol
async def test_a_page_of_html_comes_where_json_was_expected(
    wire: Wire, protocol: str, fault: str, status: int
) -> None:
    await wire.order(fault)
    async with wire.ask(protocol) as answer:
        assert (answer.status, answer.content_type) == (status, "text/html")
        assert (await answer.text()).startswith("<!doctype html>")


@every_protocol
async def test_a_stream_that_is_cut_has_its_chunks_and_then_a_lost_connection(
    wire: Wire, protocol: str
) -> None:
    await wire.order("cut", chunks=3)
    async with wire.ask(protocol, stream=True) as answer:
        assert (answer.status, answer.content_type) == (200, SPEAKERS[protocol].stream_type)
        text, error = await received(answer)
    assert text.count(SPEAKERS[protocol].text_mark) == 3
    assert isinstance(error, aiohttp.ClientPayloadError)


@every_protocol
async def test_a_stream_that_is_cut_cleanly_ends_well_but_without_its_end(wire: Wire, protocol: str) -> None:
    await wire.order("cut_clean", chunks=3)
    async with wire.ask(protocol, stream=True) as answer:
        text, error = await received(answer)
    assert error is None
    assert text.count(SPEAKERS[protocol].text_mark) == 3
    assert SPEAKERS[protocol].end_mark not in text
    assert not any(
        word in text for word in ('"finish_reason":"stop"', '"stop_reason":"end_turn"', '"done_reason"')
    )


@every_protocol
async def test_an_answer_that_does_not_stream_is_cut_in_its_middle(wire: Wire, protocol: str) -> None:
    await wire.order("cut")
    async with wire.ask(protocol) as answer:
        text, error = await received(answer)
    assert isinstance(error, aiohttp.ClientPayloadError)
    assert text.startswith("{")
    await wire.order("cut_clean")
    async with wire.ask(protocol) as answer:
        text, error = await received(answer)
    assert error is None
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


@streaming_or_not
async def test_a_cut_after_no_chunk_gives_no_answer_at_all(wire: Wire, stream: bool) -> None:
    await wire.order("cut", chunks=0)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        async with wire.ask("openai", stream=stream):
            pass


@streaming_or_not
async def test_a_clean_cut_after_no_chunk_gives_an_empty_body(wire: Wire, stream: bool) -> None:
    await wire.order("cut_clean", chunks=0)
    async with wire.ask("openai", stream=stream) as answer:
        assert (answer.status, await answer.text()) == (200, "")


@every_protocol
async def test_a_broken_event_stands_in_the_middle_of_an_otherwise_whole_stream(
    wire: Wire, protocol: str
) -> None:
    await wire.order("malformed_json", chunks=2)
    async with wire.ask(protocol, stream=True) as answer:
        text, error = await received(answer)
    assert error is None
    assert SPEAKERS[protocol].end_mark in text
    broken = []
    for line in text.splitlines():
        data = line.removeprefix("data: ")
        if data and data != "[DONE]" and not line.startswith("event:"):
            try:
                json.loads(data)
            except ValueError:
                broken.append(data)
    assert len(broken) == 1
    assert text[: text.index(broken[0])].count(SPEAKERS[protocol].text_mark) == 2


@every_protocol
async def test_a_malformed_body_says_that_it_is_json(wire: Wire, protocol: str) -> None:
    await wire.order("malformed_json")
    async with wire.ask(protocol) as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        with pytest.raises(json.JSONDecodeError):
            json.loads(await answer.text())


@every_protocol
async def test_an_error_comes_inside_a_stream_of_status_200(wire: Wire, protocol: str) -> None:
    await wire.order("stream_error", chunks=2)
    async with wire.ask(protocol, stream=True) as answer:
        assert answer.status == 200
        text, error = await received(answer)
    assert error is None
    assert text.count(SPEAKERS[protocol].text_mark) == 2
    assert text.count(SPEAKERS[protocol].error_mark) == 1
    assert SPEAKERS[protocol].end_mark not in text


@every_protocol
async def test_an_error_comes_as_the_body_of_status_200(wire: Wire, protocol: str) -> None:
    await wire.order("stream_error")
    async with wire.ask(protocol) as answer:
        assert answer.status == 200
        assert "error" in await answer.json()


@every_protocol
async def test_a_stall_sends_its_chunks_and_then_nothing_until_the_client_leaves(
    wire: Wire, protocol: str
) -> None:
    mark = f"stall between chunks of {protocol}"
    await wire.order("stall", chunks=2)
    async with wire.ask(protocol, stream=True, messages=[{"role": "user", "content": mark}]) as answer:
        text = ""
        while text.count(SPEAKERS[protocol].text_mark) < 2:
            text += (await answer.content.readany()).decode()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(answer.content.readany(), 0.2)
        assert not (await wire.last_entry(mark))["disconnected"]
        answer.close()
    await until_disconnected(wire, mark)


@streaming_or_not
async def test_a_stall_after_no_chunk_does_not_even_send_a_status(wire: Wire, stream: bool) -> None:
    mark = f"stall before the first byte, stream={stream}"
    await wire.order("stall", chunks=0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await wire.ask("openai", stream=stream, messages=[{"role": "user", "content": mark}])
    entry = await until_disconnected(wire, mark)
    assert entry["status"] is None
    assert entry["fault"] == "stall"


@streaming_or_not
async def test_a_client_that_leaves_is_no_error_of_the_server(
    wire: Wire, stream: bool, caplog: pytest.LogCaptureFixture
) -> None:
    mark = f"leaves, stream={stream}"
    await wire.order("stall", chunks=0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await wire.ask("openai", stream=stream, messages=[{"role": "user", "content": mark}])
    await until_disconnected(wire, mark)
    await wire.ask("openai", messages=[{"role": "user", "content": "still there"}])
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


async def until_disconnected(wire: Wire, mark: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            entry = await wire.last_entry(mark)
            if entry["disconnected"]:
                return entry


@streaming_or_not
async def test_slow_is_slower_by_its_seconds_and_otherwise_whole(wire: Wire, stream: bool) -> None:
    async with wire.ask("ollama", stream=stream) as answer:
        expected = await answer.text()
    await wire.order("slow", seconds=0.4)
    asked = time.monotonic()
    async with wire.ask("ollama", stream=stream) as answer:
        assert time.monotonic() - asked >= 0.4
        assert len((await answer.text()).splitlines()) == len(expected.splitlines())


async def test_faults_come_in_their_order_as_often_as_asked_and_only_to_their_model(wire: Wire) -> None:
    async def status(model: str) -> int:
        async with wire.ask("openai", model=model) as answer:
            await answer.read()
            return answer.status

    await wire.order("server_error", times=2)
    await wire.order("overloaded")
    await wire.order("quota", model="*")
    assert await status("local") == 429
    assert [await status("swift") for _ in range(4)] == [500, 500, 529, 200]


async def test_cleared_faults_do_not_come(wire: Wire) -> None:
    await wire.order("server_error", times=5)
    async with wire.session.delete("/faults"):
        pass
    async with wire.ask("openai") as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"fault": "earthquake"}, "earthquake"),
        ({"fault": "cut", "chunks": -1}, "chunks"),
        ({"fault": "cut", "chunks": "two"}, "chunks"),
        ({"fault": "cut", "times": 0}, "times"),
        ({"fault": "cut", "chunkz": 1}, "chunkz"),
        ([], "object"),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused_and_says_why(wire: Wire, body: Any, word: str) -> None:
    async with wire.session.post("/faults", json=body) as answer:
        assert answer.status == 400
        assert word in (await answer.json())["error"]
