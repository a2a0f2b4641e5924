"""Lists: how they are read, and how they are compared."""

from __future__ import annotations

import pytest
from scored import scored

from workbench.errors import ConfigError, DataError
from workbench.evals.scorers import choice, members
from workbench.evals.scorers.lists import read_members


@pytest.mark.parametrize(
    "text",
    [
        "red, blue",
        "Red and blue.",
        "red, and blue",
        "red; blue",
        "red\nblue",
        "- red\n- blue",
        "The colours:\n\n* **Red**\n* _blue_",
        "1. red\n2) blue",
        '["red", "blue"]',
        '```json\n["red", "blue"]\n```',
        'They are ["red", "blue"] [1].',
        "The colours are: red, blue",
        "Answer: red, blue",
        "I looked, and the answer is red, blue.\n\nThat is all, I think.",
        r"\boxed{red, blue}",
    ],
)
def test_a_list_is_read_however_it_is_written(text: str) -> None:
    assert read_members(text) == ("red", "blue")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ()),
        (" , ", ()),
        ("Paris", ("paris",)),
        ("salt and pepper, oil", ("salt and pepper", "oil")),
        ("a; b, c; d", ("a", "b, c", "d")),
        ("2, 3.0 and 1/2", ("2", "3", "0.5")),
        ("[2, 3.0, true, null]", ("2", "3", "true", "null")),
        ("10:30, 11:45", ("10:30", "11:45")),
    ],
)
def test_the_members_of_a_list(text: str, read: tuple[str, ...]) -> None:
    assert read_members(text) == read


def test_members_in_any_order_are_right_and_others_are_named() -> None:
    assert scored("members", "blue, red, red", "red, blue").value == 1
    given = scored("members", "- red\n- green", "red, blue")
    assert (given.value, given.label) == (0, "green, red")
    assert given.explanation == "read 'green, red', missing 'blue'; not wanted 'green'"


def test_members_in_order_have_to_be_in_it() -> None:
    assert scored("ordered_members", "red, blue", "red, blue").value == 1
    given = scored("ordered_members", "blue, red", "red, blue")
    assert (given.value, given.explanation) == (0, "read 'blue, red', wanted in the order 'red, blue'")
    assert scored("ordered_members", "red, blue, blue", "red, blue").value == 0


def test_what_lists_share_may_be_graded() -> None:
    # 2 in both, 4 in either; 3 and 3 in all
    assert scored(members(graded="jaccard"), "a, b, c", "b, c, d").value == 2 / 4
    assert scored(members(graded="f1"), "a, b, c", "b, c, d").value == 2 * 2 / 6


def test_an_answer_without_a_list_is_no_answer() -> None:
    given = scored("members", " ", "red, blue")
    assert (given.value, given.label) == (0, None)
    with pytest.raises(DataError, match="the target ' , ' lists nothing for the scorer 'members'"):
        scored("members", "red", " , ")


def test_a_grade_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="graded is 'f1', which does not look at the order"):
        members(ordered=True, graded="f1")
    with pytest.raises(ConfigError, match="graded is 'dice': write 'jaccard' or 'f1'"):
        members(graded="dice")  # type: ignore[arg-type]


def test_several_letters_have_to_be_claimed_together() -> None:
    several = choice(several=True)
    assert several.name == "choices"
    assert scored(several, "Answer: C and A", "A, C").label == "A, C"
    assert [scored(several, text, "A, C").value for text in ("A and C", "A", "A, B and C", "")] == [
        1,
        0,
        0,
        0,
    ]


def test_letters_that_no_option_has_are_not_looked_at() -> None:
    assert scored(choice("ABCD"), "(I) (B)", "B").value == 1
    assert scored("choice", "(I) (B)", "B").label is None
    with pytest.raises(DataError, match="the target 'E' is not one letter from A to D"):
        scored(choice("abcd"), "E", "E")
    with pytest.raises(ConfigError, match="letters is 'XYZ'"):
        choice("XYZ")
