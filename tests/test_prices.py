"""What a call cost, checked by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from uuid6 import uuid7

from workbench.calls import Call, Completion, Endpoint, Request, Usage
from workbench.config import Settings
from workbench.prices import cost_usd, price, priced_models, rates
from workbench.providers import HOSTS, endpoint

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
SETTINGS = Settings(
    project=Path(),
    values={f"{name}_API_KEY": "sk-0123456789" for name in ("OPENAI", "ANTHROPIC", "GROQ")},
)


def cost(name: str, **tokens: int) -> Decimal | None:
    provider, model = name.split("/", 1)
    return cost_usd(endpoint(provider, model, SETTINGS), model, Usage(**tokens), AT)[0]


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
        ("openai/gpt-4o", {"input_tokens": 0, "output_tokens": 0}, "0"),
    ],
)
def test_the_price_list_gives_what_hand_arithmetic_gives(
    name: str, tokens: dict[str, int], expected: str
) -> None:
    assert cost(name, **tokens) == Decimal(expected)


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
