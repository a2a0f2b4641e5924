"""The measured process: a logger under 64 calls at once, first paced, then fast; a line of JSON comes of it.

`python benchmarks/log_load.py LOGGER SECONDS`
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path

from loggers import LOGGERS, Logger
from traffic import Exchange, single

from workbench.calls import Call, Completion

AT_ONCE = 64
PACED_S = (0.025, 0.075)
FAST_S = 0.001
_TICK_S = 0.001


@dataclass(frozen=True, kw_only=True)
class Paced:
    """What a logger does to a loop that has time left.

    Attributes:
        calls_per_s: Calls that returned per second.
        added_p50_s: Median of what the logger adds to a call, from the answer to the return, seconds.
        added_p99_s: Its 99th percentile.
        lag_p99_s: 99th percentile of how late a timer of the loop, due every millisecond, fires.
        lag_max_s: The most that it was late.
    """

    calls_per_s: float
    added_p50_s: float
    added_p99_s: float
    lag_p99_s: float
    lag_max_s: float


@dataclass(frozen=True, kw_only=True)
class Fast:
    """What a logger does as fast as it can.

    Attributes:
        calls_per_s: Calls that returned per second.
        cpu_s: CPU seconds per call of all threads and child processes, until every row is where it stays.
    """

    calls_per_s: float
    cpu_s: float


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one process measured."""

    paced: Paced
    fast: Fast


async def make_calls(
    logger: Logger, exchanges: list[Exchange], seconds: float, wait_s: Callable[[], float]
) -> list[float]:
    """Keep 64 calls in flight for so long, and give what each waited for the logger, seconds."""
    turns = cycle(exchanges)
    end = time.perf_counter() + seconds
    added_s: list[float] = []

    async def worker() -> None:
        answered = 0.0

        async def send(call: Call) -> Completion:
            nonlocal answered
            took_s = wait_s()
            await asyncio.sleep(took_s)
            completion = exchange.answer(call, took_s)
            answered = time.perf_counter()
            return completion

        while time.perf_counter() < end:
            exchange = next(turns)
            await logger.policy(exchange.call(run="benchmark"), send)
            added_s.append(time.perf_counter() - answered)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())
    return added_s


class Lag:
    """A timer of the running loop, due every millisecond, and how late it fired each time, seconds."""

    def __init__(self) -> None:
        self.noted_s: list[float] = []
        self._loop = asyncio.get_running_loop()
        self._next()

    def _next(self) -> None:
        self._timer = self._loop.call_later(_TICK_S, self._fired)

    def _fired(self) -> None:
        self.noted_s.append(self._loop.time() - self._timer.when())
        self._next()

    def stop(self) -> None:
        """No more of it."""
        self._timer.cancel()


async def paced(logger: Logger, exchanges: list[Exchange], seconds: float) -> Paced:
    """Calls that take 25 to 75 ms each."""
    rng = random.Random(1)
    lag = Lag()
    began = time.perf_counter()
    added_s = await make_calls(logger, exchanges, seconds, lambda: rng.uniform(*PACED_S))
    took_s = time.perf_counter() - began
    lag.stop()
    return Paced(
        calls_per_s=len(added_s) / took_s,
        added_p50_s=statistics.median(added_s),
        added_p99_s=percentile(added_s, 99),
        lag_p99_s=percentile(lag.noted_s, 99),
        lag_max_s=max(lag.noted_s),
    )


def percentile(values: list[float], percent: int) -> float:
    """The value that so many percent do not exceed."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def cpu_s() -> float:
    """CPU seconds of this process and of the children that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def measure(name: str, seconds: float) -> Load:
    """Both levels, each with a logger and a folder of its own."""
    rng = random.Random(0)
    exchanges = [single(rng) for _ in range(256)]
    with tempfile.TemporaryDirectory() as home:
        logger = LOGGERS[name](Path(home))
        slow = asyncio.run(paced(logger, exchanges, seconds))
        logger.close()
    with tempfile.TemporaryDirectory() as home:
        logger = LOGGERS[name](Path(home))
        began, cpu = time.perf_counter(), cpu_s()
        made = len(asyncio.run(make_calls(logger, exchanges, seconds, lambda: FAST_S)))
        took_s = time.perf_counter() - began
        logger.close()
        cpu = cpu_s() - cpu
        assert logger.rows() == made
    return Load(paced=slow, fast=Fast(calls_per_s=made / took_s, cpu_s=cpu / made))


if __name__ == "__main__":
    print(f"\n{json.dumps(asdict(measure(sys.argv[1], float(sys.argv[2]))))}")
