"""Gemini over real HTTP: whole, streamed, as a list, and its errors."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from served import serving

from workbench.client import Client
from workbench.config import Settings
from workbench.errors import CallError, OverloadedError, RateLimitError

KEY = "AIza-not-to-be-shown"
GOLDEN = Path(__file__).parents[1] / "protocols" / "golden" / "gemini"
EVENTS: list[dict[str, Any]] = json.loads((GOLDEN / "reasoning_cached.json").read_text("utf-8"))["events"]
OVERLOADED = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


def client_of(url: str, home: Path) -> Client:
    """Makes one HTTP try of a call."""
    values = {"GEMINI_BASE_URL": f"{url}/v1beta", "GEMINI_API_KEY": KEY}
    return Client(home, settings=Settings(project=home, values=values), attempts=1)


def answering(body: Any, *, status: int = 200, kind: str = "application/json") -> Handle:
    async def handle(request: web.Request) -> web.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(text=text, status=status, content_type=kind)

    return handle


def as_events(*events: dict[str, Any]) -> str:
    return "".join(f"data: {json.dumps(event)}\r\n\r\n" for event in events)


async def test_a_stream_is_read_to_its_end_and_asked_for_by_the_path(tmp_path: Path) -> None:
    asked: list[tuple[str, str | None, Any]] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append((request.path_qs, request.headers.get("x-goog-api-key"), await request.json()))
        return await answering(as_events(*EVENTS), kind="text/event-stream")(request)  # type: ignore[return-value]

    async with serving(handle) as url:
        answer = await client_of(url, tmp_path).chat("gemini/gemini-3.8-flash", "6 * 7?", stream=True)

    assert (answer.text, answer.reasoning, answer.finish_reason) == ("42", "Six times seven.", "stop")
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (2570, 300)
    assert answer.message.thoughts[0].signature == "c2ln"  # which comes after the text
    assert answer.timing.ttft_s is not None
    assert answer.cost_usd is not None
    path = "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse"
    assert asked == [(path, KEY, {"contents": [{"role": "user", "parts": [{"text": "6 * 7?"}]}]})]


async def test_a_server_that_gives_a_list_for_a_stream_is_understood(tmp_path: Path) -> None:
    async with serving(answering(EVENTS)) as url:
        answer = await client_of(url, tmp_path).chat("gemini/gemini-3.8-flash", "6 * 7?", stream=True)

    assert (answer.text, answer.finish_reason) == ("42", "stop")


@pytest.mark.parametrize("body", [OVERLOADED, [OVERLOADED]], ids=["alone", "in a list"])
async def test_an_error_is_read_alone_and_in_a_list(body: Any, tmp_path: Path) -> None:
    async with serving(answering(body, status=503)) as url:
        with pytest.raises(OverloadedError, match="503 UNAVAILABLE: The model is overloaded") as failed:
            await client_of(url, tmp_path).chat("gemini/gemini-3.8-flash", "Hi", stream=True)

    assert KEY not in str(failed.value) + failed.value.body


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ([*EVENTS[:2], OVERLOADED], "application/json"),
        (as_events(*EVENTS[:2], OVERLOADED), "text/event-stream"),
    ],
    ids=["list", "events"],
)
async def test_an_error_in_the_middle_is_an_error(body: Any, kind: str, tmp_path: Path) -> None:
    async with serving(answering(body, kind=kind)) as url:
        with pytest.raises(OverloadedError, match="UNAVAILABLE: The model is overloaded"):
            await client_of(url, tmp_path).chat("gemini/gemini-3.8-flash", "Hi", stream=True)


async def test_a_stream_that_was_cut_before_its_reason_to_finish_is_no_answer(tmp_path: Path) -> None:
    async with serving(answering(as_events(*EVENTS[:3]), kind="text/event-stream")) as url:
        with pytest.raises(CallError, match="half way") as failed:
            await client_of(url, tmp_path).chat("gemini/gemini-3.8-flash", "Hi", stream=True)

    assert failed.value.partial is not None
    assert failed.value.partial.text == "42"


async def test_the_wait_that_google_asks_for_in_the_body_is_known(tmp_path: Path) -> None:
    errors = json.loads((GOLDEN / "errors.json").read_text("utf-8"))["errors"]
    minute, day = (error for error in errors if error["status"] == 429)

    async def ask(error: dict[str, Any]) -> RateLimitError:
        async with serving(answering(error["body"], status=429)) as url:
            with pytest.raises(RateLimitError) as failed:
                await client_of(url, tmp_path).chat("gemini/gemini-3.8-flash", "Hi")
        return failed.value

    assert ((await ask(minute)).retryable, (await ask(minute)).retry_after_s) == (True, 34.07)
    assert (await ask(day)).retryable is False


async def test_texts_are_embedded_at_the_same_host_by_another_path(tmp_path: Path) -> None:
    paths: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        paths.append(request.path_qs)
        texts = [each["content"]["parts"][0]["text"] for each in (await request.json())["requests"]]
        return web.json_response({"embeddings": [{"values": [len(text), 0.5]} for text in texts]})

    async with serving(handle) as url:
        embedded = await client_of(url, tmp_path).embed("gemini/gemini-embedding-001", ["a", "bcd"])

    assert embedded.vectors.tolist() == [[1.0, 0.5], [3.0, 0.5]]
    assert paths == ["/v1beta/models/gemini-embedding-001:batchEmbedContents"]


async def test_a_listing_is_read_page_by_page(tmp_path: Path) -> None:
    queries: list[dict[str, str]] = []

    async def handle(request: web.Request) -> web.Response:
        queries.append(dict(request.query))
        last = "pageToken" in request.query
        page = {"models": [{"name": f"models/gemini-{len(queries)}"}]}
        return web.json_response(page if last else {**page, "nextPageToken": "two"})

    async with serving(handle) as url:
        models = await client_of(url, tmp_path).models("gemini")

    assert [model.id for model in models] == ["gemini-1", "gemini-2"]
    assert queries == [{"pageSize": "1000"}, {"pageSize": "1000", "pageToken": "two"}]
