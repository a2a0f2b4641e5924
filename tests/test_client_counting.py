"""What is known of a call before it is made: its tokens, and what it will cost."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from aiohttp import web
from served import serving
from tokenizers import Tokenizer, models, pre_tokenizers

from workbench.calls import Image, Message, Request, Text
from workbench.client import Client
from workbench.client.estimates import by_line
from workbench.client.vocabularies import tokenizer_of
from workbench.config import Settings
from workbench.errors import ConfigError, RateLimitError
from workbench.log.tokens import GUESS, Line
from workbench.providers import HOSTS, register

QUESTION = "What is the capital of France?"  # 30 bytes
PLACES = ("France", "Italy", "Norway", "Japan", "Egypt", "Peru", "Kenya", "Cuba", "Greece", "Austria")


async def learn(client: Client) -> None:
    for place in PLACES:
        await client.chat("sim/swift", f"What is the capital of {place}? " * (1 + len(place)))


async def test_without_a_log_the_tokens_are_guessed(client: Client) -> None:
    found = await client.count_tokens("sim/swift", QUESTION)
    # 5 + 30 / 3.8 = 12.9; between 12.9 / 1.4 = 9.2 and 12.9 / 0.6 = 21.5
    assert (found.tokens, found.low, found.high) == (13, 9, 22)
    assert (found.method, found.exact) == ("guess", False)


async def test_ten_calls_teach_how_a_model_counts(client: Client) -> None:
    await learn(client)
    asked = "Which letter has box 7, A, B, C or D? " * 5
    found = await client.count_tokens("sim/swift", asked)
    answer = await client.chat("sim/swift", asked)
    assert found.method == "learned"
    assert answer.usage.input_tokens is not None
    assert found.low <= answer.usage.input_tokens <= found.high
    assert found.tokens == pytest.approx(answer.usage.input_tokens, rel=0.15)


async def test_a_count_writes_no_row_and_takes_less_than_a_millisecond(client: Client) -> None:
    await client.count_tokens("sim/swift", QUESTION)
    took_s = []
    for _ in range(20):
        began = time.perf_counter()
        await client.count_tokens("sim/swift", QUESTION)
        took_s.append(time.perf_counter() - began)
    assert min(took_s) < 0.001
    assert len(client.log.calls()) == 0


async def test_the_system_prompt_and_tools_count(client: Client) -> None:
    def weather(city: str) -> str:
        """The weather in a city, in one word."""
        return city

    plain = await client.count_tokens("sim/swift", QUESTION)
    more = await client.count_tokens("sim/swift", QUESTION, system="Be brief. " * 10)
    tooled = await client.count_tokens("sim/swift", QUESTION, tools=[weather])
    assert more.tokens == pytest.approx(plain.tokens + 100 / 3.8, abs=1)
    assert tooled.tokens > plain.tokens + 10


async def test_pictures_make_the_range_wide(client: Client) -> None:
    parts = (Text(text=QUESTION), Image(data=b"\x89PNG"))
    found = await client.count_tokens("openai/gpt-5", [Message(role="user", content=parts)], api_key="sk-1")
    assert found.method == "guess"
    assert found.low < 100 < found.tokens < 1_000
    assert found.high > 3_000


async def test_the_server_counts_exactly_where_it_is_asked_to(client: Client) -> None:
    asked = []

    async def count(request: web.Request) -> web.Response:
        asked.append((request.path, await request.json()))
        return web.json_response({"input_tokens": 17})

    async with serving(count) as url:
        register(replace(HOSTS["sim"], name="counts", protocol="anthropic", variants={}, base_url=url))
        found = await client.count_tokens("counts/sage", QUESTION, exact=True)
    del HOSTS["counts"]
    assert (found.tokens, found.low, found.high) == (17, 17, 17)
    assert (found.method, found.exact) == ("server", True)
    [(path, body)] = asked
    assert path.endswith("/messages/count_tokens")
    assert "max_tokens" not in body
    assert len(client.log.calls()) == 0


async def test_a_host_that_counts_in_another_protocol_says_so_in_its_options(client: Client) -> None:
    async def count(request: web.Request) -> web.Response:
        return web.json_response({"input_tokens": 17})

    async with serving(count) as url:
        options = {"count": "anthropic"}
        register(replace(HOSTS["sim"], name="counts", variants={}, base_url=url, options=options))
        found = await client.count_tokens("counts/swift", QUESTION, exact=True)
    del HOSTS["counts"]
    assert found.exact


async def test_a_server_that_will_not_count_is_an_error(client: Client) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.json_response({"error": {"message": "slow down"}}, status=429)

    async with serving(refuse) as url:
        register(replace(HOSTS["sim"], name="counts", protocol="anthropic", variants={}, base_url=url))
        with pytest.raises(RateLimitError, match="number of tokens"):
            await client.count_tokens("counts/sage", QUESTION, exact=True)
    del HOSTS["counts"]


async def test_who_does_not_count_is_not_asked_to(client: Client) -> None:
    with pytest.raises(ConfigError, match="sim does not count tokens: leave out exact=True"):
        await client.count_tokens("sim/swift", QUESTION, exact=True)


async def test_a_tokenizer_that_the_settings_name_counts(tmp_path: Path, simulated: Settings) -> None:
    words = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.save(str(tmp_path / "tokenizer.json"))
    lines = f"other/model=/nowhere\nsim/swift = {tmp_path / 'tokenizer.json'}"
    settings = replace(simulated, values={**simulated.values, "WORKBENCH_TOKENIZERS": lines})
    async with Client(home=tmp_path / "home", settings=settings) as client:
        found = await client.count_tokens("sim/swift", QUESTION)
        other = await client.count_tokens("sim/steady", QUESTION)
    # 7 words and signs, 4 around the turn and 3 before the answer; a tenth more or less.
    assert (found.tokens, found.low, found.high) == (14, 12, 16)
    assert (found.method, found.exact) == ("tokenizer", False)
    assert other.method == "guess"


def test_a_tokenizer_that_is_none_is_said(tmp_path: Path) -> None:
    values = {"WORKBENCH_TOKENIZERS": f"sim/swift={tmp_path / 'gone.json'}"}
    with pytest.raises(ConfigError, match=r"gone\.json' is no tokenizer\.json that can be read"):
        tokenizer_of("sim/swift", Settings(project=tmp_path, values=values))


async def test_the_cost_of_a_call_is_estimated_from_tokens_answers_and_prices(client: Client) -> None:
    found = await client.estimate("sim/swift", QUESTION, max_tokens=1_000)
    # swift: 0.10 and 0.40 USD per million. 9 to 22 tokens of input; answers of 1, 500, at most 1,000 tokens.
    assert found.low_usd == (9 * Decimal("0.10") + 1 * Decimal("0.40")) / 1_000_000
    assert found.expected_usd == (13 * Decimal("0.10") + 500 * Decimal("0.40")) / 1_000_000
    assert found.high_usd == (22 * Decimal("0.10") + 1_000 * Decimal("0.40")) / 1_000_000
    assert found.basis == (
        "13 tokens of input (9 to 22, guess); answers of 500 tokens (1 to 1,000, guessed); "
        f"prices of {datetime.now(UTC):%Y-%m-%d} (the provider's row)"
    )


async def test_an_estimate_holds_what_calls_of_its_kind_then_cost(client: Client) -> None:
    await learn(client)
    asked = "What is the capital of Japan? " * 4
    found = await client.estimate("sim/swift", asked)
    answer = await client.chat("sim/swift", asked)
    assert found.low_usd is not None
    assert found.high_usd is not None
    assert answer.cost_usd is not None
    assert found.low_usd <= answer.cost_usd <= found.high_usd
    assert "learned from 10" in found.basis


async def test_without_a_price_the_cost_is_unknown_and_without_one_to_pay_it_is_nothing(
    client: Client,
) -> None:
    register(replace(HOSTS["sim"], name="priceless", prices={}, variants={}))
    unknown = await client.estimate("priceless/swift", QUESTION)
    del HOSTS["priceless"]
    assert (unknown.low_usd, unknown.expected_usd, unknown.high_usd) == (None, None, None)
    assert unknown.basis.endswith("no price is known for priceless/swift")
    free = await client.estimate("ollama/llama3.2", QUESTION)
    assert (free.low_usd, free.expected_usd, free.high_usd) == (0, 0, 0)


def test_a_line_that_fits_its_own_calls_badly_is_not_believed() -> None:
    bad = Line(first=1.0, per_byte=0.0002, error=0.95, n=200, longest=35_000)
    request = Request(model="m", messages=(Message(role="user", content="x " * 35_000),))
    body = {"messages": [{"role": "user", "content": "x " * 35_000}]}
    assert by_line(bad, request, body) == by_line(GUESS, request, body)
    assert by_line(bad, request, body).method == "guess"
