"""Schemas as strict mode takes them, and what an answer that fits them is checked against."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter

from workbench.client.mending import in_object, mended
from workbench.client.wanted import wanted
from workbench.protocols.strict_schema import is_strict


class Leaf(BaseModel):
    kind: Literal["leaf"] = "leaf"
    weight: float = Field(default=1.0, gt=0, description="In grams.")


class Branch(BaseModel):
    kind: Literal["branch"] = "branch"
    parts: list[Annotated[Leaf | Branch, Field(discriminator="kind")]] = []


class Tree(BaseModel):
    name: str = Field(min_length=1, max_length=20)
    root: Branch = Field(description="Where it begins.")
    note: str | None = None


def test_nested_classes_with_defaults_and_unions_become_strict() -> None:
    schema = mended(TypeAdapter(Tree).json_schema())
    assert is_strict(schema)
    written = json.dumps(schema)
    for word in ("default", "minLength", "discriminator", "oneOf", "title"):
        assert f'"{word}"' not in written
    assert schema["required"] == ["name", "root", "note"]
    assert schema["properties"]["note"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    # A reference stands alone, so that the described one is written out.
    assert schema["properties"]["root"]["description"] == "Where it begins."
    assert schema["properties"]["root"]["required"] == ["kind", "parts"]
    assert schema["$defs"]["Leaf"]["properties"]["weight"] == {
        "type": "number",
        "exclusiveMinimum": 0,
        "description": "In grams.",
    }


def test_a_class_that_holds_itself_becomes_strict_as_a_root() -> None:
    schema = mended(TypeAdapter(Branch).json_schema())
    assert is_strict(schema)
    assert schema["type"] == "object"


def test_a_property_may_be_called_like_a_keyword() -> None:
    own = {"type": "object", "properties": {"title": {"type": "string"}, "default": {"type": "number"}}}
    assert mended(own) == {
        **own,
        "additionalProperties": False,
        "required": ["title", "default"],
    }


@pytest.mark.parametrize(
    "schema",
    [
        TypeAdapter(dict[str, int]).json_schema(),
        TypeAdapter(list[int]).json_schema(),
        {"type": "object", "properties": {"a": {"type": "object"}}},
        {"type": "object", "properties": {"a": {"not": {"type": "string"}}}},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/gone", "description": "x"}}},
        {"anyOf": [{"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "null"}]},
        {"type": "object", "properties": {"a": {"allOf": [{"minimum": 1}, {"maximum": 2}]}}},
    ],
)
def test_what_strict_mode_cannot_say_stays_as_it_is(schema: dict[str, Any]) -> None:
    assert mended(schema) == schema


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"properties": {"a": {"type": "integer"}}},
        {"$ref": "#/$defs/A", "$defs": {"A": {"type": "object", "properties": {}}}},
        {"$ref": "https://example.org/schema.json"},
    ],
)
def test_an_object_needs_no_object_around_it(schema: dict[str, Any]) -> None:
    assert in_object(schema) is schema


def test_a_choice_is_put_into_an_object_that_strict_mode_takes() -> None:
    schema = {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}], "$defs": {"A": {"type": "string"}}}
    assert mended(in_object(schema)) == {
        "type": "object",
        "properties": {"answer": {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}},
        "required": ["answer"],
        "additionalProperties": False,
        "$defs": {"A": {"type": "string"}},
    }


@dataclass
class Day:
    at: date
    hours: tuple[int, int]


def test_any_type_can_be_wanted() -> None:
    assert wanted(Day).read('{"at": "2026-11-21", "hours": [9, 17]}') == Day(
        at=date(2026, 11, 21), hours=(9, 17)
    )
    assert wanted(list[int]).read("[1, 2]") == [1, 2]
    assert wanted(int).read(" 42 ") == 42


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '\n {"a": 1}\n',
        '```json\n{"a": 1}\n```',
        '```\n{"a": 1}\n```',
        'Sure: {"a": 1}. Is that {what} you want?',
        'First [1], then {"a": "x"}, and at last {"a": 1}',
        'Not this:\n```json\n{"b": 2}\n```\nbut this:\n```json\n{"a": 1}\n```',
    ],
)
def test_json_is_found_in_what_models_write_around_it(text: str) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    assert wanted(schema).read(text) == {"a": 1}


def test_the_reason_is_that_of_the_first_json_in_a_text() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    with pytest.raises(ValueError, match=r"\$\.a: 'x' is not of type 'integer'"):
        wanted(schema).read('{"a": "x"}')
    with pytest.raises(ValueError, match="there is no JSON in it"):
        wanted(schema).read("I do not know.")
