"""What the scorers make of right, wrong and unreadable answers."""

from __future__ import annotations

import asyncio

import pytest
from scored import NOBODY

from workbench.errors import DataError
from workbench.evals.dataset import Sample
from workbench.evals.scorers import SCORERS, Answer, Score
from workbench.evals.scorers.numbers import compare_numbers as number
from workbench.evals.scorers.plain import compare_choices as choice
from workbench.evals.scorers.plain import compare_texts as exact


@pytest.mark.parametrize("name", ["exact", "number", "choice"])
@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_answer_scores_0_and_has_no_label(name: str, text: str) -> None:
    compare, target = {"exact": (exact, "Paris"), "number": (number, "42"), "choice": (choice, "B")}[name]
    assert compare(text, target) == Score(value=0.0, label=None, explanation="no answer could be read")


def test_a_right_answer_scores_1_and_its_label_is_folded() -> None:
    assert exact(' **"Paris."** ', "Paris") == Score(
        value=1.0, label="paris", explanation="read 'paris', as wanted"
    )


def test_a_wrong_answer_scores_0_and_says_what_was_wanted() -> None:
    assert exact("Rome", "Paris") == Score(value=0.0, label="rome", explanation="read 'rome', wanted 'paris'")


def test_a_target_may_be_dressed_like_an_answer() -> None:
    assert exact("paris", '"Paris."').value == 1
    assert number("4.5", "$4.50").value == 1
    assert choice("Answer: B", "(b)").value == 1


def test_exact_is_exact_inside() -> None:
    assert exact("apple, fig", "apple,fig").value == 0
    assert exact("The answer is Paris", "Paris").value == 0


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        ("14.700000001", "14.7", 1),  # relative difference 7e-11
        ("14.70002", "14.7", 0),  # 1.4e-6
        ("14.70001", "14.7", 1),  # 6.8e-7
        ("0.0000000005", "0", 1),  # 5e-10, absolute
        ("0.00000001", "0", 0),  # 1e-8
        ("0.3333333", "1/3", 1),  # 1e-7
        ("42.0", "42", 1),
        ("-42", "42", 0),
        ("34196293", "34196292", 0),  # 3e-8, but whole numbers have to be the same
        ("34,196,292", "34196292", 1),
        ("12345678901234567891", "12345678901234567890", 0),
    ],
)
def test_numbers_are_close_enough_or_not(text: str, target: str, value: float) -> None:
    assert number(text, target).value == value


def test_two_letters_are_no_answer_even_where_one_is_right() -> None:
    given = choice("A or B", "B")
    assert given == Score(
        value=0.0, label=None, explanation="no answer could be read: the text claims A and B"
    )


def test_a_choice_is_labelled_by_its_capital_letter() -> None:
    assert choice("(b)", "B") == Score(value=1.0, label="B", explanation="read 'B', as wanted")
    assert choice("c) Rome", "B") == Score(value=0.0, label="C", explanation="read 'C', wanted 'B'")


@pytest.mark.parametrize(
    ("name", "target"), [("exact", " "), ("number", "many"), ("choice", "Paris"), ("choice", "A, B")]
)
def test_a_target_that_cannot_be_read_is_an_error_whatever_the_answer(name: str, target: str) -> None:
    with pytest.raises(DataError, match=f"the target {target!r} .*: write "):
        SCORERS[name].check(Sample(id="1", input="?", target=target))


CAPITALS = ("Oslo", "Rome", "Paris", "Lima")
VITAMINS = ("Vitamin C", "Vitamin B", "Vitamin A")


@pytest.mark.parametrize(
    ("choices", "text", "label"),
    [
        (CAPITALS, "Rome", "B"),
        (CAPITALS, " **rome.** ", "B"),
        (CAPITALS, "The answer is Rome.", "B"),
        (CAPITALS, "It is in Italy.\n\nAnswer: Rome\nNot Paris.", "B"),
        (CAPITALS, "\\boxed{Rome}", "B"),
        (CAPITALS, "B", "B"),
        (CAPITALS, "(b) Rome", "B"),
        (CAPITALS, "Madrid", None),
        (CAPITALS, "Rome or Paris", None),
        (VITAMINS, "Vitamin C", "A"),
        (VITAMINS, "The answer is Vitamin C", "A"),
        (VITAMINS, "C", "C"),
        (("B", "A", "AB", "0"), "B", "B"),
        (("B", "A", "AB", "0"), "AB", "C"),
        (("3", "4", "5"), "4", "B"),
        (("same", "same", "other"), "same", None),
        ((), "Rome", None),
    ],
)
@pytest.mark.parametrize("name", ["choice", "choices"])
def test_the_text_of_a_choice_stands_for_its_letter(
    name: str, choices: tuple[str, ...], text: str, label: str | None
) -> None:
    sample = Sample(id="1", input="?", target="B", scorer=name, choices=choices)
    SCORERS[name].check(sample)
    given = asyncio.run(SCORERS[name].score(Answer(text=text, sample=sample, client=NOBODY)))
    assert (given.label, given.value) == (label, float(label == "B"))
