"""Multiple choice: what columns may hold, which choice a target means, and how a model is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import DataError
from workbench.evals.choices import LETTERS, Choices
from workbench.evals.dataset import Sample, load_dataset
from workbench.evals.prompts import Prompt

CITIES = ["Oslo", "Rome", "Lima"]
# Long enough to be neither a letter in parentheses nor an index.
texts = st.text(min_size=4).filter(lambda text: len(text.strip()) > 3)


def row(target: object, choices: object = CITIES) -> dict[str, Any]:
    return {"question": "Capital of Italy?", "choices": choices, "answer": target}


def sample(target: object, choices: object = CITIES) -> Sample:
    return load_dataset([row(target, choices)]).samples[0]


def error_of(source: Any, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load_dataset(source, **options)
    return str(caught.value)


@pytest.mark.parametrize("target", ["B", "b", "(b)", "B)", "B.", 1, 1.0, "1", "Rome", " rome "])
def test_a_target_is_a_letter_an_index_from_0_or_a_text(target: object) -> None:
    assert (sample(target).target, sample(target).scorer) == ("B", "choice")


@pytest.mark.parametrize(
    ("choices", "target", "letter"),
    [
        (["3", "4", "5"], 1, "B"),  # a number is an index where it can be one
        ([3, 4, 5], 4, "B"),
        ([1, 2, 3], 2, "C"),
        (["no", "yes"], "yes", "B"),
        ([True, False], False, "B"),
        ({"text": ["Oslo", "Rome"], "label": ["1", "2"]}, "2", "B"),
        ({"text": ["Oslo", "Rome"], "label": ["A", "B"]}, "B", "B"),
        ('["Oslo", "Rome"]', "Rome", "B"),
    ],
)
def test_choices_may_be_numbers_labelled_or_json(choices: object, target: object, letter: str) -> None:
    assert sample(target, choices).target == letter


@given(st.lists(texts, min_size=2, max_size=10, unique_by=lambda text: text.strip().casefold()), st.data())
def test_index_letter_and_text_mean_the_same_choice(choices: list[str], data: st.DataObject) -> None:
    read = Choices.read(choices)
    place = data.draw(st.integers(0, len(choices) - 1))
    assert {read.letter(place), read.letter(LETTERS[place]), read.letter(LETTERS[place].lower())} == {
        LETTERS[place]
    }
    assert read.letter(choices[place]) == LETTERS[place]


@pytest.mark.parametrize(
    ("target", "choices", "message"),
    [
        ("Paris", CITIES, "row 1: 'answer' is 'Paris' is none of the choices: write a letter"),
        ("D", CITIES, "'D' is none of the choices"),
        (3, CITIES, "'3' is none of the choices"),
        ("A", ["B", "A"], "'A' may mean several of the choices: write the letter of one of\nA) B\nB) A"),
        ("2", ["1", "2", "3"], "'2' may mean several"),
        ("yes", ["yes", "yes"], "'yes' may mean several"),
        ("A", ["one"], "row 1: 'choices' has 1 choices: write 2 to 10"),
        ("A", list("abcdefghijk"), "'choices' has 11 choices"),
        ("A", ["one", " "], "'choices' has an empty choice among ['one', ' ']"),
        ("A", "one; two", "'choices' holds 'one; two', not a list"),
        ("A", {"one": "two"}, "'choices' holds {'one': 'two'}, not a list of texts"),
        ("A", [["one"], ["two"]], "not a list of texts"),
        ("", CITIES, "'answer' is empty"),
    ],
)
def test_what_is_no_choice_is_said_with_its_place(target: object, choices: object, message: str) -> None:
    assert message in error_of([row(target, choices)])


def test_choices_may_be_columns_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "question,A,B,C,answer\nItaly?,Oslo,Rome,Lima,B\nNorway?,Oslo,Rome,,A\n", encoding="utf-8"
    )
    first, second = load_dataset(path)
    assert (first.choices, first.target, first.meta) == (("Oslo", "Rome", "Lima"), "B", {})
    assert second.choices == ("Oslo", "Rome")
    path.write_text("question,A,B,C,answer\nItaly?,Oslo,,Lima,A\n", encoding="utf-8")
    assert "line 2: 'A to C' has an empty choice" in error_of(path)


def test_the_columns_of_choices_may_be_named() -> None:
    frame = pd.DataFrame({"question": ["Italy?"], "one": ["Oslo"], "two": ["Rome"], "answer": [1]})
    loaded = load_dataset(frame, fields={"choices": ["one", "two"]}).samples[0]
    assert (loaded.choices, loaded.target) == (("Oslo", "Rome"), "B")
    assert "no column 'tow' for the choices (did you mean 'two'?)" in error_of(
        frame, fields={"choices": ["one", "tow"]}
    )


def test_a_column_named_a_alone_is_no_choice() -> None:
    assert load_dataset([{"input": "?", "target": "t", "A": "x"}]).samples[0].meta == {"A": "x"}


def test_another_scorer_gets_the_target_as_it_is() -> None:
    loaded = load_dataset([{**row("Rome"), "scorer": "exact"}]).samples[0]
    assert (loaded.target, loaded.scorer, loaded.choices) == ("Rome", "exact", tuple(CITIES))


def test_without_a_template_a_model_is_asked_for_the_letter() -> None:
    asked = "Capital of Italy?\nA) Oslo\nB) Rome\nC) Lima\nAnswer with only the letter."
    assert sample("B").asked == Prompt().message(sample("B")) == asked


def test_a_template_may_put_the_choices_where_it_likes() -> None:
    prompt = Prompt(template="{choices}\n\n{input} One letter.")
    assert prompt.message(sample("B")) == "A) Oslo\nB) Rome\nC) Lima\n\nCapital of Italy? One letter."
