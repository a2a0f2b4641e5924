"""Data sets of the library `datasets` are read as they are."""

from __future__ import annotations

from typing import Any

import datasets
import pytest

from workbench.errors import DataError
from workbench.evals.dataset import load_dataset

QUESTIONS = {
    "question": ["Capital of Italy?", "Capital of Peru?"],
    "choices": [["Oslo", "Rome"], ["Lima", "Cairo"]],
    "answer": [1, 0],
    "subject": ["europe", "america"],
}
FEATURES = datasets.Features(
    {
        "question": datasets.Value("string"),
        "choices": datasets.Sequence(datasets.Value("string")),
        "answer": datasets.ClassLabel(names=["A", "B"]),
        "subject": datasets.Value("string"),
    }
)


def made(columns: dict[str, Any] | None = None, features: Any = FEATURES) -> Any:
    return datasets.Dataset.from_dict(QUESTIONS if columns is None else columns, features=features)


def error_of(source: Any, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load_dataset(source, **options)
    return str(caught.value)


def test_it_is_the_same_as_from_mappings() -> None:
    mappings = [dict(zip(QUESTIONS, row, strict=True)) for row in zip(*QUESTIONS.values(), strict=True)]
    wanted = load_dataset(mappings, fields={"category": "subject"})
    assert [sample.target for sample in wanted] == ["B", "A"]
    for source in (
        made(),
        made().with_format("numpy"),
        made().with_format("pandas"),
        made().to_iterable_dataset(),
    ):
        assert load_dataset(source, fields={"category": "subject"}).samples == wanted.samples


def test_the_numbers_of_a_class_label_become_its_names() -> None:
    features = datasets.Features(
        {"input": datasets.Value("string"), "mood": datasets.ClassLabel(names=["good", "bad"])}
    )
    rows = {"input": ["a", "b", "c"], "mood": [1, 0, None]}
    loaded = load_dataset(made({**rows, "mood": [1, 0, 0]}, features), fields={"target": "mood"})
    assert [sample.target for sample in loaded] == ["bad", "good", "good"]
    assert "row 3: 'mood' is empty" in error_of(made(rows, features), fields={"target": "mood"})
    # -1 is written where a part of a data set hides its labels
    hidden = made({**rows, "mood": [1, 0, -1]}, features)
    assert "row 3: 'mood' is empty" in error_of(hidden, fields={"target": "mood"})


def test_a_part_is_chosen_by_its_name() -> None:
    parts = datasets.DatasetDict(train=made(), test=made().select([1]))
    assert load_dataset(parts, split="test").samples[0].input == "Capital of Peru?"
    assert error_of(parts) == "the data set has the splits 'train', 'test': choose one, as split='train'"
    assert error_of(parts, split="dev") == "no split 'dev' in the data set: choose one of 'train', 'test'"
    assert len(load_dataset(datasets.DatasetDict(all=made()))) == 2


def test_its_version_is_kept_unless_nobody_gave_one() -> None:
    source = made()
    assert load_dataset(source).version is None
    source.info.version = datasets.Version("1.2.0")
    assert load_dataset(source).version == "1.2.0"
    source.info.version = datasets.Version("0.0.0")
    assert load_dataset(source).version is None


def test_choices_with_labels_of_their_own_are_read() -> None:
    source = datasets.Dataset.from_dict(
        {"question": ["Which?"], "choices": [{"text": ["x", "y"], "label": ["1", "2"]}], "answerKey": ["2"]}
    )
    sample = load_dataset(source, fields={"target": "answerKey"}).samples[0]
    assert (sample.choices, sample.target) == (("x", "y"), "B")
