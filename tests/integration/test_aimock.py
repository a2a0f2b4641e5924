"""A peer's server with scripted answers and faults: what only our own simulator says may not be relied on.

Not asked of it are things in which it is wrong itself: over Ollama's protocol it counts no tokens and never
says `length`, over Gemini's it names no model, its `truncateAfterChunks` cuts before the first byte, and it
cuts some letters in two.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from project import Project

from workbench import Client
from workbench.calls import Completion
from workbench.config import Settings
from workbench.errors import (
    CallTimeoutError,
    ConnectionFailedError,
    OverloadedError,
    RateLimitError,
    UnreadableError,
)

pytestmark = pytest.mark.server

PROVIDERS = ["openai", "anthropic", "ollama", "cohere", "gemini"]
EXACT = ["openai", "anthropic", "cohere", "gemini"]


@pytest.fixture
def settings(aimock: str, tmp_path: Path) -> Settings:
    values = {
        "OPENAI_BASE_URL": f"{aimock}/v1",
        "OPENAI_API_KEY": "none",
        "ANTHROPIC_BASE_URL": aimock,
        "ANTHROPIC_API_KEY": "none",
        "OLLAMA_BASE_URL": aimock,
        "GEMINI_BASE_URL": f"{aimock}/v1beta",
        "GEMINI_API_KEY": "none",
        "COHERE_BASE_URL": aimock,
        "COHERE_API_KEY": "none",
    }
    return Settings(project=tmp_path, values=values)


@pytest.fixture
def client(settings: Settings, project: Project) -> Client:
    """Makes one HTTP try of a call."""
    return Client(project.home, settings=settings, attempts=1)


async def ask(client: Client, provider: str, prompt: str, *, stream: bool = False) -> Completion:
    return await client.chat(f"{provider}/some-model", prompt, max_tokens=200, stream=stream)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_it_answers(provider: str, stream: bool, client: Client) -> None:
    answer = await ask(client, provider, "say hello", stream=stream)
    assert answer.text == "Hello from the other side of the wire."
    served = None if provider in {"cohere", "gemini"} else "some-model"  # which it leaves out there
    assert (answer.finish_reason, answer.served_model) == ("stop", served)
    assert (answer.timing.ttft_s is not None) == stream
    (row,) = client.log.calls().itertuples()
    assert (row.status, row.text, row.provider) == ("ok", answer.text, provider)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("provider", EXACT)
async def test_it_counts_tokens(provider: str, stream: bool, client: Client) -> None:
    usage = (await ask(client, provider, "say hello", stream=stream)).usage
    assert (usage.input_tokens, usage.output_tokens) == (9, 8)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_text_beyond_ascii_arrives_piece_by_piece(provider: str, client: Client) -> None:
    stream = client.stream(f"{provider}/some-model", "umlauts", max_tokens=200)
    pieces = [chunk.text async for chunk in stream if chunk.text]
    assert "".join(pieces) == "Füße, 東京, naïve – ok"
    assert len(pieces) > 15


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("provider", EXACT)
async def test_an_answer_that_was_cut_says_so(provider: str, stream: bool, client: Client) -> None:
    answer = await ask(client, provider, "run out", stream=stream)
    assert (answer.text, answer.finish_reason) == ("and then", "length")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_it_calls_a_tool(provider: str, stream: bool, client: Client) -> None:
    (call,) = (await ask(client, provider, "which tool", stream=stream)).tool_calls
    assert call.name == "get_tide"
    assert call.arguments.replace(" ", "") == '{"harbour":"Bergen"}'


@pytest.mark.parametrize("stream", [False, True])
async def test_it_goes_on_with_a_text(stream: bool, client: Client) -> None:
    answer = await client.complete("ollama/some-model", "say hello", stream=stream)
    assert (answer.text, answer.finish_reason) == ("Hello from the other side of the wire.", "stop")
    assert (answer.timing.ttft_s is not None) == stream


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_first_token_is_timed_apart_from_the_rest(provider: str, client: Client) -> None:
    timing = (await ask(client, provider, "take your time", stream=True)).timing
    assert timing.ttft_s is not None
    assert timing.duration_s is not None
    # 200 ms to the first of seven pieces, 50 ms to each of the others; a timer may be a little early.
    assert timing.ttft_s >= 0.19
    assert timing.duration_s - timing.ttft_s >= 0.25


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_rate_limit_is_waited_for_as_long_as_it_says(
    provider: str, settings: Settings, project: Project
) -> None:
    client = Client(project.home, settings=settings, attempts=2)
    began = time.monotonic()
    answer = await ask(client, provider, f"too often, {provider}")
    assert answer.text == "Now it is your turn."
    assert time.monotonic() - began >= 1
    assert answer.timing.waited_s >= 1
    assert [attempt.status for attempt in answer.attempts] == [429, 200]
    (row,) = client.log.calls().itertuples()
    assert (row.status, row.attempts) == ("ok", 2)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_rate_limit_of_an_hour_is_not_waited_for(
    provider: str, settings: Settings, project: Project
) -> None:
    client = Client(project.home, settings=settings, attempts=4)
    with pytest.raises(RateLimitError, match="Slow down") as failed:
        await ask(client, provider, "come back in an hour")
    assert (failed.value.status, failed.value.retry_after_s) == (429, 3600)
    assert len(failed.value.attempts) == 1


@pytest.mark.parametrize(("prompt", "status"), [("break down", 500), ("overloaded", 529)])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_its_own_failure_is_an_overloaded_error(
    provider: str, stream: bool, prompt: str, status: int, client: Client
) -> None:
    with pytest.raises(OverloadedError) as failed:
        await ask(client, provider, prompt, stream=stream)
    assert (failed.value.status, failed.value.retryable) == (status, True)
    assert len(client.log.calls()) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_json_that_is_none_is_unreadable(provider: str, client: Client) -> None:
    with pytest.raises(UnreadableError, match="malformed json"):
        await ask(client, provider, "mumble")


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_connection_that_is_lost_before_the_answer_is_no_answer(
    provider: str, client: Client
) -> None:
    with pytest.raises(ConnectionFailedError, match="hung up"):
        await ask(client, provider, "hang up")


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_connection_that_is_lost_half_way_leaves_the_half(provider: str, client: Client) -> None:
    with pytest.raises(CallTimeoutError, match="half way") as failed:
        await ask(client, provider, "leave half way", stream=True)
    assert failed.value.partial is not None
    assert failed.value.partial.text.startswith("This is said")
    assert not failed.value.partial.text.endswith("dead.")
    (row,) = client.log.calls().itertuples()
    assert (row.status, row.text) == ("error", failed.value.partial.text)
