"""A function of one's own as a scorer."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, repeat
from typing import Any

from workbench.errors import ConfigError
from workbench.evals.scorers.beside import beside
from workbench.evals.scorers.scorer import Answer, Scorer

_SECRET = re.compile("(key|token|secret|password|authorization|cookie)$", re.IGNORECASE)


def own(function: Callable[..., Any], *, name: str | None = None) -> Scorer:
    """A function of answer text and sample as a scorer.

    It gives a number, best in [0, 1], or True or False; a text, which is a label; a `Score`, or a mapping
    with some of its parts; `None` or `nan` where it has no score. What it raises is the reason of a score
    without value. It may be asynchronous; where it is not, it is called in one thread beside the calls, never
    twice at a time, so that it may take its time. Its source is known by its hash, so that an experiment that
    goes on notices a change; what it refers to is not looked at.

    Args:
        function: Of two arguments: a function, a method, a `functools.partial`, an object that can be called.
        name: The scorer's; else the function's.

    Raises:
        ConfigError: It cannot be called with a text and a sample.
    """
    if isinstance(function, type):
        raise ConfigError(f"the class {function.__name__!r} is no scorer: give an object of it")
    inner = function
    while isinstance(inner, partial):
        inner = inner.func
    name = name or getattr(inner, "__name__", type(inner).__name__).strip("<>")
    try:
        inspect.signature(function).bind("text", "sample")
    except TypeError as exc:
        raise ConfigError(
            f"the scorer {name!r} cannot be called with a text and a sample ({exc}): write "
            f"def {name}(text, sample)"
        ) from exc
    except ValueError:  # functions of C do not say what they take
        pass
    return Scorer(name=name, give=partial(_give, function), params=_params(function, inner))


def _params(function: Callable[..., Any], inner: Callable[..., Any]) -> dict[str, Any]:
    try:
        source = inspect.getsource(inner if inspect.isroutine(inner) else type(inner))
        code = hashlib.sha256(source.encode()).hexdigest()[:12]
    except (OSError, TypeError):  # typed at a prompt, or written in C
        code = None
    given: dict[str, Any] = {}
    while isinstance(function, partial):
        args = [_said(name, value) for name, value in zip(_names(function), function.args, strict=False)]
        keywords = {name: _said(name, value) for name, value in function.keywords.items()}
        given = {
            "args": args + given.get("args", []),
            "keywords": keywords | given.get("keywords", {}),
        }
        function = function.func
    return {"function": code, **given}


def _names(function: partial[Any]) -> Iterator[str]:
    """What the positional arguments are called; no name where that cannot be known."""
    try:
        names = list(inspect.signature(function.func).parameters)
    except ValueError:
        names = []
    return chain(names, repeat(""))


def _said(name: str, value: object) -> Any:
    """What a run's row says of an argument, in JSON: a key, and what JSON has no word for, by its type.

    An address in memory would be another one in each process.
    """
    return _type(value) if _SECRET.search(name) else json.loads(json.dumps(value, default=_type))


def _type(value: object) -> str:
    return type(value).__name__


async def _give(function: Callable[..., Any], answer: Answer) -> Any:
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__):
        given = function(answer.text, answer.sample)
    else:
        given = await beside(function, answer.text, answer.sample)
    return await given if inspect.isawaitable(given) else given
