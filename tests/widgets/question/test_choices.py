from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from workbench.calls import Completion, Endpoint, ModelInfo
from workbench.client import Client
from workbench.providers.models_file import remember_listing
from workbench.widgets.question.choices import Choice, choices_of


class Other:
    """A client that is not the workbench's."""

    chat: Callable[..., Awaitable[Completion]]
    bind: Callable[..., Any]


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """One that can ask nobody: it has no key, and a home of its own."""
    return Client(tmp_path, settings={"OPENAI_API_KEY": ""})


def priced(input_usd: str, output_usd: str, *, local: bool = False) -> str:
    prices = Decimal(input_usd), Decimal(output_usd)
    return Choice(name="a/b", price_input_usd=prices[0], price_output_usd=prices[1], local=local).price


def test_the_price_of_a_model_comes_from_the_price_list_without_a_key(client: Client) -> None:
    (choice,) = choices_of(client, ["openai/gpt-4o"])
    assert (choice.price_input_usd, choice.price_output_usd) == (Decimal("2.5"), Decimal(10))
    assert choice.price == "$2.50 / $10.00"
    assert choice.context == "128k"


def test_a_local_model_is_free_and_says_so(client: Client) -> None:
    (choice,) = choices_of(client, ["ollama/llama3.2:3b"])
    assert choice.price_input_usd == choice.price_output_usd == 0
    assert choice.price == "free, local"


def test_what_a_provider_listed_before_is_known_without_asking_it_again(client: Client) -> None:
    listed = ModelInfo(id="gpt-unheard-of", context_tokens=77_000, chat=False)
    assert remember_listing(client.home, Endpoint(provider="openai", protocol="", base_url=""), [listed])
    (choice,) = choices_of(client, ["openai/gpt-unheard-of"])
    assert (choice.context, choice.chat) == ("77k", False)


def test_a_model_that_no_table_knows_has_an_unknown_price_and_not_none(client: Client) -> None:
    names = ["openai/made-up-just-now", "nobody/knows"]
    choices = choices_of(client, names)
    assert [choice.name for choice in choices] == names
    assert [choice.price for choice in choices] == ["price unknown"] * 2
    assert [choice.context for choice in choices] == ["–"] * 2


def test_of_another_client_nothing_is_known_but_the_names() -> None:
    assert choices_of(Other(), ["openai/gpt-4o"]) == (Choice(name="openai/gpt-4o"),)


def test_prices_have_two_digits_and_four_where_they_need_them() -> None:
    assert priced("0.0375", "1250") == "$0.0375 / $1,250.00"
    assert priced("0", "0.1") == "$0.00 / $0.10"
    assert (priced("0", "0"), priced("0", "0", local=True)) == ("free", "free, local")


@pytest.mark.parametrize(
    ("tokens", "words"),
    [(512, "512"), (8_192, "8k"), (999_999, "1M"), (1_048_576, "1.05M"), (10_000_000, "10M"), (None, "–")],
)
def test_contexts_are_rounded_to_thousands_and_millions(tokens: int | None, words: str) -> None:
    assert Choice(name="a/b", context_tokens=tokens).context == words


def test_every_word_has_to_be_in_the_name_whatever_its_case() -> None:
    choice = Choice(name="OpenAI/gpt-5-Mini")
    assert choice.matches(["MINI", "open"])
    assert choice.matches([])
    assert not choice.matches(["mini", "claude"])
