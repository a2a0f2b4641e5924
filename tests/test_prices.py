"""What a call cost, checked by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from uuid6 import uuid7

from workbench.calls import Call, Completion, Endpoint, OwnPrice, Params, Request, Usage
from workbench.config import Settings
from workbench.prices import cost_usd, price, priced_models, rates
from workbench.providers import HOSTS, endpoint

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
SETTINGS = Settings(
    project=Path(),
    values={
        f"{name}_API_KEY": "sk-0123456789"
        for name in ("OPENAI", "ANTHROPIC", "GROQ", "GOOGLE", "GEMINI", "DEEPSEEK")
    },
)


def cost(name: str, at: datetime = AT, tier: str | None = None, **tokens: int) -> Decimal | None:
    provider, model = name.split("/", 1)
    return cost_usd(endpoint(provider, model, SETTINGS), model, Usage(**tokens), at, tier)[0]


@pytest.mark.parametrize(
    ("name", "tokens", "expected"),
    [
        # gpt-4o, USD per million: input 2.50, cached input 1.25, output 10.
        # 1000 × 2.50 + 100 × 10 = 2500 + 1000 = 3500 millionths
        ("openai/gpt-4o", {"input_tokens": 1000, "output_tokens": 100}, "0.0035"),
        # 600 of the 1000 are cached: 400 × 2.50 + 600 × 1.25 + 100 × 10 = 1000 + 750 + 1000 = 2750 millionths
        ("openai/gpt-4o", {"input_tokens": 1000, "output_tokens": 100, "cache_read_tokens": 600}, "0.00275"),
        # Reasoning is part of the output, and not paid a second time.
        ("openai/gpt-4o", {"input_tokens": 1000, "output_tokens": 100, "reasoning_tokens": 90}, "0.0035"),
        # claude-haiku-4-5: input 1, from the cache 0.10, into the cache 1.25, output 5.
        # 300 × 1 + 600 × 0.10 + 100 × 1.25 + 100 × 5 = 300 + 60 + 125 + 500 = 985 millionths
        (
            "anthropic/claude-haiku-4-5",
            {"input_tokens": 1000, "output_tokens": 100, "cache_read_tokens": 600, "cache_write_tokens": 100},
            "0.000985",
        ),
        # What is kept for an hour costs 2 instead of 1.25: of the 100 written, 40.
        # 300 × 1 + 600 × 0.10 + 60 × 1.25 + 40 × 2 + 100 × 5 = 300 + 60 + 75 + 80 + 500 = 1015 millionths
        (
            "anthropic/claude-haiku-4-5",
            {
                "input_tokens": 1000,
                "output_tokens": 100,
                "cache_read_tokens": 600,
                "cache_write_tokens": 100,
                "cache_write_1h_tokens": 40,
            },
            "0.001015",
        ),
        # gpt-4 has no price for cached input: 1000 × 30 + 100 × 60 = 36000 millionths.
        ("openai/gpt-4", {"input_tokens": 1000, "output_tokens": 100, "cache_read_tokens": 500}, "0.036"),
        # gemini-2.5-flash: input 0.30, of audio 1, from the cache 0.03, output 2.50.
        # 700 × 0.30 + 300 × 1 + 100 × 2.50 = 210 + 300 + 250 = 760 millionths
        (
            "google/gemini-2.5-flash",
            {"input_tokens": 1000, "output_tokens": 100, "input_audio_tokens": 300},
            "0.00076",
        ),
        # gemini-2.5-pro: 1.25 and 10, above 200,000 tokens of input 2.50 and 15 for all of them.
        # 200,000 × 1.25 + 100 × 10 = 251,000; 200,001 × 2.50 + 100 × 15 = 501,502.5 millionths
        ("google/gemini-2.5-pro", {"input_tokens": 200_000, "output_tokens": 100}, "0.251"),
        ("google/gemini-2.5-pro", {"input_tokens": 200_001, "output_tokens": 100}, "0.5015025"),
        ("openai/gpt-4o", {"input_tokens": 0, "output_tokens": 0}, "0"),
    ],
)
def test_the_price_list_gives_what_hand_arithmetic_gives(
    name: str, tokens: dict[str, int], expected: str
) -> None:
    assert cost(name, **tokens) == Decimal(expected)


@pytest.mark.parametrize(
    ("hour", "expected"),
    [
        # deepseek-v4-pro: 0.66 and 1.98, from the cache 0.022; twice that from 1 to 4 and from 6 to 10 UTC.
        # 400 × 0.66 + 600 × 0.022 + 100 × 1.98 = 264 + 13.2 + 198 = 475.2 millionths
        (0, "0.0004752"),
        (1, "0.0009504"),
        (5, "0.0004752"),
        (9, "0.0009504"),
        (10, "0.0004752"),
    ],
)
def test_what_deepseek_costs_depends_on_the_hour(hour: int, expected: str) -> None:
    found = cost(
        "deepseek/deepseek-v4-pro",
        datetime(2026, 11, 1, hour, 30, tzinfo=UTC),
        input_tokens=1000,
        output_tokens=100,
        cache_read_tokens=600,
    )
    assert found == Decimal(expected)


@pytest.mark.parametrize(
    ("name", "tier", "expected"),
    [
        # gpt-5: 1.25 and 10; flex 0.625 and 5; priority and fast 2.50 and 20.
        ("openai/gpt-5", None, "0.00225"),
        ("openai/gpt-5", "default", "0.00225"),
        ("openai/gpt-5", "auto", "0.00225"),
        ("openai/gpt-5", "flex", "0.001125"),
        ("openai/gpt-5", "priority", "0.0045"),
        ("openai/gpt-5", "fast", "0.0045"),
        # claude-opus-5-5 in fast mode, which the list calls a speed: 8 and 40.
        ("anthropic/claude-opus-5-5", "fast", "0.012"),
        # Groq's tiers have one price, and the list has none for flex of a model of OpenAI's that is older.
        ("groq/llama-3.3-70b-versatile", "flex", "0.000669"),  # 0.59 and 0.79
        ("openai/gpt-4", "flex", None),
    ],
)
def test_a_service_tier_has_its_own_price(name: str, tier: str | None, expected: str | None) -> None:
    found = cost(name, tier=tier, input_tokens=1000, output_tokens=100)
    assert found == (None if expected is None else Decimal(expected))


def test_a_price_holds_from_its_date() -> None:
    tokens = {"input_tokens": 300_000, "output_tokens": 0}
    # claude-opus-4-6: 5, and until 2026-03-13 it was 10 above 200,000 tokens of input.
    march = [
        cost("anthropic/claude-opus-4-6", datetime(2026, 3, day, tzinfo=UTC), **tokens) for day in (1, 20)
    ]
    assert march == [Decimal("3"), Decimal("1.5")]
    # The list knows the price of flex since 2026-10-12.
    assert cost("openai/gpt-5", datetime(2026, 10, 1, tzinfo=UTC), "flex", **tokens) is None


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("openai/no-such-model", {"input_tokens": 1, "output_tokens": 1}),
        ("openai/gpt-4o", {"input_tokens": 1}),
        ("openai/gpt-4o", {"output_tokens": 1}),
        ("openai/gpt-4o", {}),
        ("openai/gpt-4o", {"input_tokens": 1, "output_tokens": 1, "cache_read_tokens": 2}),  # does not add up
        ("openai/whisper-1", {"input_tokens": 1, "output_tokens": 1}),  # priced by the minute
        ("groq/whisper-large-v3", {"input_tokens": 1, "output_tokens": 1}),  # priced by the hour
    ],
)
def test_what_is_not_known_is_none_and_not_free(name: str, tokens: dict[str, int]) -> None:
    assert cost(name, **tokens) is None


def test_a_local_server_is_free_and_its_tokens_must_be_known_all_the_same() -> None:
    assert cost("ollama/llama3.2", input_tokens=5, output_tokens=5) == 0
    assert cost("ollama/llama3.2") is None


def test_a_hosts_own_price_comes_before_the_list() -> None:
    # swift: 0.10 and 0.40 USD per million; 1000 × 0.10 + 50 × 0.40 = 120 millionths
    assert cost("sim/swift", input_tokens=1000, output_tokens=50) == Decimal("0.00012")


@pytest.mark.parametrize(
    ("prices", "cached", "expected"),
    [
        # 1000 × 2 + 100 × 8 = 2800; with cached input at 0.5: 400 × 2 + 600 × 0.5 + 100 × 8 = 1900
        ((Decimal(2), Decimal(8)), 600, "0.0028"),
        ((Decimal(2), Decimal(8), Decimal("0.5")), 600, "0.0019"),
        ((Decimal(2), Decimal(8), Decimal("0.5")), 1001, None),
    ],
)
def test_an_own_price_may_have_one_for_cached_input(
    prices: OwnPrice, cached: int, expected: str | None
) -> None:
    to = Endpoint(provider="x", protocol="openai", base_url="http://x", prices={"m": prices})
    usage = Usage(input_tokens=1000, output_tokens=100, cache_read_tokens=cached)
    found, _ = cost_usd(to, "m", usage, AT)
    assert found == (None if expected is None else Decimal(expected))


def test_the_source_of_a_price_is_named() -> None:
    used = Usage(input_tokens=1, output_tokens=1)
    at = [
        cost_usd(endpoint(*name, SETTINGS), name[1], used, AT)[1]
        for name in (("openai", "gpt-4o"), ("ollama", "x"), ("openai", "no-such-model"))
    ]
    assert at[0] is not None
    assert at[0].startswith("genai-prices 0.")
    assert at[1:] == ["the provider's row", None]


@pytest.fixture
def a_call() -> Callable[[str], Call]:
    def make(model: str) -> Call:
        to = endpoint("openai", model, SETTINGS)
        return Call(id=uuid7(), started_at=AT, endpoint=to, request=Request(model=model, messages=()))

    return make


async def test_a_cost_that_the_provider_reports_wins(a_call: Callable[[str], Call]) -> None:
    usage = Usage(input_tokens=1000, output_tokens=100)

    async def reported(call: Call) -> Completion:
        return Completion(usage=usage, cost_usd=Decimal("0.5"), price_version="reported by the provider")

    async def unreported(call: Call) -> Completion:
        return Completion(usage=usage)

    answer = await price(a_call("gpt-4o"), reported)
    assert (answer.cost_usd, answer.price_version) == (Decimal("0.5"), "reported by the provider")
    assert (await price(a_call("gpt-4o"), unreported)).cost_usd == Decimal("0.0035")
    assert (await price(a_call("no-such-model"), unreported)).cost_usd is None


async def test_the_tier_that_answered_counts_before_the_one_that_was_asked_for(
    a_call: Callable[[str], Call],
) -> None:
    call = a_call("gpt-5")
    asked = replace(call, request=replace(call.request, params=Params(service_tier="flex")))
    usage = Usage(input_tokens=1000, output_tokens=100)

    async def silent(call: Call) -> Completion:
        return Completion(usage=usage)

    async def default(call: Call) -> Completion:
        return Completion(usage=usage, service_tier="default")

    assert (await price(asked, silent)).cost_usd == Decimal("0.001125")
    assert (await price(asked, default)).cost_usd == Decimal("0.00225")


async def test_a_vector_costs_its_input(a_call: Callable[[str], Call]) -> None:
    async def embedded(call: Call) -> Completion:
        return Completion(vectors=((0.0, 1.0),), usage=Usage(input_tokens=1000))

    call = replace(a_call("text-embedding-3-small"), operation="embed")
    # 0.02 a million
    assert (await price(call, embedded)).cost_usd == Decimal("0.00002")


@pytest.mark.parametrize(
    "name",
    [
        ("openai", "gpt-4o"),
        ("anthropic", "claude-haiku-4-5"),
        ("google", "gemini-2.5-pro"),  # dearer above 200,000 tokens of input
        ("perplexity", "sonar"),  # a price for each call, too
        ("sim", "swift"),
        ("vllm", "x"),
    ],
    ids="/".join,
)
@pytest.mark.parametrize("tokens", [(0, 0), (7, 5), (200_000, 100), (200_001, 100), (1_000_000, 0)])
def test_rates_give_what_the_price_of_a_call_gives(name: tuple[str, str], tokens: tuple[int, int]) -> None:
    to = Endpoint(
        provider=name[0], protocol="openai", base_url="http://x", price_list=name[0],
        prices=HOSTS[name[0]].prices if name[0] in HOSTS else {},
    )  # fmt: skip
    read, said = tokens
    rate = [rate for rate in rates(to, name[1], AT) if read > rate.above_tokens][-1]
    for cached in (0, read // 2):
        usage = Usage(input_tokens=read, output_tokens=said, cache_read_tokens=cached)
        expected, _ = cost_usd(to, name[1], usage, AT)
        assert expected is not None
        parts = (
            rate.call_usd,
            (read - cached) * rate.input_usd,
            cached * rate.cached_usd,
            said * rate.output_usd,
        )
        assert sum(parts) == pytest.approx(float(expected))


@pytest.mark.parametrize("model", ["no-such-model", "whisper-1"])
def test_a_model_without_a_price_has_no_rates(model: str) -> None:
    assert rates(endpoint("openai", model, SETTINGS), model, AT) == ()


def test_models_with_a_price_are_listed_by_provider() -> None:
    assert "gpt-4o" in priced_models(endpoint("openai", "", SETTINGS))
    assert "swift" in priced_models(endpoint("sim", "", SETTINGS))
