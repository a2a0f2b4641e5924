from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from workbench.cli.figures import count, seconds, tokens, usd

NAN = float("nan")


@pytest.mark.parametrize(
    ("cost", "unknown", "words"),
    [
        (Decimal("1.2"), 3, "$1.20 + 3 unknown"),
        (1234.5, 0, "$1,234.50"),
        (0.01234, 0, "$0.0123"),
        (Decimal("0.000000123"), 0, "$0.000000123"),
        (Decimal("0.000014"), 0, "$0.000014"),
        (0.000797514, 0, "$0.000798"),
        (0.0, 0, "$0"),
        (NAN, 3, "3 unknown"),
        (None, 0, "–"),
    ],
)
def test_what_money_is_not_known_is_said_beside_what_is(
    cost: Decimal | float | None, unknown: int, words: str
) -> None:
    assert usd(cost, unknown) == words


def test_zero_is_a_figure_and_what_is_not_known_is_a_dash() -> None:
    assert [count(0), seconds(0.0), tokens(0)] == ["0", "0.000", "0"]
    assert [count(NAN), seconds(None), tokens(pd.NA)] == ["–", "–", "–"]


def test_figures_have_as_many_digits_as_say_something() -> None:
    assert [seconds(value) for value in (0.0123, 1.234, 12.34, 1234.5)] == [
        "0.012",
        "1.23",
        "12.3",
        "1,234.5",
    ]
    assert [tokens(value) for value in (9_999_999, 12_345_678)] == ["9,999,999", "12.3M"]
