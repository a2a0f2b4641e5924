"""Two answers, word by word."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from workbench.differences import MOST_WORDS, differences
from workbench.widgets.text.markdown import Node

TEXTS = st.lists(st.sampled_from(["a", "b", "c", " ", "\n", "  ", "é🙂", "<b>"]), max_size=40).map("".join)


def without(tag: str, nodes: list[Node]) -> str:
    return "".join(node if isinstance(node, str) else node[2] for node in nodes if node[0] != tag)


def test_words_that_only_one_of_them_has_are_marked() -> None:
    assert differences("The sky is very blue.", "The sea is blue.") == [
        "The ",
        ["del", {}, "sea "],
        ["ins", {}, "sky "],
        "is ",
        ["ins", {}, "very "],
        "blue.",
    ]


def test_what_changed_in_one_place_is_one_change() -> None:
    assert differences("a x y z b", "a 1 2 b") == [
        "a ",
        ["del", {}, "1 2 "],
        ["ins", {}, "x y z "],
        "b",
    ]


def test_another_line_break_is_no_difference() -> None:
    assert differences("one\ntwo", "one two\n") == ["one\ntwo"]


def test_empty_texts_differ_by_all_words_or_by_none() -> None:
    assert differences("", "") == []
    assert differences("new", "") == [["ins", {}, "new"]]
    assert differences("", "old") == [["del", {}, "old"]]


@given(text=TEXTS, reference=TEXTS)
def test_the_nodes_hold_both_texts(text: str, reference: str) -> None:
    nodes = differences(text, reference)
    assert without("del", nodes) == text
    assert without("ins", nodes).split() == reference.split()


def test_markup_is_a_word_like_others() -> None:
    assert differences("<b>x</b> *y*", "*y*") == [["ins", {}, "<b>x</b> "], "*y*"]


def test_long_texts_are_compared_by_lines_and_longer_ones_as_a_whole() -> None:
    lines = [f"line {number} of many words" for number in range(MOST_WORDS // 4)]
    changed = [*lines[:-1], "line last of many words"]
    assert differences("\n".join(changed), "\n".join(lines))[1:] == [
        ["del", {}, lines[-1]],
        ["ins", {}, changed[-1]],
    ]
    text = "a\n" * (MOST_WORDS + 1)
    assert differences(text, "b") == [["del", {}, "b"], ["ins", {}, text]]


def test_two_answers_of_2000_words_are_compared_while_nobody_notices() -> None:
    text = " ".join(f"w{number * number % 997}" for number in range(2_000))
    reference = " ".join(f"w{number * 7 % 997}" for number in range(2_000))
    before = time.process_time()
    differences(text, reference)
    assert time.process_time() - before < 0.5
