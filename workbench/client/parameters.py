"""Parameters and options as users write them: known, and of the right kind."""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any, get_type_hints

from workbench.calls import Params, Timeouts
from workbench.client.options import ChatOptions
from workbench.errors import ConfigError


def _number(value: Any) -> float:
    if isinstance(value, int):
        return _whole(value)
    if not isinstance(value, Real) or not math.isfinite(value):
        raise TypeError
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError
    return operator.index(value)


def _texts(value: Any) -> tuple[str, ...]:
    texts = (value,) if isinstance(value, str) else tuple(value)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
    return texts


def _exactly(kind: type) -> Callable[[Any], Any]:
    def same(value: Any) -> Any:
        if not isinstance(value, kind):
            raise TypeError
        return value

    return same


# By the type of the field: what it is called, and the way to a plain value, for JSON has none of numpy's.
_KINDS: dict[Any, tuple[str, Callable[[Any], Any]]] = {
    float | None: ("a number", _number),
    int | None: ("a whole number", _whole),
    str | None: ("a text", _exactly(str)),
    bool | None: ("True or False", _exactly(bool)),
    tuple[str, ...] | None: ("a text or several", _texts),
    Mapping[str, Any]: ("a mapping, like {'name': 1}", _exactly(Mapping)),
}
_PARAMS = {name: _KINDS[kind] for name, kind in get_type_hints(Params).items()}
_OPTIONS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "system": _KINDS[str | None],
    "tool_choice": _KINDS[str | None],
    "base_url": _KINDS[str | None],
    "stream": _KINDS[bool | None],
    "refresh": _KINDS[bool | None],
    "tools": ("a list of functions", _exactly(Sequence)),
    "tags": ("a mapping of texts, like {'project': 'summaries'}", _exactly(Mapping)),
    "on_chunk": ("a function that takes a chunk", _exactly(Callable)),  # type: ignore[arg-type]
    "on_wait": ("a function that takes seconds and an error", _exactly(Callable)),  # type: ignore[arg-type]
    "timeouts": ("workbench.Timeouts(…), as in Timeouts(total_s=30)", _exactly(Timeouts)),
}


def plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as `Params` holds them: plain numbers, and `stop` as several texts; `None` stays.

    Raises:
        ConfigError: There is no such parameter, or its value is of another kind.
    """
    for name in params:
        if name not in _PARAMS:
            near = difflib.get_close_matches(name, [*_PARAMS, *ChatOptions.__annotations__], n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"write one of {', '.join(_PARAMS)}"
            raise ConfigError(
                f"no parameter {name!r}: {advice} What only one provider has goes into extra={{{name!r}: …}}"
            )
    return {name: _as(value, name, *_PARAMS[name]) for name, value in params.items()}


def see(**options: Any) -> None:
    """See that options of a call are of the right kind.

    Raises:
        ConfigError: One is not; the message says what it has to be.
    """
    for name, value in options.items():
        _as(value, name, *_OPTIONS[name])


def _as(value: Any, name: str, words: str, convert: Callable[[Any], Any]) -> Any:
    if value is None:
        return None
    try:
        return convert(value)
    except TypeError:
        raise ConfigError(f"{name} is {value!r:.200}: give {words}") from None
