"""What the models say."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from scipy.stats import binom

from workbench.errors import DataError
from workbench.simulator.answers import Answers
from workbench.simulator.models import MODELS, SimModel
from workbench.simulator.prose import prose
from workbench.simulator.questions import Known, Questions, read_questions
from workbench.simulator.tokens import tokens

SWIFT = MODELS[0]
NEVER_RIGHT = replace(SWIFT, accuracy=0.0)
ALWAYS_RIGHT = replace(SWIFT, accuracy=1.0)


def text(answers: Answers, model: SimModel, prompt: str, repeat: int = 0) -> str:
    return "".join(answers.say(model, prompt, repeat=repeat).tokens)


@pytest.mark.parametrize(
    "sample", ["", " ", "one", "A simulated model.", "  two\n\nlines \n", "naïve 日本語 🙂", "x" * 50]
)
def test_tokens_joined_are_the_text_again(sample: str) -> None:
    assert "".join(tokens(sample)) == sample


def test_a_long_word_is_several_tokens_and_an_empty_text_none() -> None:
    assert tokens("a simulated model") == ("a", " simula", "ted", " model")
    assert tokens("") == ()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_model_is_right_as_often_as_its_accuracy_says(model: SimModel) -> None:
    known = {f"Question {n}?": Known(str(n), "number") for n in range(1_000)}
    answers = Answers(known)
    right = sum(text(answers, model, prompt) == question.target for prompt, question in known.items())
    # 99.9 % of all seeds give a count within these bounds, and the seed is fixed.
    low, high = binom.interval(0.999, 1_000, model.accuracy)
    assert low <= right <= high


def test_models_seeds_and_repeats_differ_in_what_they_get_wrong() -> None:
    known = {f"Question {n}?": Known(str(n), "number") for n in range(50)}

    def said(seed: int, model: SimModel, repeat: int) -> list[str]:
        answers = Answers(known, seed=seed)
        return [text(answers, model, prompt, repeat) for prompt in known]

    other = replace(SWIFT, name="other")
    assert said(0, SWIFT, 0) == said(0, SWIFT, 0)
    assert (
        len({tuple(said(*which)) for which in [(0, SWIFT, 0), (1, SWIFT, 0), (0, other, 0), (0, SWIFT, 1)]})
        == 4
    )


@pytest.mark.parametrize(
    "target", ["7", "0", "1.50", "1,204", "9396", "-3", "12 km", "2024-01-04", "98765432109876543210"]
)
def test_a_wrong_number_is_another_number_of_the_same_make(target: str) -> None:
    answers = Answers({"How many?": Known(target, "number")})
    for repeat in range(50):
        wrong = text(answers, NEVER_RIGHT, "How many?", repeat)
        assert wrong != target
        assert wrong.startswith("-") == target.startswith("-")
        assert wrong.partition(".")[2].isdigit() == target.partition(".")[2].isdigit()
        assert wrong.endswith(" km") == target.endswith(" km")


def test_a_wrong_number_is_near_the_right_one() -> None:
    answers = Answers({"How many?": Known("100", "number")})
    wrong = {Decimal(text(answers, NEVER_RIGHT, "How many?", repeat)) for repeat in range(100)}
    assert wrong == {Decimal(n) for n in (90, 98, 99, 101, 102, 110)}


def test_a_wrong_letter_is_another_letter() -> None:
    answers = Answers({"Which?": Known("B", "choice")})
    assert {text(answers, NEVER_RIGHT, "Which?", repeat) for repeat in range(100)} == {"A", "C", "D"}


def test_a_wrong_word_is_the_target_of_another_question_of_its_category() -> None:
    known = {
        "France?": Known("Paris", "capital"),
        "Italy?": Known("Rome", "capital"),
        "Sky?": Known("blue", "colour"),
    }
    answers = Answers(known)
    assert {text(answers, NEVER_RIGHT, "France?", repeat) for repeat in range(20)} == {"Rome"}
    assert {text(answers, NEVER_RIGHT, "Sky?", repeat) for repeat in range(40)} == {"Paris", "Rome"}


def test_the_only_known_question_can_be_answered_wrongly() -> None:
    assert text(Answers({"Sky?": Known("blue", "colour")}), NEVER_RIGHT, "Sky?") == "I do not know."


def test_a_question_is_found_inside_a_longer_prompt_and_the_longest_wins() -> None:
    questions = Questions({"2 + 2?": Known("4", "sum"), "What is 12 + 2?": Known("14", "sum")})
    found = questions.find("Answer briefly.\n\nWhat is 12\n+ 2?\nThank you.")
    assert found == Known("14", "sum")
    assert questions.find("2 + 2?") == Known("4", "sum")
    assert questions.find("What is love?") is None


def test_an_unknown_prompt_gets_readable_sentences_of_40_to_120_tokens() -> None:
    lengths = [len(tokens(prose("swift", "Hello there", random.Random(n)))) for n in range(500)]
    assert 40 <= min(lengths) < max(lengths) <= 120


def test_an_unknown_prompt_may_contain_braces() -> None:
    assert "swift" in text(Answers({}), SWIFT, "{model} {0} {")


def test_max_tokens_cuts_the_answer() -> None:
    answer = Answers({}).say(SWIFT, "Hello", max_tokens=7)
    assert len(answer.tokens) == 7
    assert answer.finish == "length"
    whole = Answers({}).say(SWIFT, "Hello")
    assert answer.tokens == whole.tokens[:7]
    assert Answers({}).say(SWIFT, "Hello", max_tokens=len(whole.tokens)).finish == "stop"


def test_the_answer_ends_before_the_first_stop_sequence() -> None:
    answers = Answers({"Say it": Known("one two three", "words")})
    answer = answers.say(ALWAYS_RIGHT, "Say it", stop=["three", " two", "never"])
    assert ("".join(answer.tokens), answer.finish, answer.stop) == ("one", "stop", " two")


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"input": "a"}', '{"input": "a", "target": 4, "category": "c"}']
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(json.dumps({"input": "a", "target": "b", "category": "c"}) + "\n\n" + line + "\n")
    with pytest.raises(DataError, match=r"broken\.jsonl, line 3"):
        read_questions(path)
