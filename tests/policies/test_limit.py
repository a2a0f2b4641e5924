"""Not too many calls at once, and the time in the queue kept apart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from workbench.calls import Call, Completion
from workbench.client import Client
from workbench.config import Limits, Settings
from workbench.policies import limit

MakeCall = Callable[..., Call]


class Crowd:
    """Counts who is inside at the same time; nobody leaves before the door is opened."""

    def __init__(self) -> None:
        self.inside = self.most = self.served = 0
        self.door = asyncio.Event()

    async def send(self, call: Call) -> Completion:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.door.wait()
        finally:
            self.inside -= 1
        self.served += 1
        return Completion()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_no_more_than_so_many_calls_of_a_provider_are_under_way(a_call: MakeCall) -> None:
    crowd, policy = Crowd(), limit(3, {"narrow": Limits(concurrency=1)})
    names = ["wide"] * 8 + ["narrow"] * 4
    calls = [asyncio.ensure_future(policy(a_call(provider=name), crowd.send)) for name in names]
    await settled()
    assert crowd.inside == 3 + 1
    crowd.door.set()
    await asyncio.gather(*calls)
    assert (crowd.most, crowd.served) == (4, 12)


async def test_a_call_that_fails_or_is_cancelled_gives_its_slot_back(a_call: MakeCall) -> None:
    crowd, policy = Crowd(), limit(1)

    async def fail(call: Call) -> Completion:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await policy(a_call(), fail)
    inside = asyncio.ensure_future(policy(a_call(), crowd.send))
    queued = asyncio.ensure_future(policy(a_call(), crowd.send))
    await settled()
    for cancelled in (queued, inside):
        cancelled.cancel()
    await asyncio.gather(inside, queued, return_exceptions=True)
    crowd.door.set()
    await policy(a_call(), crowd.send)
    assert crowd.served == 1


async def test_each_loop_counts_by_itself(a_call: MakeCall) -> None:
    policy, here = limit(1), Crowd()
    first = asyncio.ensure_future(policy(a_call(), here.send))
    await settled()

    async def there() -> int:
        crowd = Crowd()
        calls = [asyncio.ensure_future(policy(a_call(), crowd.send)) for _ in range(3)]
        await settled()
        crowd.door.set()
        await asyncio.gather(*calls)
        return crowd.most

    assert await asyncio.to_thread(asyncio.run, there()) == 1
    here.door.set()
    await first


async def test_waiting_for_a_slot_is_no_part_of_the_duration(client: Client, simulated: Settings) -> None:
    narrow = Client(home=client.home, settings=simulated, concurrency=1)
    began = time.perf_counter()
    answers = await asyncio.gather(
        *(narrow.chat("sim/swift", f"What is the capital of {place}?") for place in ("Peru", "Cuba", "Egypt"))
    )
    elapsed_s = time.perf_counter() - began
    queues = [answer.timing.queued_s for answer in answers]
    assert queues[0] < queues[1] < queues[2]
    # One after the other: durations that held the waiting would add up to more than the time that passed.
    assert sum(answer.timing.duration_s or 0.0 for answer in answers) <= elapsed_s
    assert set(client.log.calls()["queued_s"]) == set(queues)
    await narrow.aclose()
