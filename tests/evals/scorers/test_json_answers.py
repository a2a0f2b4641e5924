"""Answers in JSON: equal to the target, or fit for a schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from scored import scored

from workbench.errors import ConfigError, DataError
from workbench.evals.scorers import json_schema

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


class City(BaseModel):
    name: str
    population: int


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, 2], "b": 3}',
        '{"b": 3.0, "a": [1, 2e0]}',
        '```json\n{"a": [1, 2], "b": 3}\n```',
        'Here it is: {"a": [1, 2], "b": 3}. See [1].',
        'From {"a": 0} I make:\n```\n{"a": [1, 2], "b": 3}\n```\nwhich is not {"b": 1}.',
        '{"a": 0}? No: {"a": [1, 2], "b": 3}',
    ],
)
def test_the_same_json_is_right_wherever_it_stands(text: str) -> None:
    score = scored("json_equal", text, '{"b": 3, "a": [1, 2]}')
    assert (score.value, score.label, score.explanation) == (1, '{"a": [1, 2], "b": 3}', "as wanted")


@pytest.mark.parametrize(
    ("text", "target", "difference"),
    [
        ('{"a": {"b": [1, 2]}}', '{"a": {"b": [1, 3]}}', "$.a.b[1] is '2', wanted '3'"),
        ("[1, 2]", "[1]", "$ has 2 items, wanted 1"),
        ('{"a": 1}', '{"b": 1}', "$.a is not wanted; $.b is missing"),
        ('{"a b": 1}', '{"a b": 2}', "$['a b'] is '1', wanted '2'"),
        ('{"a": true}', '{"a": 1}', "$.a is 'true', wanted '1'"),
        ('{"a": "1"}', '{"a": 1}', "$.a is '\"1\"', wanted '1'"),
        ("[2, 1]", "[1, 2]", "$[0] is '2', wanted '1'; $[1] is '1', wanted '2'"),
        ("[1]", '{"a": 1}', "$ is '[1]', wanted '{\"a\": 1}'"),
        ("42", "43", "$ is '42', wanted '43'"),
        ("[1, 2, 3, 4, 5, 6]", "[0, 0, 0, 0, 0, 0]", "$[4] is '5', wanted '0'; …"),
    ],
)
def test_where_two_differ_is_said(text: str, target: str, difference: str) -> None:
    score = scored("json_equal", text, target)
    assert score.value == 0
    assert score.explanation.endswith(difference)


def test_text_without_json_is_no_answer() -> None:
    score = scored("json_equal", "I do not know {yet}.", "{}")
    assert (score.value, score.label, score.explanation) == (
        0, None, "no answer could be read: there is no JSON in it",
    )  # fmt: skip
    with pytest.raises(DataError, match=r"the target '\{' is no JSON for the scorer 'json_equal'"):
        scored("json_equal", "{}", "{")


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_json_is_equal_to_itself_however_it_is_laid_out(value: Any) -> None:
    score = scored("json_equal", json.dumps(value, indent=1), json.dumps(value, sort_keys=True))
    assert score.value == 1
    assert score.label is not None


@settings(max_examples=100, deadline=None)
@given(VALUES, VALUES)
def test_two_are_equal_in_either_order_and_then_have_one_label(one: Any, other: Any) -> None:
    there, back = (
        scored("json_equal", json.dumps(a), json.dumps(b)) for a, b in ((one, other), (other, one))
    )
    assert there.value == back.value
    assert (there.value == 1) == (there.explanation == "as wanted")
    if there.value == 1:
        assert there.label == back.label


def test_nesting_without_end_is_an_answer_like_others() -> None:
    deep = "[" * 400 + "]" * 400
    assert scored("json_equal", deep, deep).value == 1
    assert scored("json_equal", deep, "[]").value == 0
    assert scored("json_equal", "[" * 100_000, "[]").label is None


def test_half_a_character_does_not_get_into_a_label() -> None:
    label = scored("json_equal", '"\\ud83d"', '"x"').label
    assert label == '"?"'


@pytest.mark.parametrize("schema", [City, City.model_json_schema()])
def test_an_answer_fits_a_schema_or_the_reason_is_said(schema: Any) -> None:
    scorer = json_schema(schema)
    fits = scored(scorer, 'It is ```json\n{"name": "Oslo", "population": 3}\n```')
    assert (fits.value, fits.label) == (1, "fits")
    wrong = scored(scorer, '{"name": "Oslo", "population": "many"}')
    assert (wrong.value, wrong.label) == (0, "does not fit")
    assert "population" in wrong.explanation
    nothing = scored(scorer, "Oslo")
    assert (nothing.value, nothing.label) == (0, None)
    assert scorer.params["schema"]["required"] == ["name", "population"]


def test_what_is_no_schema_is_refused() -> None:
    with pytest.raises(ConfigError, match="no JSON schema"):
        json_schema({"type": "text"})
