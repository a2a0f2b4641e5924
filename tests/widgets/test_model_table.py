from __future__ import annotations

from decimal import Decimal
from typing import Any

from workbench.calls import ModelInfo
from workbench.client import Client
from workbench.widgets.model_table import MOST_ROWS, ModelTable


def row(name: str, price: str | None = None, **facts: Any) -> dict[str, Any]:
    known = {field: getattr(ModelInfo(id=name, **facts), field) for field in ModelInfo.__dataclass_fields__}
    provider, _, model = name.partition("/")
    usd = None if price is None else Decimal(price)
    return {
        **known,
        "provider": provider,
        "model": model,
        "input_usd_per_mtok": usd,
        "output_usd_per_mtok": usd,
    }


ROWS = [
    row("a/Small", "0", tools=True, images=False, context_tokens=8000, listed=True),
    row("a/large", "2.5", tools=True, images=True, output_tokens=4096, listed=True),
    row("b/odd", listed=False),
    row("b/vectors", "0.1", chat=False, listed=False),
]


def names(table: ModelTable) -> list[str]:
    return [each.choice.name for each in table.found]


def test_all_words_have_to_be_in_the_row_in_any_column() -> None:
    table = ModelTable(ROWS)
    assert len(table.found) == 4
    for text, wanted in {
        "a/": ["a/Small", "a/large"],
        "SMALL": ["a/Small"],
        "tools images": ["a/large"],
        "free": ["a/Small"],
        "conversation": ["b/vectors"],
        "not listed": ["b/odd", "b/vectors"],
        "nothing has this": [],
    }.items():
        table.search.value = text
        assert names(table) == wanted, text


def test_the_table_follows_the_search_and_counts_all() -> None:
    table = ModelTable(ROWS)
    page = table._table.value
    assert "4 models (a 2, b 2)." in page
    assert "b: no listing, names of our own table; there may be more." in page
    assert "$2.50 / $2.50" in page
    assert "4,096" in page
    assert "price unknown" in page
    table.search.value = "large"
    assert "1 of 4 models" in table._table.value
    assert "Small" not in table._table.value
    assert table.static_html() == table._table.value
    assert table.static_text().startswith("1 of 4 models (a 2, b 2).")


def test_of_many_models_the_first_are_shown_and_it_says_so() -> None:
    table = ModelTable([row(f"a/{n}") for n in range(400)])
    assert table.static_html().count('scope="row"') == MOST_ROWS
    assert f"The first {MOST_ROWS} are shown" in table.static_html()
    assert "400 models" in table.static_text()


def test_names_of_providers_are_text() -> None:
    page = ModelTable([row("a/<script>alert(1)</script>")]).static_html()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_no_models_are_none() -> None:
    assert ModelTable([]).static_text() == "0 models (none)."


async def test_it_takes_the_catalogue_of_a_client(client: Client) -> None:
    table = ModelTable(await client.catalog("sim"), "swift")
    assert names(table) == ["sim/swift"]
    assert "$0.10 / $0.40" in table.static_html()
