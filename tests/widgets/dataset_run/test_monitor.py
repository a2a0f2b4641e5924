"""A run's numbers from what ends, one call after the other, by a clock of our own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from workbench.errors import AuthenticationError, CallError, OverloadedError, RateLimitError
from workbench.evals.progress import Ended
from workbench.widgets.dataset_run.monitor import WINDOW_S, Monitor, remedy


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ended(model: str = "a/b", sample: object = 1, **facts: Any) -> Ended:
    return Ended(model=model, sample=str(sample), epoch=0, **facts)


def started(clock: Clock, *models: str, calls: int = 10) -> Monitor:
    monitor = Monitor(models or ("a/b",), calls, clock=clock)
    monitor.start()
    return monitor


def test_before_the_start_there_is_nothing_to_tell(clock: Clock) -> None:
    now = Monitor(["a/b", "c/d"], 5, clock=clock).now()
    assert (now.state, now.total, now.done) == ("ready", 10, 0)
    assert (now.elapsed_s, now.rate_per_s, now.eta_s) == (None, None, None)
    assert str(now.models[0].accuracy) == "nan [nan, nan], n=0".replace("nan", "–")


def test_medians_rest_on_samples_however_often_they_were_asked(clock: Clock) -> None:
    often, once = started(clock, calls=80), started(clock, calls=80)
    for call in range(80):
        often.take(ended(sample=call % 10, duration_s=float(call % 10)))
        once.take(ended(sample=call, duration_s=float(call % 10)))
    wide, narrow = (monitor.now().models[0].duration_p50_s for monitor in (often, once))
    assert wide.value == narrow.value == 4.5
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_what_ends_is_counted_for_its_model_and_for_all(clock: Clock) -> None:
    monitor = started(clock, "a/b", "c/d")
    monitor.take(ended(value=1.0, duration_s=2.0, ttft_s=0.5, cost_usd=Decimal("0.25")))
    monitor.take(ended(sample=2, value=0.0, duration_s=4.0, ttft_s=1.5, cost_usd=None))
    monitor.take(ended("c/d", outcome="error", error=OverloadedError("late")))
    monitor.take(ended("c/d", 2, outcome="skipped"))
    now = monitor.now()
    assert (now.done, now.errors, now.skipped, now.from_log) == (4, 1, 1, 0)
    assert (now.cost_usd, now.unknown_cost) == (Decimal("0.25"), 1)
    first, second = now.models
    assert (first.done, first.total, first.ttft_p50_s.value, first.duration_p50_s.value) == (2, 10, 1.0, 3.0)
    assert (first.accuracy.value, first.accuracy.n) == (0.5, 2)
    assert first.accuracy.low < 0.5 < first.accuracy.high
    assert (second.done, second.errors, second.skipped, second.duration_p50_s.n) == (2, 1, 1, 0)


def test_intervals_rest_on_the_clusters_of_the_samples(clock: Clock) -> None:
    clusters = {str(n): "ab"[n % 2] for n in range(8)}
    alone, clustered = Monitor(["a/b"], 8, clock=clock), Monitor(["a/b"], 8, clusters=clusters, clock=clock)
    for monitor in (alone, clustered):
        monitor.start()
        for n in range(8):
            monitor.take(ended(sample=n, value=float(n % 4 > 0), duration_s=float(n)))
    one, other = (monitor.now().models[0] for monitor in (alone, clustered))
    assert one.accuracy.value == other.accuracy.value == 0.75
    assert other.accuracy.low < one.accuracy.low
    assert (one.duration_p50_s.low, one.duration_p50_s.high) == (0, 7)  # 2 * .5^8 < .05 < 2 * 9 * .5^8


def test_repeats_of_a_sample_are_one_sample(clock: Clock) -> None:
    monitor = started(clock)
    for sample, value in ((1, 1.0), (1, 0.0), (2, 1.0), (2, 1.0)):
        monitor.take(ended(sample=sample, value=value))
    accuracy = monitor.now().models[0].accuracy
    assert (accuracy.value, accuracy.n) == (0.75, 2)  # (0.5 + 1) / 2


def test_the_rate_is_that_of_late_and_at_the_end_that_of_the_whole(clock: Clock) -> None:
    monitor = started(clock, calls=100)
    for second in range(1, 41):
        clock.now = float(second)
        monitor.take(ended(sample=second))
        if second > 20:
            monitor.take(ended(sample=-second))
    assert monitor.now().rate_per_s == pytest.approx(2.0, rel=0.06)  # the last 20 of 40 seconds
    assert monitor.now().eta_s == pytest.approx(20.0, rel=0.06)
    monitor.stop()
    assert monitor.now().rate_per_s == 60 / 40
    assert monitor.now().eta_s is None


def test_the_slowest_model_says_how_long_it_takes(clock: Clock) -> None:
    monitor = started(clock, "fast/a", "slow/b", calls=8)
    clock.now = 4.0
    for sample in range(8):
        monitor.take(ended("fast/a", sample))
    assert monitor.now().eta_s is None  # of the other nobody knows yet
    monitor.take(ended("slow/b"))
    assert monitor.now().eta_s == 28.0  # 7 calls at 1 in 4 seconds
    clock.now = 4.0 + 2 * WINDOW_S
    assert monitor.now().eta_s == 7 * clock.now  # nothing of late: by the whole time


def test_answers_of_the_log_count_but_make_the_run_no_faster(clock: Clock) -> None:
    monitor = started(clock)
    clock.now = 1.0
    for sample in range(4):
        monitor.take(ended(sample=sample, from_log=True, value=1.0, cost_usd=Decimal(1)))
    now = monitor.now()
    assert (now.done, now.from_log, now.rate_per_s, now.cost_usd) == (4, 4, 0.0, 4)
    assert now.models[0].accuracy.n == 4


@pytest.mark.parametrize(("answers", "state"), [(0, "ready"), (4, "stopped"), (10, "done")])
def test_what_the_log_has_says_whether_there_is_more_to_ask(clock: Clock, answers: int, state: str) -> None:
    monitor = Monitor(["a/b"], 10, clock=clock)
    monitor.restore([ended(sample=sample, from_log=True) for sample in range(answers)])
    assert (monitor.now().state, monitor.now().done) == (state, answers)


def test_after_the_stop_numbers_and_time_stand_still(clock: Clock) -> None:
    monitor = started(clock)
    clock.now = 2.0
    monitor.take(ended())
    monitor.stop()
    before = monitor.now()
    clock.now = 9.0
    monitor.take(ended(sample=2))
    monitor.finish()
    monitor.fail("too late")
    assert monitor.now() == before
    assert (before.state, before.done, before.elapsed_s) == ("stopped", 1, 2.0)


def test_failures_are_told_by_model_and_kind_the_latest_first(clock: Clock) -> None:
    monitor = started(clock, "a/b", "c/d")
    for model, error in (
        ("a/b", OverloadedError("first")),
        ("c/d", OverloadedError("theirs")),
        ("a/b", AuthenticationError("no key")),
        ("a/b", OverloadedError("second")),
    ):
        monitor.take(ended(model, outcome="error", error=error))
    troubles = monitor.now().troubles
    assert [(each.model, each.kind, each.count, each.message) for each in troubles] == [
        ("a/b", "OverloadedError", 2, "second"),
        ("a/b", "AuthenticationError", 1, "no key"),
        ("c/d", "OverloadedError", 1, "theirs"),
    ]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RateLimitError("slow down"), "lower concurrency"),
        (RateLimitError("quota", retryable=False), "Resume"),
        (OverloadedError("late"), "may pass"),
        (AuthenticationError("no"), "Check the key"),
        (CallError("odd"), "Resume asks only what failed"),
    ],
    ids=str,
)
def test_every_failure_comes_with_what_to_do(error: CallError, words: str) -> None:
    assert words in remedy(error)


def test_ten_thousand_calls_are_no_trouble(clock: Clock) -> None:
    monitor = started(clock, "a/b", "c/d", calls=5000)
    for n in range(10_000):
        clock.now = n / 1000
        monitor.take(ended("ac"[n % 2] + "/" + "bd"[n % 2], n, value=float(n % 3 == 0), duration_s=n / 100))
    monitor.finish()
    now = monitor.now()
    assert (now.done, now.state) == (10_000, "done")
    assert [state.accuracy.n for state in now.models] == [5000, 5000]
    assert now.models[0].duration_p50_s.value == pytest.approx(49.99)  # of 0, 0.02, …, 99.98
