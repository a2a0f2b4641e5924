"""Texts with names in braces, and what stands in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.evals.choices import lettered

if TYPE_CHECKING:
    from workbench.evals.dataset import Sample

# A name in braces; those of JSON, of formulas (`\frac{a}{b}`, `x_{i}`) and double ones are what they are.
_VARIABLE = re.compile(r"\\[A-Za-z]+(?:{[^{}]*})+|{{\w+}}|(?<![_^]){([A-Za-z_][A-Za-z0-9_]*)}")


def variables_of(template: str) -> tuple[str, ...]:
    """The names in braces, in order of appearance."""
    return tuple(dict.fromkeys(filter(None, _VARIABLE.findall(template))))


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its variables filled in; those without a value stay as they are."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), template)


def for_format(template: str) -> str:
    """The template as `str.format` takes it: all braces doubled but those of its variables."""
    parts, end = [], 0
    for found in _VARIABLE.finditer(template):
        if found[1]:
            parts += [_doubled(template[end : found.start()]), found[0]]
            end = found.end()
    return "".join([*parts, _doubled(template[end:])])


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def values_of(sample: Sample) -> dict[str, str]:
    """What a template may say of a sample, by name. The target is not among it."""
    own = {"id": sample.id, "category": sample.category, "choices": lettered(sample.choices) or None}
    meta = {name: str(value) for name, value in sample.meta.items() if value is not None}
    return {
        **meta,
        **{name: value for name, value in own.items() if value is not None},
        "input": sample.input,
    }
