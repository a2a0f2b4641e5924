"""The same calls on another model, by hand arithmetic and against models that were asked the same."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workbench.client import Client
from workbench.errors import ConfigError
from workbench.log import Log, Recorder

Line = Callable[..., bytes]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Calls:
    """Writes calls into a log, and reprices them."""

    def __init__(self, recorder: Recorder, line: Line) -> None:
        self._recorder, self._line = recorder, line

    def add(self, model: str = "vllm/one", /, **fields: Any) -> None:
        provider, name = model.split("/", 1)
        row = {"provider": provider, "model": name, "started_at": NOON, "cost_usd": "0.01"} | fields
        self._recorder.append("calls", self._line(**row))

    def frame(self, model: str, **options: Any) -> pd.DataFrame:
        self._recorder.flush()
        return Log(self._recorder.home).reprice(model, **options)

    def row(self, model: str, **options: Any) -> dict[str, Any]:
        (row,) = self.frame(model, **options).to_dict("records")
        return {str(name): value for name, value in row.items()}


@pytest.fixture
def calls(recorder: Recorder, line: Line) -> Calls:
    return Calls(recorder, line)


def test_a_call_that_nothing_is_known_of_costs_what_as_many_tokens_cost_today(calls: Calls) -> None:
    calls.add(input_tokens=1_000, output_tokens=100)
    row = calls.row("openai/gpt-4o")
    assert (row["provider"], row["model"], row["calls"]) == ("vllm", "one", 1)
    assert (row["input_tokens"], row["est_input_tokens"], row["est_output_tokens"]) == (1_000, 1_000, 100)
    # 1000 × 2.50 + 100 × 10 = 3500 millionths of a US dollar; ±40 %: / 1.4 and / 0.6
    assert row["est_cost_usd"] == pytest.approx(0.0035)
    assert row["est_cost_low_usd"] == pytest.approx(0.0035 / 1.4)
    assert row["est_cost_high_usd"] == pytest.approx(0.0035 / 0.6)
    assert row["difference_usd"] == pytest.approx(0.0035 - 0.01)
    assert row["ratio"] == pytest.approx(0.35)
    assert math.isnan(row["est_duration_p50_s"])
    assert row["est_duration_n"] == 0
    assert row["basis"].startswith(
        "vllm/one: about as many tokens, ±40% of input and ±40% of output, with too few calls of vllm/one "
        "and openai/gpt-4o to learn from; vllm/one: answers as long as they were; prices of 20"
    )
    assert "nothing read from the provider's cache" in row["basis"]
    assert row["basis"].endswith("times unknown: no streamed call of openai/gpt-4o in the log")


def test_a_model_on_itself_has_its_own_tokens_at_todays_prices(calls: Calls) -> None:
    calls.add("openai/gpt-4o", input_tokens=1_000, output_tokens=100, cost_usd="0.007")
    row = calls.row("openai/gpt-4o")
    assert row["est_cost_low_usd"] == row["est_cost_usd"] == row["est_cost_high_usd"] == pytest.approx(0.0035)
    assert row["ratio"] == pytest.approx(0.5)


def test_the_lower_bound_reads_as_much_from_the_cache_as_then_and_the_others_nothing(calls: Calls) -> None:
    calls.add("openai/gpt-4o", input_tokens=1_000, output_tokens=100, cache_read_tokens=600)
    row = calls.row("openai/gpt-4o")
    assert row["est_cost_usd"] == row["est_cost_high_usd"] == pytest.approx(0.0035)
    # 400 × 2.50 + 600 × 1.25 + 100 × 10 = 2750 millionths
    assert row["est_cost_low_usd"] == pytest.approx(0.00275)


def test_cached_and_failed_calls_cost_nothing_and_uncounted_ones_are_counted(calls: Calls) -> None:
    used = {"input_tokens": 1_000, "output_tokens": 100}
    calls.add(**used)
    calls.add(**used, cached=True)
    calls.add(status="error", cost_usd=None)
    calls.add(status="interrupted", cost_usd=None)
    calls.add(**used, cost_usd=None)
    row = calls.row("openai/gpt-4o")
    assert (row["calls"], row["errors"], row["cached"]) == (5, 1, 1)
    assert (row["unknown_cost"], row["uncounted"]) == (2, 1)
    assert (row["input_tokens"], row["est_input_tokens"]) == (2_000, 2_000)
    assert (row["cost_usd"], row["est_cost_usd"]) == pytest.approx((0.01, 0.007))
    # Of the two calls with tokens one has a known cost: only that one is compared.
    assert row["difference_usd"] == pytest.approx(0.0035 - 0.01)
    assert row["ratio"] == pytest.approx(0.35)


def test_only_cached_calls_cost_nothing_on_any_model(calls: Calls) -> None:
    calls.add(input_tokens=1_000, output_tokens=100, cached=True)
    row = calls.row("openai/gpt-4o")
    assert (row["est_input_tokens"], row["est_cost_usd"], row["est_cost_high_usd"]) == (0, 0, 0)
    assert row["basis"].startswith("prices of 20")


def test_of_calls_without_tokens_nothing_is_foretold(calls: Calls) -> None:
    calls.add(cost_usd=None)
    row = calls.row("openai/gpt-4o")
    assert row["uncounted"] == 1
    assert pd.isna(row["est_input_tokens"])
    assert math.isnan(row["est_cost_usd"])
    assert math.isnan(row["ratio"])


def test_a_ratio_to_nothing_is_none(calls: Calls) -> None:
    calls.add(input_tokens=1_000, output_tokens=100, cost_usd="0")
    row = calls.row("openai/gpt-4o")
    assert row["difference_usd"] == pytest.approx(0.0035)
    assert math.isnan(row["ratio"])


def test_samples_that_both_answered_tell_how_much_longer_the_other_answers(calls: Calls) -> None:
    for n in range(20):
        both = {"experiment": "e", "sample": str(n), "epoch": 0, "input_tokens": 10}
        calls.add(**both, output_tokens=10)
        calls.add("vllm/two", **both, output_tokens=30 if n % 2 else 20)
    calls.add(input_tokens=10, output_tokens=10)  # no sample: how long a chat is, the samples do not tell
    asked, chat = (
        calls.row("vllm/two", where=f"model = 'one' AND {which}")
        for which in ("sample IS NOT NULL", "sample IS NULL")
    )
    assert (asked["est_output_tokens"], chat["est_output_tokens"]) == (20 * 25, 10)
    assert "samples answered at 2.50 times the length, as 20 that both answered" in asked["basis"]
    assert "answers as long as they were" in chat["basis"]


def test_the_bounds_of_lengths_are_those_of_a_ratio_of_sums(calls: Calls) -> None:
    for n in range(20):
        both = {"experiment": "e", "sample": str(n), "epoch": 0, "input_tokens": 0}
        calls.add(**both, output_tokens=1_000)
        calls.add("openai/gpt-4o", **both, output_tokens=3_000 if n % 2 else 2_000)
    row = calls.row("openai/gpt-4o", where="model = 'one'")
    assert row["est_output_tokens"] == 50_000
    # The differences are ±500: their standard deviation is 500 × √(20/19) = 513.0, by the mean answer of 2500
    # 0.2052; 1.645 × 0.2052 × √(1/20 + 1/20) = 0.1067. 50,000 × 10 millionths of a US dollar are 0.50.
    assert row["est_cost_usd"] == pytest.approx(0.5, abs=3e-4)  # an empty prompt is not wholly free
    assert row["est_cost_high_usd"] == pytest.approx(0.5 * 1.1067, abs=5e-4)
    assert row["est_cost_low_usd"] == pytest.approx(0.5 * 0.8933, abs=5e-4)


def test_thoughts_that_are_not_in_the_text_do_not_make_a_byte_dearer(calls: Calls) -> None:
    for n in range(40, 80):
        words = "x" * n
        seen = {"text": words, "input_tokens": 10, "finish_reason": "stop"}
        calls.add(**seen, output_tokens=n // 4)
        calls.add("vllm/two", **seen, output_tokens=n // 4 + 500, reasoning_tokens=500)
    row = calls.row("vllm/two", where="model = 'one'")
    assert row["est_output_tokens"] == pytest.approx(row["output_tokens"], rel=0.02)


def test_what_was_redacted_or_pruned_teaches_nothing(calls: Calls) -> None:
    for n in range(40, 80):
        both = {"input_tokens": n, "output_tokens": n}
        calls.add(**both, request={"messages": [{"content": "[redacted]"}]}, text="[redacted]", redacted=True)
        calls.add("vllm/two", **both)
    assert (
        "too few calls of vllm/one and vllm/two to learn from"
        in calls.row("vllm/two", where="model = 'one'")["basis"]
    )


def test_durations_are_those_of_the_others_own_streams(calls: Calls) -> None:
    calls.add(input_tokens=10, output_tokens=101, duration_s=9.0)
    for ttft_s, tpot_s in ((0.1, 0.01), (0.2, 0.02), (0.3, 0.03)):
        calls.add("vllm/two", input_tokens=10, output_tokens=5, ttft_s=ttft_s, tpot_s=tpot_s)
    calls.add("vllm/two", input_tokens=10, output_tokens=5, duration_s=100.0)  # no stream
    calls.add("vllm/two", status="error", ttft_s=50.0, tpot_s=50.0)
    calls.add("vllm/two", cached=True, ttft_s=0.0, tpot_s=0.0)
    row = calls.row("vllm/two", where="model = 'one'")
    assert row["duration_p50_s"] == 9.0
    assert row["est_duration_n"] == 3
    assert row["est_duration_p50_s"] == pytest.approx(0.2 + 100 * 0.02)
    # 5th percentiles of three: 0.1 + 0.1 × (0.2 - 0.1) = 0.11 and 0.011; tokens / 1.4
    assert row["est_duration_low_s"] == pytest.approx(0.11 + 0.011 * (101 / 1.4 - 1))
    assert row["est_duration_high_s"] == pytest.approx(0.29 + 0.029 * (101 / 0.6 - 1))
    assert row["basis"].endswith("times of 3 streamed calls of vllm/two")


def test_a_logged_model_without_a_price_has_times_and_no_cost(calls: Calls) -> None:
    calls.add("openai/of-our-own", input_tokens=10, output_tokens=5, ttft_s=0.1, tpot_s=0.01)
    calls.add(input_tokens=10, output_tokens=11)
    row = calls.row("openai/of-our-own", where="model = 'one'")
    assert math.isnan(row["est_cost_usd"])
    assert row["est_input_tokens"] == 10
    assert row["est_duration_p50_s"] == pytest.approx(0.2)
    assert "price unknown" in row["basis"]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("openai/gpt-4oh", "no price is known for 'openai/gpt-4oh', and .* the nearest .* are 'gpt-4o'"),
        ("gpt-4o", "no provider in 'gpt-4o'"),
        ("nobody/gpt-4o", "unknown provider 'nobody'"),
    ],
)
def test_a_model_that_nobody_knows_is_refused_with_names_that_exist(
    calls: Calls, model: str, words: str
) -> None:
    calls.add(input_tokens=10, output_tokens=5)
    with pytest.raises(ConfigError, match=words):
        calls.frame(model)


def test_groups_add_up_to_the_whole(calls: Calls) -> None:
    for n in range(30):
        day = NOON + timedelta(days=n % 3)
        run = f"r{n % 2}" if n % 4 else None
        calls.add(f"vllm/m{n % 5}", input_tokens=n * 100, output_tokens=n, started_at=day, run=run)
    whole = calls.row("openai/gpt-4o", by=())
    days = calls.frame("openai/gpt-4o", by="day")
    assert list(days["day"]) == [pd.Timestamp(2026, 3, day, tz="UTC") for day in (1, 2, 3)]
    for frame in (days, calls.frame("openai/gpt-4o"), calls.frame("openai/gpt-4o", by=["run", "model"])):
        for column in ("calls", "est_output_tokens", "est_cost_usd", "est_cost_high_usd", "difference_usd"):
            assert frame[column].sum() == pytest.approx(whole[column])
    assert calls.frame("openai/gpt-4o", since=NOON + timedelta(days=2), by=())["calls"].tolist() == [10]
    assert calls.frame("openai/gpt-4o", by="run")["run"].isna().sum() == 1


def test_an_empty_log_gives_an_empty_frame_with_its_columns(home: Path) -> None:
    for by in (("provider", "model"), ()):
        frame = Log(home).reprice("openai/gpt-4o", by=by)
        assert frame.empty
        assert list(frame.columns[: len(by) + 1]) == [*by, "calls"]
        assert frame.columns[-1] == "basis"


async def test_what_another_model_did_cost_lies_between_the_bounds(client: Client) -> None:
    prompts = ["Tell me about {n}.", "What is {n} plus {n}? " * 20, "def f{n}(x):\n    return 2 * x\n" * 9]
    asked = [prompt.format(n=n) for n in range(10) for prompt in prompts]
    for model in ("sim/swift", "sim/steady"):
        calls = (client.chat(model, text, stream=True) for text in asked)
        await asyncio.gather(*calls, return_exceptions=True)  # steady refuses one now and then
    was = client.log.usage(where="status = 'ok'").set_index("model")
    assert was["calls"].min() >= 25
    row = client.log.reprice("sim/steady", where="model = 'swift'").iloc[0]
    truth = row["calls"] * was.loc["steady", "cost_usd"] / was.loc["steady", "calls"]
    assert row["est_cost_low_usd"] < truth < row["est_cost_high_usd"]
    assert row["est_cost_usd"] == pytest.approx(truth, rel=0.15)
    # The two answer at lengths that differ by chance, which the bounds do not know. All calls count,
    # those too that were measured while this machine was busy.
    took = client.log.calls(model="sim/steady", where="status = 'ok'")["duration_s"].median()
    assert row["est_duration_p50_s"] == pytest.approx(took, rel=0.3)
    assert "30 of its calls" in row["basis"]
