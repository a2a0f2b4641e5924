"""How late the loop was while a call went on."""

from __future__ import annotations

import asyncio
import heapq
import math
import time
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from served import ANSWER, serving

from workbench.client import Client
from workbench.config import Settings
from workbench.transport.clock import Clock
from workbench.transport.lag import BEAT_S, Lag, Listener, _Heart

BLOCKED_S = 0.25


class Timer:
    """What a loop gives for a timer, as far as a heart asks for it."""

    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """A loop's clock and its timers, moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[tuple[float, int, Timer, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        timer = Timer()
        heapq.heappush(self.timers, (when, id(timer), timer, callback))
        return timer

    def live(self) -> list[float]:
        return [when for when, _, timer, _ in self.timers if not timer.cancelled]

    def pass_s(self, seconds: float) -> None:
        """Time in which every timer fires as soon as it is due."""
        end = self.now + seconds
        while self.timers and self.timers[0][0] <= end:
            when, _, timer, callback = heapq.heappop(self.timers)
            self.now = max(self.now, when)
            if not timer.cancelled:
                callback()
        self.now = end


def test_an_idle_loop_is_not_late() -> None:
    loop = Loop()
    heart = _Heart(loop)  # type: ignore[arg-type]
    mark = heart.begin()
    loop.pass_s(10 * BEAT_S + 0.001)
    assert heart.end(mark) == pytest.approx(0.0, abs=1e-9)


def test_a_call_between_two_beats_has_no_lag_to_tell_of() -> None:
    loop = Loop()
    heart = _Heart(loop)  # type: ignore[arg-type]
    mark = heart.begin()
    loop.pass_s(BEAT_S / 2)
    assert heart.end(mark) is None


def test_a_pause_counts_for_as_long_as_it_was() -> None:
    loop = Loop()
    heart = _Heart(loop)  # type: ignore[arg-type]
    mark = heart.begin()
    loop.pass_s(0.085)
    loop.now += 0.075  # nothing runs: the beat that was due at 120 ms is 40 ms late
    loop.pass_s(0.045)
    # Beats of 10, 10, 20 and 40 ms in time, one of 80 ms that was 40 ms late, one of 40 ms in time.
    assert heart.end(mark) == pytest.approx(0.08 * 0.04 / 0.20)


def test_a_beat_that_is_overdue_counts_though_its_timer_has_not_fired() -> None:
    loop = Loop()
    heart = _Heart(loop)  # type: ignore[arg-type]
    mark = heart.begin()
    loop.now += 0.060
    assert heart.end(mark) == pytest.approx(0.060 - BEAT_S)


def test_a_pause_before_the_call_is_none_of_its_lag() -> None:
    loop = Loop()
    heart = _Heart(loop)  # type: ignore[arg-type]
    heart.begin()
    loop.now += 2.0
    mark = heart.begin()  # the beat is still overdue
    loop.pass_s(0.2)
    assert heart.end(mark) == pytest.approx(0.0, abs=0.001)


def test_a_call_that_begins_while_beats_are_far_apart_has_them_close() -> None:
    loop = Loop()
    heart = _Heart(loop)  # type: ignore[arg-type]
    heart.begin()
    loop.pass_s(1.005)
    assert loop.live()[0] - loop.now > BEAT_S
    mark = heart.begin()
    assert loop.live() == [pytest.approx(loop.now + BEAT_S)]
    loop.pass_s(2 * BEAT_S)
    assert heart.end(mark) == pytest.approx(0.0, abs=1e-9)


def test_the_heart_beats_as_long_as_a_call_is_under_way() -> None:
    loop = Loop()
    heart = _Heart(loop)  # type: ignore[arg-type]
    one, other = heart.begin(), heart.begin()
    loop.pass_s(1.0)
    heart.end(one)
    assert len(loop.live()) == 1
    heart.end(other)
    assert loop.live() == []


async def _pausing(request: web.Request) -> web.Response:
    await asyncio.sleep(0.02)
    # Python that computes on the loop of the calls, as a cell of a notebook may.
    asyncio.get_running_loop().call_soon(time.sleep, 0.3)
    await asyncio.sleep(0.02)
    return web.json_response(ANSWER)


async def test_a_call_during_which_the_loop_was_blocked_says_so_in_the_log(tmp_path: Path) -> None:
    async with serving(_pausing) as url, _client(tmp_path) as client:
        completion = await client.chat("small", "?", base_url=url)
        lag_s = completion.timing.lag_s
        assert lag_s is not None
        assert lag_s > 0.1
        row = client.log.call(completion.call_id)
    assert row["lag_s"] == lag_s


def test_a_call_that_is_closed_after_its_loop_and_elsewhere_may_still_end() -> None:
    # As a task is that nobody waited for: what is left of it is closed by the garbage collector.
    async def begin() -> Listener:
        return Lag().listen()

    listener, clock = asyncio.run(begin()), Clock()
    copy_context().run(clock.__enter__)
    clock.__exit__()
    lag_s = listener.end()
    assert lag_s is None or lag_s >= 0


async def test_a_failed_call_says_how_late_the_loop_was_too(tmp_path: Path) -> None:
    async def refuse(request: web.Request) -> web.Response:
        await _pausing(request)
        return web.json_response({"error": {"message": "no"}}, status=400)

    async with serving(refuse) as url, _client(tmp_path) as client:
        with pytest.raises(Exception, match="no") as caught:
            await client.chat("small", "?", base_url=url)
        error: Any = caught.value
        assert error.timing.lag_s > 0.1


async def test_a_time_ends_when_the_bytes_arrive_not_when_the_task_has_its_turn(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        whole = web.json_response(ANSWER)
        assert isinstance(whole.body, bytes)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = len(whole.body)
        await response.prepare(request)
        await response.write(whole.body)
        loop = asyncio.get_running_loop()
        # The bytes are in the other socket: the loop reads them next, and then comes this before the task.
        loop.call_soon(loop.call_soon, time.sleep, BLOCKED_S)
        return response

    # Five times: on a busy machine it may happen that the loop looks for the bytes before they are there.
    durations = []
    async with serving(answer) as url, _client(tmp_path) as client:
        for n in range(5):
            before = time.perf_counter()
            completion = await client.chat("small", f"{n}?", base_url=url)
            assert time.perf_counter() - before > BLOCKED_S
            durations.append(completion.timing.duration_s or math.inf)
    assert min(durations) < BLOCKED_S


def _client(home: Path) -> Client:
    return Client(home=home, settings=Settings(project=home, values={}))
