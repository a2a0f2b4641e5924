"""Answers that do not come, break off or are something else."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx
import orjson
import pytest
from aiohttp import web
from served import ANSWER, Steered, answering, sent_event, serving, stream_head

from workbench import Chunk, Timeouts
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import (
    CallTimeoutError,
    ConfigError,
    ConnectionFailedError,
    OverloadedError,
    UnreadableError,
)

SEA = "Tell me about the sea."
MODEL_OF = {"openai": "swift", "anthropic": "sage", "ollama": "local"}
every_protocol = pytest.mark.parametrize("protocol", MODEL_OF)
streaming_or_not = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])


@every_protocol
@pytest.mark.parametrize("fault", ["cut", "cut_clean"])
async def test_a_stream_that_is_cut_is_an_error_that_keeps_the_text(
    protocol: str, fault: str, client: Client, steered: Steered
) -> None:
    await steered.fault(fault, chunks=3)
    with pytest.raises(CallTimeoutError, match="the answer stopped half way") as caught:
        await client.chat(f"sim/{MODEL_OF[protocol]}", SEA, stream=True)
    partial = caught.value.partial
    assert partial is not None
    assert partial.text
    assert partial.finish_reason is None
    assert caught.value.retryable
    [row] = client.log.calls().to_dict("records")
    assert (row["status"], row["text"]) == ("error", partial.text)


@every_protocol
async def test_an_error_inside_a_stream_keeps_the_text(
    protocol: str, client: Client, steered: Steered
) -> None:
    await steered.fault("stream_error", chunks=2)
    with pytest.raises(OverloadedError) as caught:
        await client.chat(f"sim/{MODEL_OF[protocol]}", SEA, stream=True)
    assert caught.value.partial is not None
    assert caught.value.partial.text
    assert caught.value.status == 200


@every_protocol
@streaming_or_not
async def test_broken_json_is_unreadable(
    protocol: str, stream: bool, client: Client, steered: Steered
) -> None:
    await steered.fault("malformed_json", chunks=2)
    with pytest.raises(UnreadableError, match="not in the protocol"):
        await client.chat(f"sim/{MODEL_OF[protocol]}", SEA, stream=stream)


@streaming_or_not
async def test_a_page_of_html_is_named_with_its_address_and_its_beginning(
    stream: bool, client: Client, steered: Steered
) -> None:
    await steered.fault("html")
    with pytest.raises(UnreadableError) as caught:
        await client.chat("sim/swift", SEA, stream=stream)
    assert f"the answer of {steered.url} (200, text/html)" in str(caught.value)
    assert "'<!doctype html>" in str(caught.value)
    assert str(caught.value).endswith("is the base URL right?")
    assert not caught.value.retryable


@streaming_or_not
async def test_a_connection_that_is_lost_before_the_answer_is_no_connection(
    stream: bool, client: Client, steered: Steered
) -> None:
    await steered.fault("cut", chunks=0)
    with pytest.raises(ConnectionFailedError, match="hung up before it answered") as caught:
        await client.chat("sim/swift", SEA, stream=stream)
    assert caught.value.status is None
    assert caught.value.partial is None
    assert caught.value.retryable


async def test_a_body_that_is_cut_stopped_half_way(client: Client, steered: Steered) -> None:
    await steered.fault("cut")
    with pytest.raises(CallTimeoutError, match="stopped half way: the connection was lost"):
        await client.chat("sim/swift", SEA)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9/v1", r"nothing answers at http://127\.0\.0\.1:9 \(.*\): is the server running"),
        ("http://nobody.invalid/v1", r"nothing answers at http://nobody\.invalid \(.*[Nn]ame"),
    ],
)
async def test_a_server_that_is_not_there_is_named(url: str, words: str, client: Client) -> None:
    with pytest.raises(ConnectionFailedError, match=words):
        await client.chat("small", "?", base_url=url)


async def test_http_where_https_is_expected_is_said(client: Client, steered: Steered) -> None:
    with pytest.raises(ConnectionFailedError, match=r"no TLS at https://.*should the URL be http"):
        await client.chat("small", "?", base_url=steered.url.replace("http", "https"))


async def test_a_server_that_does_not_speak_http_is_said(client: Client) -> None:
    async with answering(b"220 mail.example.org ESMTP\r\n") as url:
        with pytest.raises(ConnectionFailedError, match="does not answer in HTTP") as caught:
            await client.chat("small", "?", base_url=url, api_key="sk-canary-0123456789")
    assert "canary" not in repr(caught.value.__cause__) + repr(caught.value.__context__)


@pytest.mark.parametrize("url", ["ftp://host/v1", "host/v1", "http://", "http://host:99999", "http://[::1"])
async def test_what_is_no_address_of_a_server_is_refused(url: str, client: Client) -> None:
    with pytest.raises(ConfigError, match="base URL"):
        await client.chat("small", "?", base_url=url)


@pytest.mark.parametrize(
    ("fault", "timeouts", "words"),
    [
        ({"fault": "stall", "chunks": 0}, Timeouts(first_byte_s=0.2), r"no answer within 0\.2 s"),
        ({"fault": "stall", "chunks": 2}, Timeouts(between_chunks_s=0.2), r"nothing came for 0\.2 s"),
        ({"fault": "stall", "chunks": 2}, Timeouts(total_s=0.3), r"not complete within 0\.3 s"),
        ({"fault": "slow", "seconds": 5}, Timeouts(total_s=0.2), r"not complete within 0\.2 s"),
    ],
    ids=["first byte", "between chunks", "total", "total before the first byte"],
)
async def test_a_stream_that_stalls_is_given_up_in_time(
    fault: dict[str, object], timeouts: Timeouts, words: str, client: Client, steered: Steered
) -> None:
    await steered.fault(**fault)  # type: ignore[arg-type]
    began = time.perf_counter()
    with pytest.raises(CallTimeoutError, match=words) as caught:
        await client.chat("sim/swift", f"{SEA} mark-stall", stream=True, timeouts=timeouts)
    assert 0.2 <= time.perf_counter() - began < 2
    assert (caught.value.partial is not None) is (fault.get("chunks") == 2)
    assert await steered.disconnected("mark-stall")


async def test_a_body_that_stalls_is_given_up_in_time(client: Client, steered: Steered) -> None:
    await steered.fault("stall", chunks=1)
    with pytest.raises(CallTimeoutError, match=r"nothing came for 0\.2 s"):
        await client.chat("sim/swift", SEA, timeouts=Timeouts(between_chunks_s=0.2))


async def test_a_sign_of_life_keeps_an_answer_from_being_late(client: Client) -> None:
    async def think(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for _ in range(6):
            await response.write(b": keep-alive\n\n")
            await asyncio.sleep(0.05)
        await response.write(sent_event("Oslo", "stop") + b"data: [DONE]\n\n")
        return response

    patience = Timeouts(first_byte_s=0.2, between_chunks_s=0.2)
    async with serving(think) as url:
        answer = await client.chat("small", "?", base_url=url, stream=True, timeouts=patience)
    assert answer.text == "Oslo"
    assert answer.timing.ttft_s is not None
    assert answer.timing.ttft_s >= 0.3  # a sign of life is no content


async def test_a_timeout_of_the_observer_is_the_observers(client: Client) -> None:
    def observe(chunk: Chunk) -> None:
        raise TimeoutError("the observer's own")

    with pytest.raises(TimeoutError, match="the observer's own"):
        await client.chat("sim/swift", SEA, on_chunk=observe)
    [row] = client.log.calls().to_dict("records")
    assert (row["status"], row["error_type"]) == ("error", "TimeoutError")


async def test_a_connect_timeout_is_told_from_a_server_that_hung_up(tmp_path: Path) -> None:
    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("too late", request=request)

    with pytest.raises(ConnectionFailedError, match=r"no connection to http://far\.example within 3 s"):
        await seam(tmp_path, unreachable).chat(
            "small", "?", base_url="http://far.example/v1", timeouts=Timeouts(connect_s=3)
        )


async def test_a_body_that_cannot_be_unpacked_is_unreadable(client: Client) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
    async with answering(head + b"none") as url:
        with pytest.raises(UnreadableError, match="cannot be unpacked"):
            await client.chat("small", "?", base_url=url)


async def test_the_end_mark_without_a_reason_is_an_end_for_another_reason(client: Client) -> None:
    async with answering(stream_head() + sent_event("Oslo") + b"data: [DONE]\n\n") as url:
        answer = await client.chat("small", "?", base_url=url, stream=True)
    assert (answer.text, answer.finish_reason) == ("Oslo", "other")


async def test_a_reason_without_the_end_mark_is_a_whole_answer(client: Client) -> None:
    async with answering(stream_head() + sent_event("Oslo", "length")) as url:
        answer = await client.chat("small", "?", base_url=url, stream=True)
    assert (answer.text, answer.finish_reason) == ("Oslo", "length")


async def test_a_server_that_stays_silent_after_the_end_does_not_hold_the_answer_up(client: Client) -> None:
    stream = stream_head() + sent_event("Oslo", "stop") + b"data: [DONE]\n\n"
    async with answering(stream, stay=True) as url:
        answer = await client.chat("small", "?", base_url=url, stream=True)
    assert answer.text == "Oslo"
    assert answer.timing.duration_s is not None
    assert answer.timing.duration_s < 0.2  # the time of the last event, not of giving up on the next


async def test_an_answer_to_a_request_without_a_stream_may_stream_all_the_same(client: Client) -> None:
    async with answering(stream_head() + sent_event("Os") + sent_event("lo", "stop")) as url:
        answer = await client.chat("small", "?", base_url=url)
    assert answer.text == "Oslo"


async def test_the_seam_takes_any_transport_of_httpx(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert orjson.loads(request.content)["model"] == "small"
        return httpx.Response(200, json=ANSWER)

    assert (await seam(tmp_path, answer).chat("small", "?", base_url="http://far.example")).text == "Oslo"


def seam(folder: Path, handler: httpx.MockTransport | object) -> Client:
    return Client(
        home=folder / "home",
        settings=Settings(project=folder, values={}),
        attempts=1,
        make_http=lambda: httpx.AsyncClient(transport=httpx.MockTransport(handler)),  # type: ignore[arg-type]
    )


async def test_an_answer_is_whole_though_its_connection_ends_badly(client: Client) -> None:
    events = sent_event("Oslo", "stop") + b"data: [DONE]\n\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with answering(head + b"%x\r\n%s\r\n" % (len(events), events)) as url:
        answer = await client.chat("small", "?", base_url=url, stream=True)
    assert (answer.text, len(answer.attempts)) == ("Oslo", 1)
