"""Columns by other names, splits, versions, open questions, and rows that ask the same."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workbench.errors import DataError
from workbench.evals.dataset import load_dataset
from workbench.evals.sources.files import file_source

GOOD = {"input": "a", "target": "b"}
OTHER = {"input": "c", "target": "d"}


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def error_of(source: Any, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load_dataset(source, **options)
    return str(caught.value)


# columns by other names


def test_fields_say_which_column_is_what() -> None:
    row = {
        "text": "2 + 2?",
        "gold": 4,
        "how": "number",
        "nr": 7,
        "topic": "sums",
        "of": "t1",
        "input": "kept",
    }
    fields = {
        "input": "text",
        "target": "gold",
        "scorer": "how",
        "id": "nr",
        "category": "topic",
        "cluster": "of",
    }
    sample = load_dataset([row], fields=fields).samples[0]
    assert (sample.input, sample.target, sample.scorer) == ("2 + 2?", "4", "number")
    assert (sample.id, sample.category, sample.cluster) == ("7", "sums", "t1")
    assert sample.meta == {"input": "kept"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"input": "txet"}, "row 1: no column for the input (found: 'text', 'gold')"),
        (
            {"input": "text", "target": "glod"},
            "row 1: no column 'glod' for the target (did you mean 'gold'?): the columns are 'text', 'gold'",
        ),
        ({"inptu": "text"}, "fields has 'inptu', which no sample has (did you mean 'input'?): name one of "),
        ({"input": ["text", "gold"]}, "fields has ['text', 'gold'] for the input: name one column"),
    ],
)
def test_a_column_that_is_not_there_is_named_with_the_nearest(fields: Any, message: str) -> None:
    assert message in error_of([{"text": "a", "gold": "b"}], fields=fields)


def test_a_named_column_may_be_absent_from_some_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {**GOOD, "topic": "x"}, OTHER)
    loaded = load_dataset(path, fields={"category": "topic"})
    assert [sample.category for sample in loaded] == ["x", None]


# splits and versions


def test_a_split_is_a_part_of_the_rows_under_the_same_ids(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", {**GOOD, "split": "dev"}, {**GOOD, "split": "test"}, {**OTHER, "split": "test"}
    )
    loaded = load_dataset(path, split="test")
    assert [(sample.id, sample.split) for sample in loaded] == [("2", "test"), ("3", "test")]
    assert "no split 'tset' in " in error_of(path, split="tset")
    assert error_of(path, split="tset").endswith("choose one of 'dev', 'test'")
    assert "line 2: asks the same as" in error_of(path)


def test_a_split_of_data_without_splits_is_an_error() -> None:
    assert error_of([GOOD], split="test").endswith("it has no column 'split' that says one")
    assert load_dataset([{**GOOD, "part": "x"}], fields={"split": "part"}, split="x").samples[0].split == "x"


def test_a_version_comes_from_the_file_or_the_argument(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"version": "2.1", "samples": [GOOD]}), encoding="utf-8")
    assert load_dataset(path).version == "2.1"
    assert load_dataset(path, version="2.2").version == "2.2"
    assert load_dataset([GOOD]).version is None
    assert load_dataset("basics").version == "1.0"
    assert repr(load_dataset(path)).startswith("Dataset('a', version 2.1, 1 samples, hash ")
    path.write_text(json.dumps({"version": "2.1", "rows": [GOOD]}), encoding="utf-8")
    assert 'write objects in a list, [{…}, {…}], or {"version": …, "samples": […]}' in error_of(path)


# open questions


@pytest.mark.parametrize(
    "rows",
    [
        [{"input": "a"}, {"input": "c", "note": "x"}],
        [{**GOOD, "target": None, "scorer": None}, {**OTHER, "target": "", "scorer": ""}],
    ],
)
def test_questions_without_targets_are_not_scored(rows: list[dict[str, Any]]) -> None:
    loaded = load_dataset(rows)
    assert {(sample.target, sample.scorer) for sample in loaded} == {(None, None)}
    assert "2 samples, 2 without a target, hash" in repr(loaded)


def test_open_questions_may_stand_beside_others_where_their_scorer_is_empty() -> None:
    closed, opened = load_dataset([{**GOOD, "scorer": "exact"}, {"input": "Why?", "scorer": None}])
    assert (closed.scorer, opened.scorer, opened.target) == ("exact", None, None)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([GOOD, {"input": "c"}], "row 2: no column for the target (found: 'input')"),
        ([{"input": "c"}, {"input": "e"}, GOOD], "row 1: no column for the target (found: 'input')"),
        (
            [GOOD, {"input": "c", "target": " "}],
            "row 2: 'target' is empty: write the target, delete the row, or",
        ),
        ([{"input": "c", "scorer": "exact"}], "row 1: sample '1' has no target for the scorer 'exact'"),
        (
            [{"input": "c", "target": "", "scorer": "number"}],
            "row 1: sample '1' has no target for the scorer",
        ),
    ],
)
def test_a_target_that_was_forgotten_is_an_error(rows: list[dict[str, Any]], message: str) -> None:
    assert message in error_of(rows)


# the same question twice


def test_a_question_that_comes_twice_is_an_error_with_both_places(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", GOOD, OTHER, GOOD)
    message = f"{path}, line 3: asks the same as {path}, line 1, and would count twice: delete one of them"
    assert error_of(path) == message
    path = write(tmp_path / "b.jsonl", GOOD, {**GOOD, "target": "x", "id": "other"})
    message = f"{path}, line 2: asks the same as {path}, line 1, but wants 'x' where that wants 'b'"
    assert error_of(path).startswith(message)


@pytest.mark.parametrize("column", ["context", "passage", "article", "document", "story"])
def test_the_same_question_about_another_text_is_another_question(column: str) -> None:
    rows = [{**GOOD, column: "one"}, {**GOOD, column: "two"}]
    assert len(load_dataset(rows)) == 2
    assert "row 3: asks the same as row 1" in error_of([*rows, rows[0]])


def test_the_same_question_with_other_choices_is_another_question() -> None:
    rows = [{"input": "Which?", "choices": ["a", letter], "target": 0} for letter in "bc"]
    assert len(load_dataset(rows)) == 2
    assert "row 3: asks the same as row 2" in error_of([*rows, rows[1]])


# what is no text


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {**GOOD, "input": [{"role": "user", "content": "a"}]},
            "row 1: 'input' holds a list, [{'role': 'user'",
        ),
        ({**GOOD, "input": {"text": "a"}}, "row 1: 'input' holds a dict, {'text': 'a'}, not a text"),
        ({**GOOD, "id": ["a"]}, "row 1: 'id' holds a list, ['a'], not a text"),
        ({**GOOD, "category": {"a": 1}}, "row 1: 'category' holds a dict"),
        ({**GOOD, "target": b"b"}, "row 1: 'target' holds a bytes, b'b', not a text"),
    ],
)
def test_what_is_no_text_is_an_error_with_its_place(row: dict[str, Any], message: str) -> None:
    assert message in error_of([row])


def test_dates_and_decimals_are_written_as_they_are() -> None:
    frame = pd.DataFrame({"input": ["Day?"], "target": [pd.Timestamp("2024-02-29")], "id": [Decimal("1.50")]})
    sample = load_dataset(frame).samples[0]
    assert (sample.target, sample.id) == ("2024-02-29 00:00:00", "1.50")


# large files


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_a_file_is_read_line_by_line(tmp_path: Path, ending: str) -> None:
    lines = {"jsonl": json.dumps({**GOOD, "input": "a" * 100}), "csv": f"{'a' * 100},b"}
    path = tmp_path / f"a.{ending}"
    path.write_bytes(f"input,target\n{lines['csv']}\n".encode() if ending == "csv" else b"")
    with path.open("ab") as file:
        file.write(f"{lines[ending]}\n".encode() * 1000 + b"\xff\n")
    rows = file_source(path).rows
    assert next(rows).values["target"] == "b"  # what is broken comes later
    with pytest.raises(DataError, match=r"line 100[0-9]: the byte b'.xff' is not UTF-8"):
        list(rows)


def test_json_that_is_nested_without_end_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("[" * 100_000, encoding="utf-8")
    assert "a.jsonl, line 1: not JSON (" in error_of(tmp_path / "a.jsonl")
    (tmp_path / "a.json").write_text("[" * 100_000, encoding="utf-8")
    assert "a.json: not JSON (" in error_of(tmp_path / "a.json")
