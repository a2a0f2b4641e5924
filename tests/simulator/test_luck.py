"""Models fail by themselves as often as they are set to."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from aiohttp.test_utils import TestClient, TestServer
from scipy.stats import binom

from workbench.simulator.models import MODELS
from workbench.simulator.questions import Known
from workbench.simulator.server import application

UNLUCKY = replace(
    MODELS[0], name="unlucky", ttft_s=0.0, tokens_per_s=1e9, error_rate=0.1, rate_limit_rate=0.2
)


async def statuses(order: range, *, seed: int = 0) -> dict[int, list[int]]:
    """By question, the statuses of its two tries."""
    app = application(answers={"Sky?": Known("blue", "colour")}, models=[UNLUCKY], seed=seed)
    found: dict[int, list[int]] = {n: [] for n in order}
    async with TestClient(TestServer(app)) as client:
        for n in [*order, *order]:
            messages = [{"role": "user", "content": f"{n}: Sky?"}]
            body = {"model": "unlucky", "messages": messages}
            async with client.post("/v1/chat/completions", json=body) as answer:
                assert (answer.status == 429) == ("retry-after" in answer.headers)
                found[n].append(answer.status)
    return found


async def test_errors_and_rate_limits_are_as_frequent_as_set() -> None:
    found = Counter(status for tries in (await statuses(range(150))).values() for status in tries)
    assert found.keys() == {200, 429, 500}
    for status, rate in ((429, UNLUCKY.rate_limit_rate), (500, UNLUCKY.error_rate)):
        # 99.9 % of all seeds give a count within these bounds, and the seed is fixed.
        low, high = binom.interval(0.999, 300, rate)
        assert low <= found[status] <= high


async def test_which_try_fails_depends_on_the_seed_and_not_on_the_order_of_requests() -> None:
    forward = await statuses(range(40))
    assert forward == await statuses(range(39, -1, -1))
    assert forward != await statuses(range(40), seed=1)


async def test_a_second_try_is_another_throw() -> None:
    found = (await statuses(range(60))).values()
    assert any(first != 200 and second == 200 for first, second in found)
