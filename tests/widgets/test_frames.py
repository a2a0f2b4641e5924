"""Tables as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from workbench.calls import ModelInfo
from workbench.client.health import Health
from workbench.widgets.frames import MOST_ROWS, show


def cells(html: str) -> list[list[str]]:
    """The texts of a table, row by row."""
    rows: list[list[str]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag == "tr":
                rows.append([])
            elif tag in {"td", "th"}:
                rows[-1].append("")
            else:
                assert tag in {"table", "thead", "tbody", "div", "p", "wbr"}

        def handle_data(self, data: str) -> None:
            if rows and rows[-1]:
                rows[-1][-1] += data

    Reader().feed(html.partition("<p")[0])
    return rows


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("cost_usd", 0.000055, "$0.000055"),
        ("cost_usd", Decimal("1234.5"), "$1234.5000"),
        ("cost_usd", 0, "$0"),
        ("difference_usd", -0.5, "-$0.5000"),
        ("input_usd_per_mtok", Decimal("0.1"), "$0.1000"),
        ("duration_s", 0.08429, "0.084 s"),
        ("duration_p50_s", 1234.5, "1,234.50 s"),
        ("calls", 12345, "12,345"),
        ("calls", np.int64(12345), "12,345"),
        ("kappa", 1 / 3, "0.3333"),
        ("images", True, "yes"),
        ("day", pd.Timestamp("2026-11-21", tz="UTC"), "2026-11-21"),
        ("started_at", datetime(2026, 11, 21, 8, 5, tzinfo=UTC), "2026-11-21 08:05:00"),
        ("refuses", frozenset({"seed"}), "seed"),
        ("text", "x" * 1000, "x" * 300 + "…"),
    ],
)
def test_a_value_is_shown_with_its_unit(name: str, value: object, shown: str) -> None:
    assert cells(show([{name: value}])._repr_html_()) == [[name], [shown]]


def test_what_is_not_known_is_a_dash_and_not_a_zero() -> None:
    frame = pd.DataFrame({"model": ["a", None], "cost_usd": [np.nan, 0.5], "n": pd.array([None, 3], "Int64")})
    assert cells(show(frame)._repr_html_())[1:] == [["a", "–", "–"], ["–", "$0.5000", "3"]]


def test_a_column_without_anything_known_is_named_beneath_the_table() -> None:
    shown = show([{"model": "a", "tokens": None, "cost_usd": None}])
    assert cells(shown._repr_html_()) == [["model"], ["a"]]
    assert "nothing known of tokens, cost_usd" in shown._repr_html_()
    assert repr(shown) == "model\na\nnothing known of tokens, cost_usd"
    assert list(shown.columns) == ["model", "tokens", "cost_usd"]


def test_names_and_texts_are_never_markup() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    frame = pd.DataFrame({hostile: [hostile]}, index=pd.Index([hostile], name=hostile))
    assert cells(show(frame)._repr_html_()) == [[hostile, hostile], [hostile, hostile]]


def test_a_terminal_gets_columns_and_no_control_characters() -> None:
    shown = show([{"model": "a\x1b[31m", "calls": 5}, {"model": "long name", "calls": 12345}])
    assert repr(shown).splitlines() == ["model       calls", "a\\x1b[31m       5", "long name  12,345"]


def test_what_is_too_wide_for_a_terminal_stands_upright() -> None:
    shown = show([{f"a_long_name_{n}": n for n in range(10)}, {"a_long_name_0": 5}])
    assert repr(shown).splitlines()[:2] == ["a_long_name_0  0  5", "a_long_name_1  1  –"]
    assert len(repr(shown).splitlines()) == 10


def test_an_index_with_names_is_a_column() -> None:
    frame = pd.DataFrame({"calls": [1]}, index=pd.Index(["gpt"], name="model"))
    assert cells(show(frame)._repr_html_()) == [["model", "calls"], ["gpt", "1"]]


def test_a_long_table_says_how_long_it_is() -> None:
    shown = show(pd.DataFrame({"n": range(1234)}))
    assert len(cells(shown._repr_html_())) == MOST_ROWS + 1
    assert f"{MOST_ROWS} of 1,234 rows" in shown._repr_html_()


def test_an_empty_table_says_so() -> None:
    assert repr(show(pd.DataFrame({"calls": []}))) == "calls\nno rows"
    assert repr(show([])) == "no rows"
    assert "no rows" in show([])._repr_html_()


def test_records_are_rows() -> None:
    health = show([Health(provider="sim", status="ok", latency_s=0.0042, models=4)])
    assert health.loc[0, "models"] == 4
    assert "0.004 s" in repr(health)
    assert cells(show((ModelInfo(id="m", tools=True),))._repr_html_()) == [["id", "tools"], ["m", "yes"]]


def test_how_a_provider_is_takes_one_line() -> None:
    well = Health(provider="sim", status="ok", latency_s=0.0042, models=4)
    ill = Health(provider="openai", status="unconfigured", problem="no key", remedy="set one")
    assert repr([well, ill]) == (
        "[Health(sim ok · 0.00 s · 4 models), Health(openai unconfigured · no key · set one)]"
    )


def test_it_is_a_frame_and_what_is_made_of_it_is_a_plain_one() -> None:
    frame = pd.DataFrame({"model": ["a", "b"], "cost_usd": [1.0, 2.0]})
    shown = show(frame)
    assert shown["cost_usd"].sum() == 3.0
    assert type(shown[shown["cost_usd"] > 1]) is pd.DataFrame
    pd.testing.assert_frame_equal(pd.DataFrame(shown), frame)
