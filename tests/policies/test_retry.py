"""When a call is tried again, and how long is waited before."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest
from served import Steered

from workbench.calls import Call, Chunk, Completion
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import AuthenticationError, CallError, ConfigError, OverloadedError, RateLimitError
from workbench.policies import retry

MakeCall = Callable[..., Call]
ANSWER = Completion(text="Oslo")


class Server:
    """Answers with these outcomes, one after the other, and remembers how long was waited in between."""

    def __init__(self, *outcomes: Exception | Completion) -> None:
        self.outcomes = list(outcomes)
        self.waits: list[float] = []

    async def send(self, call: Call) -> Completion:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


async def test_what_may_pass_is_tried_again(a_call: MakeCall) -> None:
    server = Server(OverloadedError("busy"), OverloadedError("busy"), ANSWER)
    call = a_call()
    assert await retry(4, sleep=server.sleep)(call, server.send) is ANSWER
    assert len(server.waits) == 2
    assert call.progress.waited_s == sum(server.waits)


async def test_the_last_error_is_raised_when_the_attempts_are_used_up(a_call: MakeCall) -> None:
    errors = [OverloadedError(str(n)) for n in range(3)]
    server = Server(*errors)
    with pytest.raises(OverloadedError) as caught:
        await retry(3, sleep=server.sleep)(a_call(), server.send)
    assert caught.value is errors[-1]
    assert (len(server.waits), server.outcomes) == (2, [])


async def test_one_attempt_is_one_attempt(a_call: MakeCall) -> None:
    server = Server(OverloadedError("busy"), ANSWER)
    with pytest.raises(OverloadedError):
        await retry(1, sleep=server.sleep)(a_call(), server.send)
    assert server.waits == []


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationError("wrong key"),
        RateLimitError("the quota is used up", retryable=False),
        ConfigError("nothing was sent"),
        ZeroDivisionError(),
        RateLimitError("come back in an hour", retry_after_s=3600),
    ],
    ids=str,
)
async def test_what_will_not_pass_is_raised_at_once(error: Exception, a_call: MakeCall) -> None:
    server = Server(error, ANSWER)
    with pytest.raises(type(error)):
        await retry(4, sleep=server.sleep)(a_call(), server.send)
    assert server.waits == []


async def test_the_wait_is_at_least_what_the_provider_asks_for(a_call: MakeCall) -> None:
    server = Server(RateLimitError("slow down", retry_after_s=7), ANSWER)
    await retry(4, sleep=server.sleep)(a_call(), server.send)
    assert server.waits == [7]


async def test_the_wait_is_spread_up_to_a_bound_that_doubles(a_call: MakeCall) -> None:
    bounds = [1.0, 2.0, 4.0, 5.0]  # 1, 2, 4 and 8 seconds, of which the last is cut at 5
    waits = []
    for _ in range(400):
        server = Server(*[OverloadedError("busy")] * 4, ANSWER)
        await retry(5, first_wait_s=1, longest_wait_s=5, sleep=server.sleep)(a_call(), server.send)
        waits.append(server.waits)
    for bound, at in zip(bounds, zip(*waits, strict=True), strict=True):
        # That 400 even throws miss a tenth of the range has a probability of 0.9^400 = 5e-19.
        assert 0 <= min(at) < 0.1 * bound
        assert 0.9 * bound < max(at) <= bound


@pytest.mark.parametrize(
    ("chunks", "observed", "tries"),
    [
        ([Chunk(text="Os")], True, 1),
        ([Chunk(reasoning="Hm.")], True, 1),
        ([Chunk(served_model="m")], True, 2),  # nothing of the answer was shown yet
        ([Chunk(text="Os")], False, 2),  # nobody looked
    ],
)
async def test_nothing_is_tried_again_after_content_was_shown(
    chunks: Sequence[Chunk], observed: bool, tries: int, a_call: MakeCall
) -> None:
    call = a_call(on_chunk=(lambda chunk: None) if observed else None)
    seen = 0

    async def send(call: Call) -> Completion:
        nonlocal seen
        seen += 1
        call.progress.chunks = list(chunks)
        raise OverloadedError("half way")

    async def sleep(seconds: float) -> None:
        pass

    with pytest.raises(CallError):
        await retry(2, sleep=sleep)(call, send)
    assert seen == tries


async def test_attempts_and_waits_are_numbers_on_the_completion_and_the_row(
    client: Client, steered: Steered, simulated: Settings
) -> None:
    await steered.fault("rate_limit", retry_after_ms=20)
    await steered.fault("server_error")
    patient = Client(home=client.home, settings=simulated, attempts=3)
    answer = await patient.chat("sim/swift", "What is the capital of Kenya?")
    assert [attempt.status for attempt in answer.attempts] == [429, 500, 200]
    assert [attempt.error for attempt in answer.attempts] == ["RateLimitError", "OverloadedError", None]
    assert answer.timing.waited_s >= 0.02
    assert answer.timing.duration_s == answer.attempts[-1].duration_s
    [row] = client.log.calls().to_dict("records")
    assert (row["attempts"], row["waited_s"]) == (3, answer.timing.waited_s)
    assert [error["status"] for error in json.loads(row["attempt_errors"])] == [429, 500]
    await patient.aclose()


async def test_whoever_asked_is_told_before_each_wait(a_call: MakeCall) -> None:
    told: list[tuple[float, str]] = []
    server = Server(RateLimitError("slow down", retry_after_s=7), OverloadedError("busy"), ANSWER)
    call = a_call(on_wait=lambda seconds, error: told.append((seconds, str(error))))
    await retry(4, sleep=server.sleep)(call, server.send)
    assert [words for _, words in told] == ["slow down", "busy"]
    assert [seconds for seconds, _ in told] == server.waits
