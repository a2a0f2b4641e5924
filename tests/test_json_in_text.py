"""JSON found in what a model wrote."""

from __future__ import annotations

import time

import pytest
from pydantic import BaseModel

from workbench.client.json_in_text import json_in
from workbench.client.wanted import wanted


class Capital(BaseModel):
    city: str


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (' {"a": 1} ', [({"a": 1}, True)]),
        ("42", [(42, True)]),
        ("Paris", []),
        ("", []),
        ("a [1] b {} c", [([1], False), ({}, False)]),
        ("see:\n```json\n[1]\n```\nend", [([1], True), ([1], False)]),
        ("```\n1\n```\n```\n2\n  ```", [(1, True), (2, True)]),
        ("```[1]```\n```\n[2]\n```", [([2], True), ([1], False), ([2], False)]),
        ('```\n"a ``` b"\n```', [("a ``` b", True)]),
        ("[1, [2], {", [([2], False)]),
        ("f(x) = {x} and [1]", [([1], False)]),
        ("9" * 5000, []),  # more digits than a whole number may have
    ],
)
def test_json_is_found_in_a_text(text: str, pieces: list[tuple[object, bool]]) -> None:
    assert [(piece.value, piece.set_off) for piece in json_in(text)] == pieces


@pytest.mark.parametrize(
    "piece", ["[", '{"a":', "[1,", 'x```\n"', "```\n", '"[', '["a",', "[" * 900 + "x", "```\n\n\n", "{} "]
)
def test_a_model_that_loops_is_read_in_linear_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    for _ in json_in(text):
        pass
    assert time.process_time() - began < 2  # quadratic time would make minutes of it


def test_brackets_without_end_are_no_answer_to_who_asked_for_an_object() -> None:
    with pytest.raises(ValueError, match="there is no JSON in it"):
        wanted(Capital).read("[" * 100_000)
