"""Looking up what the log has answered already."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from uuid6 import uuid7

from workbench.calls import Call, Completion, Message, cache_key
from workbench.log import LogWarning, Lookup, Recorder, Store, record
from workbench.log.lookup import TOGETHER, _Desk

MakeCall = Callable[..., Call]
Answered = Callable[..., Any]
ANY_TIME = datetime.min.replace(tzinfo=UTC)


def asking(call: Call, text: str = "Is it raining?", **fields: Any) -> Call:
    request = replace(call.request, messages=(Message(role="user", content=text),))
    return replace(call, id=uuid7(), request=request, **{"cache_since": ANY_TIME, **fields})


def body(text: str) -> bytes:
    return orjson.dumps({"choices": [{"message": {"content": text}, "finish_reason": "stop"}]})


@pytest.fixture
def answered(recorder: Recorder, call: MakeCall) -> Answered:
    """Logs a call that was answered; gives it."""

    async def log(question: str, answer: str, *, fields: dict[str, Any] | None = None, **kinds: Any) -> Call:
        async def send(call: Call) -> Completion:
            call.progress.received = body(answer)
            return replace(Completion(text=answer, finish_reason="stop"), **kinds)

        made = asking(call(), question, **(fields or {}))
        await record(recorder)(made, send)
        return made

    return log


@pytest.fixture
def lookup(home: Path) -> Lookup:
    return Lookup(home)


async def test_the_latest_answer_to_the_same_request_is_found(
    lookup: Lookup, answered: Answered, call: MakeCall
) -> None:
    for answer in ("yes", "no"):
        latest = await answered("Is it raining?", answer)
    await answered("Is it snowing?", "never")
    found = await lookup(asking(call()))
    assert found is not None
    assert (found.text, found.call_id) == ("no", latest.id)
    assert await lookup(asking(call(), "Is it hailing?")) is None


async def test_it_is_found_in_the_file_as_in_the_journal(
    lookup: Lookup, answered: Answered, call: MakeCall, recorder: Recorder, home: Path
) -> None:
    await answered("Is it raining?", "yes")
    recorder.close()
    assert Store(home).ingest() == 1
    await answered("Is it snowing?", "no")
    found = await asyncio.gather(*(lookup(asking(call(), f"Is it {it}ing?")) for it in ("rain", "snow")))
    assert [answer and answer.text for answer in found] == ["yes", "no"]


@pytest.mark.parametrize(
    "kinds",
    [
        {"finish_reason": "length"},
        {"finish_reason": "content_filter"},
        {"finish_reason": "error"},
        {"finish_reason": "other"},
        {"cached": True},
    ],
    ids=str,
)
async def test_only_an_answer_that_a_model_gave_to_its_end_is_found(
    lookup: Lookup, answered: Answered, call: MakeCall, kinds: dict[str, Any]
) -> None:
    await answered("Is it raining?", "yes", **kinds)
    assert await lookup(asking(call())) is None
    whole = await answered("Is it raining?", "no", finish_reason="tool_calls")
    await answered("Is it raining?", "yes", **kinds)
    found = await lookup(asking(call()))
    assert found is not None
    assert found.call_id == whole.id


async def test_what_was_redacted_is_no_answer(
    lookup: Lookup, answered: Answered, call: MakeCall, recorder: Recorder
) -> None:
    recorder.redaction.add(["[0-9]{4}"])
    await answered("Is it raining?", "Call 1234.")
    await answered("Is it snowing?", "Call me.")
    assert await lookup(asking(call())) is None
    assert await lookup(asking(call(), "Is it snowing?")) is not None


async def test_an_answer_without_its_body_is_no_answer(
    lookup: Lookup, line: Callable[..., bytes], recorder: Recorder, call: MakeCall
) -> None:
    asked = asking(call())
    row = {"cache_key": cache_key(asked), "protocol": "openai", "finish_reason": "stop", "text": "yes"}
    await asyncio.wrap_future(recorder.append("calls", line(**row)))
    assert await lookup(asked) is None


async def test_an_answer_that_cannot_be_read_is_no_answer(
    lookup: Lookup, line: Callable[..., bytes], recorder: Recorder, answered: Answered, call: MakeCall
) -> None:
    asked = asking(call())
    row = {"cache_key": cache_key(asked), "protocol": "openai", "finish_reason": "stop", "response": {"a": 1}}
    await asyncio.wrap_future(recorder.append("calls", line(**row)))
    await answered("Is it snowing?", "no")
    found = await asyncio.gather(lookup(asked), lookup(asking(call(), "Is it snowing?")))
    assert [answer and answer.text for answer in found] == [None, "no"]


async def test_an_answer_that_is_too_old_is_not_found(
    lookup: Lookup, answered: Answered, call: MakeCall
) -> None:
    week_ago = datetime.now(UTC) - timedelta(days=7)
    old = await answered("Is it raining?", "yes", fields={"started_at": week_ago})
    assert await lookup(asking(call(), cache_since=week_ago + timedelta(seconds=1))) is None
    found = await lookup(asking(call(), cache_since=old.started_at))
    assert found is not None


async def test_calls_that_lie_years_apart_are_found_together(
    lookup: Lookup, line: Callable[..., bytes], recorder: Recorder, call: MakeCall
) -> None:
    asked = [asking(call(), f"Question {year}?") for year in range(2020, 2026)]
    for year, made in enumerate(asked, start=2020):
        milliseconds = int(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000)
        row = {
            "id": UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62) | year),
            "cache_key": cache_key(made),
            "protocol": "openai",
            "finish_reason": "stop",
            "response": orjson.loads(body(str(year))),
        }
        await asyncio.wrap_future(recorder.append("calls", line(**row)))
    found = await asyncio.gather(*map(lookup, asked))
    assert [answer and answer.text for answer in found] == [str(year) for year in range(2020, 2026)]


async def test_what_is_foreseen_is_looked_up_with_the_first_of_them(
    lookup: Lookup, answered: Answered, call: MakeCall
) -> None:
    for n in range(3):
        await answered(f"Question {n}?", str(n))
    asked = [asking(call(), f"Question {n}?") for n in range(4)]
    for each in asked:
        lookup.foresee(each)
    await lookup(asked[0])
    later = await answered("Question 1?", "another")
    # Found with the first one, and so before the newer answer came.
    assert [answer and answer.text for answer in [await lookup(each) for each in asked[1:]]] == [
        "1",
        "2",
        None,
    ]
    # It is foreseen once, and looked up anew from then on.
    found = await lookup(asked[1])
    assert found is not None
    assert found.call_id == later.id


async def test_what_is_foreseen_is_looked_up_beforehand_once_it_is_worth_it(
    home: Path, call: MakeCall
) -> None:
    lookup, looked_up, more = Lookup(home), [], asyncio.Event()

    def count(keys: list[UUID]) -> dict[UUID, Any]:
        looked_up.append(len(keys))
        loop.call_soon_threadsafe(more.set)
        return {}

    loop = asyncio.get_running_loop()
    lookup._desks.put(_Desk(count))
    for n in range(TOGETHER + 100):
        lookup.foresee(asking(call(), f"Question {n}?"))
    await more.wait()
    assert await lookup(asking(call(), "Question 0?")) is None
    assert looked_up == [TOGETHER + 100]  # all, by the time that the loop came to it
    lookup.foresee(asking(call(), "Question 1000?"))
    assert await lookup(asking(call(), "Question 1?")) is None
    assert looked_up == [TOGETHER + 100]  # the new one alone is not worth it
    assert await lookup(asking(call(), "Question 1000?")) is None
    assert looked_up == [TOGETHER + 100, 1]


async def test_who_is_cancelled_takes_nothing_from_those_who_wait_for_the_same(
    lookup: Lookup, answered: Answered, call: MakeCall
) -> None:
    await answered("Is it raining?", "yes")
    waiting = [asyncio.ensure_future(lookup(asking(call()))) for _ in range(3)]
    await asyncio.sleep(0)  # one turn of the loop: all of them wait
    waiting[0].cancel()
    first, *others = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(first, asyncio.CancelledError)
    assert [isinstance(other, Completion) and other.text for other in others] == ["yes", "yes"]


async def test_who_cancels_all_other_tasks_leaves_nobody_waiting(lookup: Lookup, call: MakeCall) -> None:
    others = {asyncio.current_task()}
    finding = asyncio.ensure_future(lookup(asking(call())))
    others.add(finding)
    await asyncio.sleep(0)  # one turn of the loop: it waits for the look-up, which begins with the next
    await asyncio.sleep(0)
    for task in asyncio.all_tasks() - others:
        task.cancel()
    async with asyncio.timeout(5):
        assert await finding is None


async def test_the_loop_goes_on_while_the_log_is_read(
    lookup: Lookup, answered: Answered, call: MakeCall
) -> None:
    await answered("Is it raining?", "yes")
    turns = 0

    async def turning() -> AsyncIterator[int]:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1
            yield turns

    finding = asyncio.ensure_future(lookup(asking(call())))
    async for _ in turning():
        if finding.done():
            break
    assert turns > 20


async def test_each_loop_looks_for_itself(lookup: Lookup, answered: Answered, call: MakeCall) -> None:
    await answered("Is it raining?", "yes")
    found: list[Completion | None] = []

    def elsewhere() -> None:
        found.append(asyncio.run(lookup(asking(call()))))  # type: ignore[arg-type]

    threads = [threading.Thread(target=elsewhere) for _ in range(3)]
    for thread in threads:
        thread.start()
    found.append(await lookup(asking(call())))
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert [answer and answer.text for answer in found] == ["yes"] * 4


def damaged(home: Path) -> None:
    home.mkdir()
    (home / "log.duckdb").write_text("no database " * 1000)


async def test_a_log_that_cannot_be_read_finds_nothing_and_says_so_once(
    lookup: Lookup, home: Path, call: MakeCall
) -> None:
    damaged(home)
    with pytest.warns(LogWarning, match="not taken from the log") as said:
        found = [await lookup(asking(call())) for _ in range(2)]
    assert found == [None, None]
    assert len(said) == 1


async def test_what_cannot_be_sent_is_not_looked_for(lookup: Lookup, call: MakeCall) -> None:
    cannot = asking(call(), "cut \ud83d")
    lookup.foresee(cannot)
    assert await lookup(cannot) is None
