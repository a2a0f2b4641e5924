"""Parameters as they are typed into fields, for all models and for some: read, checked, said in a line."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from workbench.calls.request import PARAMS
from workbench.client.options import ChatOptions
from workbench.client.parameters import plain
from workbench.errors import ConfigError

ALL = ""
"""The row for all models; the others have their model's name."""
FURTHER = "further"
FIELDS: dict[str, tuple[str, str]] = {
    "temperature": ("temperature", "of sampling; 0 takes the likeliest token"),
    "top_p": ("top_p", "share of the probability that is sampled from, 0 to 1"),
    "max_tokens": ("max tokens", "most tokens of the answer"),
    "seed": ("seed", "of sampling, a whole number"),
    "reasoning_effort": ("effort", "how long a model thinks before it answers"),
    "stop": ("stop", 'text at which the answer ends; several, or "\\n", as in Python: ["\\n", "END"]'),
    FURTHER: ("further", "name=value pairs as in Python: top_k=40, extra={'min_p': 0.1}"),
}
"""The columns: the parameter, how it is called, and what it means."""
NUMBERS = frozenset({"temperature", "top_p", "max_tokens", "seed"})
_LONGEST = 40


class ParameterTexts:
    """What the fields say. An empty one leaves the value to the row above, or to the model.

    What has no field, such as `schema` or `tags`, goes through as it was written here.

    Attributes:
        models: Those that have a row now; what was typed for others is kept until they are back.
        repeats: How often each model is asked.
    """

    def __init__(self) -> None:
        self.models: tuple[str, ...] = ()
        self.repeats = 1
        self._texts: dict[tuple[str, str], str] = {}
        self._kept: dict[str, dict[str, Any]] = {}

    def text(self, row: str, field: str) -> str:
        """What one field says; empty where nothing was typed."""
        return self._texts.get((row, field), "")

    def type(self, row: str, field: str, text: str) -> None:
        """Have a field say something else."""
        self._texts[row, field] = text

    def write(self, row: str, params: Mapping[str, Any]) -> None:
        """Have the fields of a row say what these parameters are, and nothing else."""
        further = {}
        self._kept[row] = {}
        for field in FIELDS:
            self.type(row, field, "")
        for name, value in params.items():
            text = _text(name, value)
            if (
                value is None and row == ALL
            ):  # nothing is above it: not sent, which is what an empty field says
                continue
            if name in FIELDS and _says(name, text, value):
                self.type(row, name, text)
            elif name in PARAMS or name == "extra":
                further[name] = value
            else:
                self._kept[row][name] = value
        self.type(row, FURTHER, ", ".join(f"{name}={value!r}" for name, value in further.items()))
        if _problem(FURTHER, self.text(row, FURTHER)):  # no text reads back as what is in it
            self.type(row, FURTHER, "")
            self._kept[row] |= further

    def params(self, row: str) -> dict[str, Any]:
        """A row's parameters, for `Client.chat`; what cannot be read is left out, see `problems`."""
        found = dict(self._kept.get(row, {}))
        for field in FIELDS:
            text = self.text(row, field)
            if not _problem(field, text):
                found |= _read(field, text)
        return found

    def problems(self, row: str) -> dict[str, str]:
        """What is wrong with a row, by field."""
        return {field: problem for field in FIELDS if (problem := _problem(field, self.text(row, field)))}

    @property
    def problem(self) -> str:
        """What is wrong first; empty where nothing is."""
        for row in (ALL, *self.models):
            for problem in self.problems(row).values():
                return f"{row}: {problem}" if row else problem
        return ""

    def summary(self) -> str:
        """One line of all that is set."""
        own = {model: _words(self.params(model)) for model in self.models}
        parts = [
            *_words(self.params(ALL)),
            *(f"{self._short(model)}: {', '.join(words)}" for model, words in own.items() if words),
            *([f"{self.repeats} repeats"] if self.repeats > 1 else []),
        ]
        return " · ".join(parts) or "each model's own"

    def _short(self, model: str) -> str:
        name = model.partition("/")[2] or model
        return name if [each.partition("/")[2] for each in self.models].count(name) < 2 else model


def _text(name: str, value: Any) -> str:
    """How a value is typed."""
    with suppress(ConfigError):  # what is wrong is shown as it is
        value = plain({name: value})[name]
    if name == "stop" and isinstance(value, tuple):
        alone = value[0] if len(value) == 1 else ""
        return alone if alone and _stop(alone) == alone.strip() == alone else repr(list(value))
    return value if isinstance(value, str) else repr(value)


def _says(name: str, text: str, value: Any) -> bool:
    """Whether a field with this text means the value, or else shows what is wrong with it."""
    try:
        wanted = plain({name: value})
    except ConfigError:
        return isinstance(value, str | int | float)
    return not _problem(name, text) and _read(name, text) == wanted


def _problem(field: str, text: str) -> str:
    try:
        _read(field, text)
    except ConfigError as error:
        return str(error)
    return ""


def _read(field: str, text: str) -> dict[str, Any]:
    text = text.strip()
    if not text:
        return {}
    if field == FURTHER:
        return plain(_pairs(text))
    value = _number(text) if field in NUMBERS else _stop(text) if field == "stop" else text
    return plain({field: None if text == "None" else value})


def _number(text: str) -> float | str:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, int | float) else text


def _stop(text: str) -> Any:
    if text[0] not in "\"'[(":
        return text
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text  # [END] and [/INST] are such texts


def _pairs(text: str) -> dict[str, Any]:
    try:
        call = ast.parse(f"_({text}\n)", mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.args:
            raise ValueError
        pairs = [(str(each.arg or ""), ast.literal_eval(each.value)) for each in call.keywords]
    except (ValueError, SyntaxError):
        raise ConfigError(
            f"{text!r:.200} cannot be read: write name=value with commas between, values as in Python: "
            "top_k=40, service_tier='flex'"
        ) from None
    for name, _ in pairs:
        if name in FIELDS:
            raise ConfigError(f"{name} has a field of its own: write it there")
        if name in ChatOptions.__annotations__ and name not in PARAMS and name != "extra":
            raise ConfigError(f"{name} is no parameter of a model: give it where the playground is made")
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ConfigError(f"{text!r:.200} names a parameter twice: write it once")
    return found


def _words(params: Mapping[str, Any]) -> list[str]:
    """Parameters as people say them; of what has no field only the name."""
    words = []
    for name, value in params.items():
        called = FIELDS[name][0] if name in FIELDS else name
        known = name in PARAMS or name == "extra"
        said = "not sent" if value is None else _text(name, value) if known else "given"
        words.append(f"{called} {said if len(said) <= _LONGEST else said[:_LONGEST] + '…'}")
    return words
