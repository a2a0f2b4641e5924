"""Answers out of the log, and which requests they answer."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from served import Steered
from uuid6 import uuid7

from workbench.calls import Attempt, Call, Chunk, Completion, Timing, ToolCall, Usage
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import ConfigError, InvalidRequestError
from workbench.policies import cache

MakeCall = Callable[..., Call]
ANY_TIME = datetime.min.replace(tzinfo=UTC)
SOURCE = UUID(str(uuid7()))
LOGGED = Completion(
    text="Tromsø 🌊",
    reasoning="Hm.",
    tool_calls=(ToolCall(id="1", name="look", arguments="{}"),),
    finish_reason="stop",
    usage=Usage(input_tokens=7, output_tokens=3, reasoning_tokens=0),
    cost_usd=Decimal("0.1"),
    price_version="a list",
    timing=Timing(duration_s=1.0, queued_s=2.0),
    provider="p",
    model="m",
    served_model="m-1",
    response_id="r-1",
    attempts=(Attempt(duration_s=1.0),),
    call_id=SOURCE,
    received='{"text": "Tromsø 🌊"}'.encode(),
)


async def logged(call: Call) -> Completion | None:
    return LOGGED


async def nothing(call: Call) -> Completion | None:
    return None


async def send(call: Call) -> Completion:
    return Completion(text="fresh")


async def test_a_logged_answer_is_the_same_but_free_and_without_times(a_call: MakeCall) -> None:
    call = a_call(cache_since=ANY_TIME)
    answer = await cache(logged)(call, send)
    assert answer == replace(
        LOGGED,
        cost_usd=Decimal(0),
        price_version="cache",
        timing=Timing(),
        attempts=(),
        cached=True,
        source_id=SOURCE,
        call_id=call.id,
    )
    assert answer.raw == LOGGED.raw


async def test_an_observer_sees_a_logged_answer_at_once(a_call: MakeCall) -> None:
    seen: list[Chunk] = []
    await cache(logged)(a_call(cache_since=ANY_TIME, on_chunk=seen.append), send)
    [chunk] = seen
    assert (chunk.text, chunk.usage, chunk.done) == (LOGGED.text, LOGGED.usage, True)
    assert chunk.tool_calls[0].name == "look"


async def test_a_call_that_wants_no_logged_answer_is_made(a_call: MakeCall) -> None:
    assert (await cache(logged)(a_call(), send)).text == "fresh"


async def test_a_call_that_was_not_answered_yet_is_made(a_call: MakeCall) -> None:
    assert (await cache(nothing)(a_call(cache_since=ANY_TIME), send)).text == "fresh"


async def test_a_hit_is_a_row_that_costs_nothing_and_names_its_source(
    client: Client, steered: Steered
) -> None:
    asked = await client.chat("sim/swift", "mark-source")
    answer = await client.chat("sim/swift", "mark-source", cache=True)
    assert (answer.cached, answer.source_id, answer.text) == (True, asked.call_id, asked.text)
    assert len(await steered.requests("mark-source")) == 1
    hit, miss = client.log.calls().to_dict("records")
    assert (bool(hit["cached"]), bool(miss["cached"])) == (True, False)
    assert (str(hit["id"]), str(hit["source_id"])) == (str(answer.call_id), str(miss["id"]))
    assert (hit["cost_usd"], hit["attempts"], miss["attempts"]) == (0, 0, 1)
    assert miss["cost_usd"] > 0
    assert (hit["text"], hit["input_tokens"]) == (miss["text"], miss["input_tokens"])
    assert hit["cache_key"] == miss["cache_key"]
    assert all(str(hit[name]) in {"nan", "None", "<NA>"} for name in ("duration_s", "ttft_s", "response"))


async def test_a_hit_of_a_hit_has_the_whole_answer_of_the_call_that_was_made(client: Client) -> None:
    asked = await client.chat("sim/sage", "What is 3 plus 9?", stream=True)
    for _ in range(2):
        answer = await client.chat("sim/sage", "What is 3 plus 9?", cache=True)
        assert answer.source_id == asked.call_id
        assert (answer.reasoning, answer.raw) == (asked.reasoning, asked.raw)


async def test_asking_anew_gives_the_answer_that_is_served_from_then_on(
    client: Client, steered: Steered
) -> None:
    await client.chat("sim/swift", "mark-refresh", cache=True)
    newer = await client.chat("sim/swift", "mark-refresh", cache=True, refresh=True)
    assert not newer.cached
    assert (await client.chat("sim/swift", "mark-refresh", cache=True)).source_id == newer.call_id
    assert len(await steered.requests("mark-refresh")) == 2


@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=7), "7d", "1m"])
async def test_an_answer_may_be_so_old_and_no_older(client: Client, age: timedelta | str) -> None:
    await client.chat("sim/swift", "mark-age")
    assert (await client.chat("sim/swift", "mark-age", cache=age)).cached == (age != timedelta(0))


async def test_a_client_may_take_answers_from_the_log_unless_a_call_says_otherwise(
    client: Client, simulated: Settings
) -> None:
    thrifty = Client(client.home, settings=simulated, cache="7d")
    async with thrifty:
        asked = [await thrifty.chat("sim/swift", "mark-client", cache=cache) for cache in (None, None, False)]
    assert [answer.cached for answer in asked] == [False, True, False]


async def test_an_age_that_is_none_is_refused(client: Client, simulated: Settings) -> None:
    with pytest.raises(ConfigError, match="'a week'"):
        Client(client.home, settings=simulated, cache="a week")
    with pytest.raises(ConfigError, match="'a week'"):
        await client.chat("sim/swift", "?", cache="a week")


async def test_an_answer_that_was_cut_off_is_not_served(client: Client, steered: Steered) -> None:
    question = "What is the capital of mark-short?"
    answers = [await client.chat("sim/sage", question, max_tokens=2, cache=True) for _ in range(2)]
    assert [(answer.finish_reason, answer.cached) for answer in answers] == [("length", False)] * 2


async def test_a_failed_call_is_not_served(client: Client, steered: Steered) -> None:
    await steered.fault("context_length", model="swift")
    with pytest.raises(InvalidRequestError):
        await client.chat("sim/swift", "mark-failed", cache=True)
    assert not (await client.chat("sim/swift", "mark-failed", cache=True)).cached


async def test_each_repetition_of_a_sample_has_an_answer_of_its_own(client: Client) -> None:
    for run in ("first", "second"):
        for epoch in range(2):
            bound = client.bind(run=run, sample="s", epoch=epoch)
            answer = await bound.chat("sim/swift", "mark-epoch", cache=True)
            assert answer.cached == (run == "second")


async def test_two_processes_share_what_is_logged(
    client: Client, steered: Steered, simulated: Settings
) -> None:
    await client.chat("sim/swift", "mark-shared", cache=True)
    script = f"""
import pathlib, workbench
from workbench.config import Settings
settings = Settings(project=pathlib.Path(), values={dict(simulated.values)!r})
client = workbench.Client({str(client.home)!r}, settings=settings, cache=True)
print(workbench.run(client.chat("sim/swift", "mark-shared")).cached)
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE
    )
    assert (await process.communicate())[0] == b"True\n"
    assert len(await steered.requests("mark-shared")) == 1


async def test_no_folder_of_answers_is_made_beside_the_log(client: Client) -> None:
    await client.chat("sim/swift", "mark-folder", cache=True)
    assert not list(client.home.glob("cache*"))
