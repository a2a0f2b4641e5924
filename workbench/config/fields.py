"""What the configuration file may say of a provider and of its limits, and how each value is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from workbench.calls import OwnPrice
from workbench.config.limits import Limits

NAME = re.compile("[A-Z][A-Z0-9_]*")
"""The name of a setting."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _name(value: Any) -> str:
    if not NAME.fullmatch(_text(value)):
        raise ValueError
    return str(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(_text, value))


def _names(value: Any) -> tuple[str, ...]:
    return tuple(map(_name, _texts(value)))


def _pairs(value: Any) -> dict[str, str]:
    return {name: _text(text) for name, text in dict(value).items()}


def _prices(value: Any) -> dict[str, OwnPrice]:
    return {model: _price(*numbers) for model, numbers in dict(value).items()}


def _price(input_usd: Any, output_usd: Any, cached_usd: Any = None) -> OwnPrice:
    price = Decimal(str(input_usd)), Decimal(str(output_usd))
    return price if cached_usd is None else (*price, Decimal(str(cached_usd)))


Kind = tuple[str, Callable[[Any], Any]]
"""What a value has to be, in words, and how it is read; raises where it is something else."""

_TEXT: Kind = ("a text", _text)
_TEXTS: Kind = ("a list of texts", _texts)
_PAIRS: Kind = ("a table of texts", _pairs)
_FLAG: Kind = ("true or false", _flag)
_COUNT: Kind = ("a whole number, at least 1", _count)

PROVIDER_FIELDS: Mapping[str, Kind] = {
    "base_url": _TEXT,
    "protocol": _TEXT,
    "key": ("the name of a setting, such as MY_API_KEY; the key itself belongs in .env", _name),
    "other_keys": ("a list of names of settings; the keys themselves belong in .env", _names),
    "needs_key": _FLAG,
    "local": _FLAG,
    "aliases": _TEXTS,
    "domains": _TEXTS,
    "auth": _TEXT,
    "auth_header": _TEXT,
    "auth_prefix": _TEXT,
    "headers": _PAIRS,
    "query": _PAIRS,
    "options": _PAIRS,
    "renames": _PAIRS,
    "refuses": ("a list of texts", lambda value: frozenset(_texts(value))),
    "models_path": _TEXT,
    "models": _TEXTS,
    "embed_batch": _COUNT,
    "prices": (
        'USD per million tokens of input, output and perhaps cached input by model: { "*" = [0.5, 1.5] }',
        _prices,
    ),
    "price_list": _TEXT,
    "docs": _TEXT,
}
LIMIT_FIELDS: Mapping[str, Kind] = {each.name: _COUNT for each in fields(Limits)}
