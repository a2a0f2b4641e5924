"""Values to be read out of JSON."""

from __future__ import annotations

import json
import random
from typing import Any

from families.item import Item, Template, listed, number, text
from families.words import WORDS

_LENGTHS = (4, 7, 12)
_NAMES = ("Ada", "Boris", "Chloe", "Dario", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Luis")
_STATES = ("open", "paid", "sent")


def path(rng: random.Random, level: int) -> Item:
    """The value at the end of a path, which is longer on each level."""
    keys = rng.sample(WORDS, 3 * (level + 2))
    target = rng.choice(_NAMES)
    value: Any = target
    way: list[str] = []
    while keys:  # from the inside
        here, keys = keys[:3], keys[3:]
        way.insert(0, rng.choice(here))
        value = {key: value if key == way[0] else rng.choice(_NAMES) for key in here}
    return text(
        f"{_given('object', value)}\nWhich value is at {'.'.join(way)}?",
        "the value, without quotation marks",
        target,
    )


def total(rng: random.Random, level: int) -> Item:
    """The sum of a field."""
    products = _products(rng, level)
    return number(
        f"{_given('list', products)}\nWhat is the sum of all quantities?",
        sum(p["quantity"] for p in products),
    )


def chosen(rng: random.Random, level: int) -> Item:
    """The names of those that fulfil two conditions: all in stock but the dearest."""
    products = _products(rng, level)
    bound = max(product["price"] for product in products if product["stock"])
    return listed(
        f"{_given('list', products)}\nWhich products are in stock and cost less than {bound}? Write their "
        "names in the order of the list.",
        "the names",
        [product["name"] for product in products if product["stock"] and product["price"] < bound],
    )


def count(rng: random.Random, level: int) -> Item:
    """How many have a state."""
    orders = [
        {"id": rng.randint(100, 999), "customer": rng.choice(_NAMES), "status": rng.choice(_STATES)}
        for _ in range(_LENGTHS[level])
    ]
    status = rng.choice(_STATES)
    return number(
        f"{_given('list', orders)}\nHow many orders have the status “{status}”?",
        sum(order["status"] == status for order in orders),
    )


def most(rng: random.Random, level: int) -> Item:
    """The name of the dearest."""
    products = _products(rng, level)
    dearest = max(products, key=lambda p: p["price"])
    return text(
        f"{_given('list', products)}\nWhich product has the highest price?", "its name", dearest["name"]
    )


def _products(rng: random.Random, level: int) -> list[dict[str, Any]]:
    names = rng.sample(WORDS, _LENGTHS[level])
    prices = rng.sample(range(20, 400), len(names))
    stock = [True, True, *(rng.random() < 0.6 for _ in names[2:])]
    rng.shuffle(stock)
    return [
        {"name": name, "price": price / 10, "quantity": rng.randint(1, 40), "stock": there}
        for name, price, there in zip(names, prices, stock, strict=True)
    ]


def _given(kind: str, value: object) -> str:
    return f"Here is a JSON {kind}: {json.dumps(value)}"


TEMPLATES: tuple[Template, ...] = (path, total, chosen, count, most)
