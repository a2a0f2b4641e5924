"""The measured process: one client, so many calls at each level of concurrency; a line of JSON comes of it.

`python benchmarks/load.py CLIENT URL CALLS CONCURRENCY…`
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from clients import CLIENTS, Client


@dataclass(frozen=True, kw_only=True)
class Level:
    """What one level of concurrency cost.

    Attributes:
        cpu_s: CPU seconds per call, of all threads, user and system.
        wall_s: From the first question to the last answer, seconds.
        asked_p50_s: Median of what a caller waits for a call, seconds.
        noted_p50_s: Median of what the library itself noted; `None` where it notes nothing.
        under_load: Share of calls of which it says that they were measured under load; `None` likewise.
        believed_p50_s: Median of what it noted of the others; `None` where there is none.
    """

    cpu_s: float
    wall_s: float
    asked_p50_s: float
    noted_p50_s: float | None
    under_load: float | None
    believed_p50_s: float | None


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one process measured.

    Attributes:
        levels: One for each level of concurrency.
        closing_cpu_s: CPU seconds per call of all levels that closing the client took.
    """

    levels: list[Level]
    closing_cpu_s: float


async def ask_many(client: Client, calls: int, concurrency: int) -> list[float]:
    """Make the calls, so many at once all the time, and give what each took, in seconds."""
    left = iter(range(calls))
    took_s: list[float] = []

    async def worker() -> None:
        for _ in left:
            began = time.perf_counter()
            text, tokens = await client.ask()
            took_s.append(time.perf_counter() - began)
            assert text.startswith("Paris")
            assert tokens == 70

    async with asyncio.TaskGroup() as group:
        for _ in range(min(concurrency, calls)):
            group.create_task(worker())
    return took_s


async def measure(name: str, url: str, calls: int, concurrencies: list[int]) -> Load:
    """Measure a client at each level, after calls that open the connections and load what loads late."""
    with tempfile.TemporaryDirectory() as home:
        client = CLIENTS[name](url, Path(home))
        made = 0
        begins: list[int] = []
        taken: list[tuple[float, float, float]] = []
        for concurrency in concurrencies:
            made += len(await ask_many(client, 2 * concurrency, concurrency))
            begins.append(made)
            wall, cpu = time.perf_counter(), time.process_time()
            took_s = await ask_many(client, calls, concurrency)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            made += len(took_s)
            taken.append((cpu / calls, wall, statistics.median(took_s)))
        cpu = time.process_time()
        await client.close()
        closing = time.process_time() - cpu
        noted_s = client.durations_s()
        loaded = client.under_load()
    levels = [
        Level(
            cpu_s=cpu_s,
            wall_s=wall_s,
            asked_p50_s=asked_p50_s,
            **_noted(noted_s[begin : begin + calls], loaded[begin : begin + calls]),
        )
        for (cpu_s, wall_s, asked_p50_s), begin in zip(taken, begins, strict=True)
    ]
    return Load(levels=levels, closing_cpu_s=closing / made)


def _noted(noted_s: Sequence[float], loaded: Sequence[bool]) -> dict[str, float | None]:
    believed_s = [each for each, under_load in zip(noted_s, loaded, strict=False) if not under_load]
    return {
        "noted_p50_s": statistics.median(noted_s) if noted_s else None,
        "under_load": sum(loaded) / len(loaded) if loaded else None,
        "believed_p50_s": statistics.median(believed_s) if believed_s else None,
    }


if __name__ == "__main__":
    name, url, calls, *concurrencies = sys.argv[1:]
    load = asyncio.run(measure(name, url, int(calls), [int(each) for each in concurrencies]))
    # A line of its own, whatever a library printed before.
    print(f"\n{json.dumps(asdict(load))}")
