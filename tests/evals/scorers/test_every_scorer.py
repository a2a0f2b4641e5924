"""What holds for every scorer that has a name."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scored import scored

from workbench.evals.scorers import SCORERS, members, rouge

TARGETS = dict.fromkeys(SCORERS, "red fox, blue whale and straße 東京") | {
    "number": "-42.5",
    "quantity": "12 km",
    "choice": "B",
    "choices": "A, C",
    "json_equal": '{"a": [1, "é"]}',
    "code": "assert True",
}
TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        ["red", "fox", "42", " km", "A", "(C)", ", ", "\n- ", "```", "{", "[1]", '"', "answer: ", "東京"]
    )
).map("".join)


@pytest.mark.parametrize("name", [name for name in SCORERS if name != "code"])  # a process for each
@settings(max_examples=40, deadline=None)
@given(text=TEXTS)
def test_a_value_is_from_0_to_1_and_a_label_can_be_written(name: str, text: str) -> None:
    score = scored(name, text, TARGETS[name])
    assert score.value is not None
    assert 0 <= score.value <= 1
    f"{score.label}{score.explanation}".encode()  # no half of a character
    assert len(score.explanation) < 500


@pytest.mark.parametrize("name", [name for name in SCORERS if name not in ("regex", "code")])
@settings(max_examples=20, deadline=None)
@given(mark=st.sampled_from(["{}", "{}\n", "  {}", "{} "]))
def test_the_target_itself_is_right(name: str, mark: str) -> None:
    assert scored(name, mark.format(TARGETS[name]), TARGETS[name]).value == 1


WORDS = st.lists(st.sampled_from(["red", "blue", "fox", "Straße", "東", "42"]), min_size=2, max_size=8)
SYMMETRIC = [
    *(SCORERS[name] for name in ("exact", "members", "ordered_members", "f1", "rouge1", "rouge2", "rougeL")),
    *(members(graded="jaccard"), members(graded="f1")),
]


@pytest.mark.parametrize("scorer", SYMMETRIC, ids=lambda scorer: str(dict(scorer.params)))
@settings(max_examples=30, deadline=None)
@given(one=WORDS, other=WORDS)
def test_answer_and_target_may_change_places(scorer: object, one: list[str], other: list[str]) -> None:
    a, b = ", ".join(one), ", ".join(other)
    there, back = scored(scorer, a, b), scored(scorer, b, a)  # type: ignore[arg-type]
    assert there.value == back.value
    assert (there.value == 1) == (back.value == 1)


@settings(max_examples=60, deadline=None)
@given(one=WORDS, other=WORDS)
def test_recall_and_precision_are_each_other_s_mirror(one: list[str], other: list[str]) -> None:
    a, b = " ".join(one), " ".join(other)
    for variant in ("rouge1", "rouge2", "rougeL"):
        recall, precision = (rouge(variant, measure=measure) for measure in ("recall", "precision"))  # type: ignore[arg-type]
        assert scored(recall, a, b).value == scored(precision, b, a).value


@settings(max_examples=60, deadline=None)
@given(words=WORDS, order=st.randoms(use_true_random=False))
def test_the_order_of_words_counts_where_it_is_said(words: list[str], order: object) -> None:
    shuffled = list(words)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    a, b = ", ".join(shuffled), ", ".join(words)
    assert [scored(name, a, b).value for name in ("members", "f1", "rouge1")] == [1, 1, 1]
    assert (scored("ordered_members", a, b).value == 1) == (shuffled == words)


@pytest.mark.parametrize(
    "name", [name for name in SCORERS if name not in ("exact", "number", "choice", "bleu")]
)
@pytest.mark.parametrize("piece", ["a", "a, ", "- a\n", "5 km ", "{", "[[", "\u0301", "A ", "答"])
def test_a_model_that_loops_is_scored_in_linear_time(name: str, piece: str) -> None:
    text = piece * (30_000 // len(piece))
    began = time.process_time()
    score = scored(name, text, TARGETS[name])
    assert time.process_time() - began < 2  # quadratic time would make minutes of it
    assert len(score.label or "") <= 220
    assert len(score.explanation) < 500
