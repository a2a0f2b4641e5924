"""How alike answers are worded."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.agreement.similarity import (
    central,
    similarity_in_words,
    similarity_matrix,
    text_similarity,
)

texts = st.text(alphabet="ab é.,\n空", max_size=30)
answers = st.dictionaries(
    st.sampled_from(["m/a", "m/b", "m/c", "m/d", "m/e"]), st.lists(texts, max_size=3), max_size=5
)


def matrix_of(pairs: dict[tuple[str, str], float]) -> pd.DataFrame:
    models = list(dict.fromkeys(model for pair in pairs for model in pair))
    both = {**pairs, **{(b, a): value for (a, b), value in pairs.items()}}
    return pd.DataFrame([[both.get((a, b), math.nan) for b in models] for a in models], models, models)


@given(texts, texts)
def test_similarity_is_symmetric_within_bounds_and_one_for_a_text_and_itself(a: str, b: str) -> None:
    assert 0 <= text_similarity(a, b) <= 1
    assert text_similarity(a, b) == text_similarity(b, a)
    assert text_similarity(a, a) == 1


@given(answers)
def test_a_matrix_is_symmetric_and_within_bounds(given: dict[str, list[str]]) -> None:
    matrix = similarity_matrix(given)
    assert matrix.equals(matrix.T)
    assert (matrix.isna() | ((matrix >= 0) & (matrix <= 1))).all(axis=None)


@given(answers)
def test_the_order_of_models_and_answers_does_not_matter(given: dict[str, list[str]]) -> None:
    turned = similarity_matrix({model: given[model][::-1] for model in reversed(given)})
    pd.testing.assert_frame_equal(turned.loc[list(given), list(given)], similarity_matrix(given))


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [
        ("the cat sat", "the dog sat", 2 * 2 / 6),
        ("one two three four", "two four", 2 * 2 / 6),
        ("a b", "b a", 2 * 1 / 4),  # the same words in another order are not the same
        ("so  it is", "so it\nis", 1),
        ("", "", 1),
        ("", "something", 0),
        ("x = -5", "x = 5", 2 * 3 / 7),  # marks count
        ("The", "the", 0),  # and so do capitals
        ("天空是蓝的", "天空很蓝", 2 * 3 / 9),  # each character is a word
    ],
)
def test_similarity_is_the_share_of_words_in_common_order(a: str, b: str, share: float) -> None:
    assert text_similarity(a, b) == pytest.approx(share)


def test_several_answers_are_compared_each_with_each_and_the_diagonal_is_agreement_with_oneself() -> None:
    matrix = similarity_matrix({"a": ["x y", "x z"], "b": "x y", "none": []})
    # of a's own pair half is common; b has all in common with one answer of a, and half with the other
    assert matrix.loc["a", "a"] == 0.5
    assert matrix.loc["a", "b"] == matrix.loc["b", "a"] == 0.75
    assert math.isnan(matrix.loc["b", "b"])
    assert matrix.loc["none"].isna().all()


def test_the_central_model_is_nearest_to_all_others_and_the_odd_one_far_below_what_they_share() -> None:
    standing = central(matrix_of({("a", "b"): 0.9, ("b", "c"): 0.8, ("a", "c"): 0.6, ("a", "d"): 0.1}))
    # a (0.9 + 0.6 + 0.1) / 3, b 1.7 / 2, c 1.4 / 2, d 0.1; without d (0.9 + 0.8 + 0.6) / 3
    assert standing.likeness == pytest.approx({"a": 1.6 / 3, "b": 0.85, "c": 0.7, "d": 0.1})
    assert (standing.central, standing.odd) == ("b", "d")


def test_models_that_differ_by_little_have_no_odd_one_and_a_tie_no_central_one() -> None:
    even = central(matrix_of({("a", "b"): 0.8, ("a", "c"): 0.75, ("b", "c"): 0.75}))
    assert (even.central, even.odd) == (None, None)


@pytest.mark.parametrize("models", [[], ["a"], ["a", "b"]])
def test_of_two_models_none_is_central_and_none_odd(models: list[str]) -> None:
    standing = central(similarity_matrix({model: f"{model} says so" for model in models}))
    assert (standing.central, standing.odd) == (None, None)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"qwen": "the sky is blue", "llama": "the sky is blue .", "gpt": "sunlight scatters"},
            "qwen and llama agree most (89 %), gpt is the odd one out (0 % with the others).",
        ),
        (
            {"a": "p q r s t u", "b": "p q r s t", "c": "p q r s"},
            "a and b agree most (91 %). Nearest to all the others: b (90 % on average).",
        ),
        ({"a": "p q", "b": "p r"}, "a and b agree to 50 %."),
        (
            {**dict.fromkeys(["a", "b", "c", "d"], "p q"), "e": "r"},
            "6 pairs of models agree most (100 %), e is the odd one out (0 % with the others).",
        ),
        ({"a": "p q", "b": "p r", "c": "p s"}, "Any two models agree to 50 %."),
        ({"a": "p q", "b": "p q", "c": "p q"}, "All answers are the same, word for word."),
        ({"a": "p", "b": "q", "c": "r"}, "No two models have a word in common."),
        ({"a": ["p q", "p r"]}, "The answers of a agree with each other to 50 %."),
        ({"a": "p", "b": []}, "Nothing to compare: it takes two answers."),
        ({}, "Nothing to compare: it takes two answers."),
    ],
)
def test_a_matrix_is_put_into_words(given: dict[str, str | list[str]], words: str) -> None:
    assert similarity_in_words(similarity_matrix(given)) == words
