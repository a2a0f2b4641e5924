"""The end of a whole call: queue, attempts and waits together; in virtual time but for the last one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from served import serving
from virtual import in_no_time

from workbench.calls import Call, Chunk, Completion, Timeouts
from workbench.client import Client
from workbench.errors import CallTimeoutError, OverloadedError
from workbench.pipeline import Send, stack
from workbench.policies import deadline, limit, retry

MakeCall = Callable[..., Call]
TEN = Timeouts(deadline_s=10)


def taking(seconds: float, error: Exception | None = None) -> Send:
    async def send(call: Call) -> Completion:
        await asyncio.sleep(seconds)
        if error is not None:
            raise error
        return Completion(text="Oslo")

    return send


def ended(work: Awaitable[Completion]) -> tuple[Completion | Exception, float]:
    """How a call ended, and when."""

    async def wait() -> tuple[Completion | Exception, float]:
        outcome: Completion | Exception
        try:
            outcome = await work
        except Exception as exc:
            outcome = exc
        return outcome, asyncio.get_running_loop().time()

    return in_no_time(wait())


async def late(call: Call, send: Send) -> Completion:
    return await stack([deadline, retry(4), limit(1)], send)(call)


def test_a_call_in_time_is_not_touched(a_call: MakeCall) -> None:
    outcome, at = ended(late(a_call(timeouts=TEN), taking(9.9)))
    assert isinstance(outcome, Completion)
    assert at == pytest.approx(9.9)


def test_without_a_deadline_a_call_may_take_as_long_as_it_takes(a_call: MakeCall) -> None:
    outcome, at = ended(late(a_call(), taking(100_000)))
    assert isinstance(outcome, Completion)
    assert at == pytest.approx(100_000)


def test_a_call_that_is_late_ends_and_says_where_its_time_went(a_call: MakeCall) -> None:
    call = a_call(timeouts=TEN)
    call.progress.chunks.append(Chunk(text="Os"))
    outcome, at = ended(late(call, taking(11)))
    assert at == 10
    assert isinstance(outcome, CallTimeoutError)
    assert not outcome.retryable
    assert str(outcome) == (
        "p/m: not answered within 10 s, 0.0 s in the queue, 0.0 s between 0 attempts: "
        "allow more with Timeouts(deadline_s=…)"
    )
    assert (outcome.provider, outcome.model) == ("p", "m")
    assert outcome.partial is not None
    assert (outcome.partial.text, outcome.partial.call_id) == ("Os", call.id)


def test_the_queue_counts(a_call: MakeCall) -> None:
    async def two() -> tuple[BaseException | Completion, float]:
        send = stack([deadline, limit(1)], taking(20))
        slow = asyncio.ensure_future(send(a_call()))
        [outcome] = await asyncio.gather(send(a_call(timeouts=TEN)), return_exceptions=True)
        at = asyncio.get_running_loop().time()
        await slow
        return outcome, at

    outcome, at = in_no_time(two())
    assert isinstance(outcome, CallTimeoutError)
    assert "10.0 s in the queue" in str(outcome)
    assert at == 10


def test_a_retry_that_would_begin_after_the_deadline_is_not_begun(a_call: MakeCall) -> None:
    busy = OverloadedError("busy", retry_after_s=4)
    call = a_call(timeouts=Timeouts(deadline_s=14))
    outcome, at = ended(late(call, taking(3, busy)))
    # 3 s for the first attempt, 4 s of waiting, 3 s for the second: a third one would begin at 14 s.
    assert outcome is busy
    assert (at, call.progress.waited_s) == (10, 4)

    call = a_call(timeouts=Timeouts(deadline_s=6))
    outcome, at = ended(late(call, taking(3, busy)))
    assert outcome is busy
    assert (at, call.progress.waited_s) == (3, 0)


def test_time_that_others_have_run_out_of_is_not_the_calls(a_call: MakeCall) -> None:
    own = TimeoutError("of whoever looks at the chunks")
    outcome, at = ended(late(a_call(timeouts=TEN), taking(1, own)))
    assert outcome is own
    assert at == 1


async def test_a_late_call_is_a_row_with_its_attempt(client: Client) -> None:
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    async with serving(answer) as url:
        with pytest.raises(CallTimeoutError, match=r"not answered within 0\.05 s") as caught:
            await client.chat("small", "?", base_url=url, timeouts=Timeouts(deadline_s=0.05))
        over.set()
    assert [attempt.error for attempt in caught.value.attempts] == ["CancelledError"]
    [row] = client.log.calls().to_dict("records")
    assert (row["status"], row["error_type"], row["attempts"]) == ("error", "CallTimeoutError", 1)
