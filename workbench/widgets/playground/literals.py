"""Values as a person would write them in Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

# That of Black and of Ruff.
WIDTH = 88
_BACK = "\\"
_ENDING = re.compile(r'"(?="|\Z)')


def literal(value: Any) -> str:
    """A plain value as an expression on one line."""
    if isinstance(value, str):
        quote = "'" if value.count('"') > value.count("'") else '"'
        return f"{quote}{_escaped(value).replace(quote, _BACK + quote)}{quote}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{literal(key)}: {literal(each)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def block(text: str) -> str:
    """A text as an expression; one of several lines keeps them, in three quotes."""
    if "\n" not in text:
        return literal(text)
    lines = "\n".join(map(_escaped, text.split("\n")))
    # Three in a row would end it, and so would the last one together with the three that do.
    return '"""' + _ENDING.sub(r'\\"', lines) + '"""'


def is_plain(value: Any) -> bool:
    """Whether `literal` gives the value back: numbers, texts, and lists and mappings of them."""
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError):
        return False


def listed(opening: str, items: Sequence[str], closing: str, indent: int = 0) -> str:
    """A call, list or mapping on one line, or one item a line where that is too long.

    Args:
        opening: What stands before the items, from the beginning of the line: `models = [`.
        items: Expressions.
        closing: What ends it.
        indent: By how many spaces the line is indented.
    """
    line = f"{' ' * indent}{opening}{', '.join(items)}{closing}"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    inner = "".join(f"{' ' * (indent + 4)}{item},\n" for item in items)
    return f"{' ' * indent}{opening}\n{inner}{' ' * indent}{closing}"


def _escaped(text: str) -> str:
    """What cannot be seen, or turns the direction of writing, by its number."""
    return "".join(
        _BACK * 2 if sign == _BACK else sign if sign.isprintable() else repr(sign)[1:-1] for sign in text
    )
