from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from workbench.calls import Chunk, Completion, Timing, ToolCall, Usage
from workbench.errors import ConfigError, ContextLengthError, OverloadedError, RateLimitError
from workbench.widgets.panes.comparison import AnswerOf, Comparison, PaneState

AB = ("a/b", 0)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def pane(comparison: Comparison, index: int = 0) -> PaneState:
    return comparison.panes()[index]


def streamed(clock: Clock, comparison: Comparison, *words: str) -> None:
    """The first word after half a second, the others a tenth of a second apart."""
    comparison.start(AB)
    clock.now += 0.4
    for word in words:
        clock.now += 0.1
        comparison.chunk(AB, Chunk(text=word))


def test_a_pane_is_ready_then_queued_then_streaming_then_done() -> None:
    comparison = Comparison(["a/b"])
    states = [pane(comparison).state]
    comparison.start(AB)
    states.append(pane(comparison).state)
    comparison.chunk(AB, Chunk(text="x"))
    states.append(pane(comparison).state)
    comparison.finish(AB, Completion(text="x"))
    states.append(pane(comparison).state)
    assert states == ["ready", "queued", "streaming", "done"]


def test_while_it_streams_the_numbers_are_counted_from_chunks() -> None:
    clock = Clock()
    comparison = Comparison(["a/b"], clock=clock)
    streamed(clock, comparison, "one", " two", " three")
    shown = pane(comparison)
    assert (shown.text, shown.output_tokens, shown.estimated) == ("one two three", 3, True)
    assert shown.ttft_s == pytest.approx(0.5)
    assert shown.elapsed_s == pytest.approx(0.7)
    assert shown.tokens_per_s == pytest.approx(2 / 0.2)
    assert shown.cost_usd is None


def test_a_chunk_without_content_is_not_the_first_token() -> None:
    comparison = Comparison(["a/b"])
    comparison.start(AB)
    comparison.chunk(AB, Chunk(usage=Usage(input_tokens=3), served_model="b-2"))
    assert (pane(comparison).state, pane(comparison).ttft_s) == ("queued", None)


def test_thoughts_are_shown_apart_and_count_as_content() -> None:
    comparison = Comparison(["a/b"])
    comparison.start(AB)
    comparison.chunk(AB, Chunk(reasoning="Hm"))
    assert (pane(comparison).state, pane(comparison).reasoning, pane(comparison).text) == (
        "streaming",
        "Hm",
        "",
    )


def test_at_the_end_the_numbers_are_the_completions_own() -> None:
    clock = Clock()
    comparison = Comparison(["a/b"], clock=clock)
    streamed(clock, comparison, "one", " two")
    comparison.finish(
        AB,
        Completion(
            text="one two",
            usage=Usage(input_tokens=9, output_tokens=41),
            timing=Timing(duration_s=2.5, ttft_s=0.5),
            cost_usd=Decimal("0.002"),
        ),
    )
    shown = pane(comparison)
    assert (shown.input_tokens, shown.output_tokens, shown.estimated) == (9, 41, False)
    assert (shown.elapsed_s, shown.ttft_s, shown.cost_usd) == (2.5, 0.5, Decimal("0.002"))
    assert shown.tokens_per_s == pytest.approx(40 / 2)  # 1 / tpot_s: (41 - 1) tokens in (2.5 - 0.5) s


def test_thoughts_that_are_counted_but_not_shown_are_no_part_of_the_speed() -> None:
    comparison = Comparison(["a/b"])
    comparison.start(AB)
    usage = Usage(output_tokens=1041, reasoning_tokens=1000)
    comparison.finish(AB, Completion(text="x", usage=usage, timing=Timing(duration_s=12, ttft_s=10)))
    assert pane(comparison).tokens_per_s == pytest.approx(40 / 2)  # and not 1040 / 2


def test_without_reported_usage_the_count_stays_an_estimate() -> None:
    clock = Clock()
    comparison = Comparison(["a/b"], clock=clock)
    streamed(clock, comparison, "one", " two", " three")
    comparison.finish(AB, Completion(text="one two three"))
    assert (pane(comparison).output_tokens, pane(comparison).estimated) == (3, True)
    assert pane(comparison).tokens_per_s == pytest.approx(10)


def test_an_answer_that_did_not_stream_has_no_ttft_and_no_speed() -> None:
    comparison = Comparison(["a/b"])
    comparison.start(AB)
    completion = Completion(text="x", usage=Usage(output_tokens=5), timing=Timing(duration_s=1.0))
    comparison.finish(AB, completion)
    assert (pane(comparison).ttft_s, pane(comparison).tokens_per_s) == (None, None)


@pytest.mark.parametrize(
    ("completion", "note"),
    [
        (Completion(text="x", finish_reason="stop"), ""),
        (Completion(text="x", finish_reason="length"), "cut off: the token limit was reached"),
        (Completion(text="x", finish_reason="content_filter"), "refused by the provider's content filter"),
        (Completion(text="x", finish_reason="other"), "ended by other"),
        (Completion(text="x", cached=True), "from the cache"),
        (Completion(finish_reason="stop"), "the answer is empty"),
        (Completion(tool_calls=(ToolCall(id="1", name="f", arguments='{"n":1}'),)), 'asks for f({"n":1})'),
    ],
)
def test_a_note_says_how_an_answer_ended(completion: Completion, note: str) -> None:
    comparison = Comparison(["a/b"])
    comparison.start(AB)
    comparison.finish(AB, completion)
    assert pane(comparison).note == note


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OverloadedError("busy", retry_after_s=3), "press Run again in 3 s"),
        (ContextLengthError("too long"), "Shorten the prompt"),
        (ConfigError("no key for 'openai': set OPENAI_API_KEY"), "set OPENAI_API_KEY"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
    ],
)
def test_a_failed_pane_says_what_to_do(error: Exception, advice: str) -> None:
    comparison = Comparison(["a/b"])
    comparison.start(AB)
    comparison.fail(AB, error)
    assert pane(comparison).state == "failed"
    assert advice in pane(comparison).error
    assert comparison.errors == {AB: error}


def test_a_call_that_broke_off_keeps_its_text_and_what_it_cost() -> None:
    comparison = Comparison(["a/b"])
    comparison.start(AB)
    comparison.chunk(AB, Chunk(text="half"))
    comparison.fail(AB, OverloadedError("gone", partial=Completion(text="half", cost_usd=Decimal("0.1"))))
    assert (pane(comparison).text, pane(comparison).cost_usd) == ("half", Decimal("0.1"))


def test_what_comes_after_the_end_is_ignored_and_the_clock_stands_still() -> None:
    clock = Clock()
    comparison = Comparison(["a/b"], clock=clock)
    streamed(clock, comparison, "one")
    comparison.stop()
    stopped = pane(comparison)
    clock.now += 60
    comparison.chunk(AB, Chunk(text=" more"))
    comparison.finish(AB, Completion(text="all"))
    comparison.fail(AB, OverloadedError("late"))
    assert pane(comparison) == stopped
    assert stopped.state == "stopped"
    assert (comparison.results, comparison.errors) == ({}, {})


def test_a_pane_that_waits_says_why_and_for_how_long_and_then_streams() -> None:
    comparison = Comparison(["a/b"])
    comparison.start(AB)
    comparison.wait(AB, 7.2, RateLimitError("slow down", provider="a", status=429))
    assert pane(comparison).state == "waiting"
    assert pane(comparison).note == "a has had enough requests for now (429): asking again in 7 s"
    comparison.chunk(AB, Chunk(text="So"))
    assert (pane(comparison).state, pane(comparison).note) == ("streaming", "")


def test_each_repeat_is_an_answer_of_its_own() -> None:
    comparison = Comparison(["a/b", "c/d"], repeats=2)
    comparison.start(("a/b", 1))
    comparison.finish(("a/b", 1), Completion(text="second"))
    assert comparison.models == ("a/b", "c/d")
    assert [(shown.model, shown.repeat, shown.state) for shown in comparison.panes()] == [
        ("a/b", 0, "ready"),
        ("a/b", 1, "done"),
        ("c/d", 0, "ready"),
        ("c/d", 1, "ready"),
    ]
    assert comparison.results == {("a/b", 1): Completion(text="second")}


class Orchestra:
    """Plays what it is told for each model: a completion, an error, or waiting until it is cancelled."""

    def __init__(self, **parts: Completion | Exception | None) -> None:
        self.parts = parts
        self.under_way = asyncio.Event()
        self.cancelled: list[str] = []
        self.asked: list[AnswerOf] = []

    async def play(self, of: AnswerOf, observers: dict[str, Any]) -> Completion:
        self.asked.append(of)
        part = self.parts[of[0]]
        if isinstance(part, Exception):
            raise part
        if part is not None:
            observers["on_chunk"](Chunk(text=part.text))
            return part
        observers["on_chunk"](Chunk(text="so far"))
        self.under_way.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.append(of[0])
            raise
        raise AssertionError("nobody sets this event")


async def test_the_failure_of_one_model_leaves_the_others_alone() -> None:
    comparison = Comparison(["a", "b", "c"])
    client = Orchestra(a=Completion(text="A"), b=RuntimeError("broken"), c=Completion(text="C"))
    await comparison.ask(client.play)
    assert [shown.state for shown in comparison.panes()] == ["done", "failed", "done"]
    assert {of: answer.text for of, answer in comparison.results.items()} == {("a", 0): "A", ("c", 0): "C"}
    assert client.asked == [("a", 0), ("b", 0), ("c", 0)]


async def test_all_answers_are_asked_for_at_the_same_time() -> None:
    meeting = asyncio.Barrier(4)  # opens when four are waiting at it

    async def meet(of: AnswerOf, _: dict[str, Any]) -> Completion:
        await meeting.wait()
        return Completion(text=of[0])

    comparison = Comparison(["a", "b"], repeats=2)
    await asyncio.wait_for(comparison.ask(meet), timeout=5)
    assert list(comparison.results) == [("a", 0), ("a", 1), ("b", 0), ("b", 1)]


async def test_cancelling_stops_those_under_way_and_keeps_those_that_are_done() -> None:
    comparison = Comparison(["a", "b"])
    client = Orchestra(a=Completion(text="A"), b=None)
    work = asyncio.create_task(comparison.ask(client.play))
    await client.under_way.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert [(shown.state, shown.text) for shown in comparison.panes()] == [
        ("done", "A"),
        ("stopped", "so far"),
    ]
    assert client.cancelled == ["b"]


async def test_models_stopped_before_their_turn_are_not_asked() -> None:
    comparison = Comparison(["a"])
    comparison.stop()
    client = Orchestra(a=Completion(text="A"))
    await comparison.ask(client.play)
    assert client.asked == []
    assert pane(comparison).state == "stopped"
