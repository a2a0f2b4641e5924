"""How many calls of a provider pass, how fast, and what makes them fewer or wait; in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from virtual import in_no_time

from workbench.calls import Call, Completion, Usage
from workbench.config import Limits
from workbench.errors import CallError, ConfigError, ConnectionFailedError, OverloadedError, RateLimitError
from workbench.pipeline import Policy
from workbench.policies import limit

MakeCall = Callable[..., Call]
ANSWER = Completion(text="Oslo")
TOO_MANY = RateLimitError("429", status=429)
BUSY = OverloadedError("529", status=529)


class Provider:
    """Answers each call after a second with what it is told, and remembers when each began."""

    def __init__(self, answer: Callable[[int], Completion | CallError] = lambda n: ANSWER) -> None:
        self.answer = answer
        self.began: list[float] = []
        self.inside = 0
        self.most_inside: list[int] = []

    async def send(self, call: Call) -> Completion:
        n = len(self.began)
        self.began.append(asyncio.get_running_loop().time())
        self.inside += 1
        self.most_inside.append(self.inside)
        try:
            await asyncio.sleep(1)
        finally:
            self.inside -= 1
        outcome = self.answer(n)
        if isinstance(outcome, CallError):
            raise outcome
        return outcome


def asked(policy: Policy, provider: Provider, calls: Sequence[Call]) -> list[Completion | BaseException]:
    async def ask() -> list[Completion | BaseException]:
        each = (policy(call, provider.send) for call in calls)
        return await asyncio.gather(*each, return_exceptions=True)

    return in_no_time(ask())


def test_no_minute_has_more_requests_than_allowed(a_call: MakeCall) -> None:
    provider, calls = Provider(), [a_call() for _ in range(7)]
    asked(limit(10, {"p": Limits(requests_per_minute=3)}), provider, calls)
    assert provider.began == [0, 0, 0, 60, 60, 60, 120]
    assert [call.progress.queued_s for call in calls] == provider.began


def test_providers_and_keys_have_limits_of_their_own(a_call: MakeCall) -> None:
    provider = Provider()
    asked(
        limit(10, {"p": Limits(requests_per_minute=1)}),
        provider,
        [a_call(), a_call(provider="q"), a_call(provider="q"), a_call()],
    )
    assert sorted(provider.began) == [0, 0, 0, 60]


def test_tokens_are_held_as_expected_and_counted_as_used(a_call: MakeCall) -> None:
    # "?" is 1 byte: 5 + 1 / 3.8 tokens, rounded 5; with 95 of the answer each call holds 100 of the 250.
    used = Completion(usage=Usage(input_tokens=5, output_tokens=5))
    provider = Provider(lambda n: used)
    calls = [a_call(params={"max_tokens": 95}) for _ in range(5)]
    asked(limit(10, {"p": Limits(tokens_per_minute=250)}), provider, calls)
    # Two begin at once. At 1 s they have used 20, which leaves room for two more, and at 2 s for the fifth.
    assert provider.began == [0, 0, 1, 1, 2]


def test_what_a_call_has_used_is_not_given_back(a_call: MakeCall) -> None:
    used = Completion(usage=Usage(input_tokens=5, output_tokens=95))
    provider = Provider(lambda n: used)
    asked(
        limit(10, {"p": Limits(tokens_per_minute=250)}),
        provider,
        [a_call(params={"max_tokens": 95}) for _ in range(3)],
    )
    assert provider.began == [0, 0, 60]


def test_a_call_that_is_larger_than_a_minute_allows_has_the_minute_for_itself(a_call: MakeCall) -> None:
    provider = Provider()
    small, large = a_call(params={"max_tokens": 5}), a_call(params={"max_tokens": 9_000})
    asked(limit(10, {"p": Limits(tokens_per_minute=100)}), provider, [small, large])
    assert provider.began == [0, 60]


def test_a_refused_call_gives_its_tokens_back(a_call: MakeCall) -> None:
    provider = Provider(lambda n: RateLimitError("429", status=429) if n == 0 else ANSWER)
    asked(
        limit(10, {"p": Limits(tokens_per_minute=100)}),
        provider,
        [a_call(params={"max_tokens": 90}) for _ in range(2)],
    )
    assert provider.began == [0, 1]


@pytest.mark.parametrize("error", [TOO_MANY, BUSY, OverloadedError("in a stream", status=200)], ids=str)
def test_too_much_halves_the_width_once_for_those_let_through_together(
    error: CallError, a_call: MakeCall
) -> None:
    provider = Provider(lambda n: error if n < 8 else ANSWER)
    asked(limit(8), provider, [a_call() for _ in range(16)])
    # Eight fail together; then four pass, and their successes make room for one more.
    assert [provider.began.count(second) for second in range(4)] == [8, 4, 4, 0]


def test_the_width_never_falls_below_one_and_never_grows_beyond_what_was_set(a_call: MakeCall) -> None:
    provider = Provider(lambda n: TOO_MANY if n < 20 else ANSWER)
    asked(limit(4), provider, [a_call() for _ in range(60)])
    assert provider.most_inside[12] == 1  # 4, 2, then one by one
    assert max(provider.most_inside[20:]) == 4


def test_other_errors_leave_the_width_as_it_is(a_call: MakeCall) -> None:
    errors = [
        ConnectionFailedError("no answer"),
        OverloadedError("a bug of theirs", status=500),
        RateLimitError("no money", status=429, retryable=False),
    ]
    provider = Provider(lambda n: errors[n] if n < 3 else ANSWER)
    asked(limit(4), provider, [a_call() for _ in range(8)])
    assert provider.began == [0, 0, 0, 0, 1, 1, 1, 1]


def test_where_the_provider_says_how_long_all_calls_wait(a_call: MakeCall) -> None:
    told = RateLimitError("429", status=429, retry_after_s=30)
    provider, calls = Provider(lambda n: told if n == 0 else ANSWER), [a_call() for _ in range(4)]
    asked(limit(2), provider, calls)
    assert provider.began == [0, 0, 31, 32]  # the width is 1 then
    assert calls[2].progress.queued_s == 31


def test_a_rest_that_is_too_long_is_left_to_whoever_asked(a_call: MakeCall) -> None:
    told = RateLimitError("come back tomorrow", status=429, retry_after_s=3600)
    provider = Provider(lambda n: told)
    asked(limit(1), provider, [a_call() for _ in range(3)])
    assert provider.began == [0, 1, 2]


def test_a_used_up_limit_is_waited_for_before_it_is_broken(a_call: MakeCall) -> None:
    provider = Provider()
    first, second = a_call(), a_call()
    first.progress.rest_s = 12.0  # as the transport reads it in the headers of the answer
    asked(limit(1), provider, [first, second])
    assert provider.began == [0, 13]


def test_who_waits_for_a_rest_can_be_cancelled_and_holds_up_nobody(a_call: MakeCall) -> None:
    provider = Provider()

    async def ask() -> None:
        policy = limit(1, {"p": Limits(requests_per_minute=1)})
        await policy(a_call(), provider.send)
        waiting = asyncio.ensure_future(policy(a_call(), provider.send))
        behind = asyncio.ensure_future(policy(a_call(), provider.send))
        await asyncio.sleep(1)
        waiting.cancel()
        await behind

    in_no_time(ask())
    assert provider.began == [0, 60]


@pytest.mark.parametrize("name", ["concurrency", "requests_per_minute", "tokens_per_minute"])
def test_a_limit_below_one_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"limits of 'p': {name} is 0: write at least 1"):
        limit(10, {"p": Limits(**{name: 0})})
