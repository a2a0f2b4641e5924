"""Groups of models that cannot be told apart, and the words for them."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.comparing.groups import in_words, indistinguishable, letters

N = "60 samples"


def test_two_alike_and_one_that_is_worse() -> None:
    apart = {("swift", "local"), ("steady", "local")}
    models = ["swift", "steady", "local"]
    assert indistinguishable(models, apart) == (("swift", "steady"), ("local",))
    assert in_words(models, apart, N) == (
        "swift and steady cannot be told apart with 60 samples; both are better than local."
    )


def test_groups_overlap_where_being_alike_is_not_passed_on() -> None:
    models, apart = ["a", "b", "c"], {("a", "c")}
    groups = indistinguishable(models, apart)
    assert groups == (("a", "b"), ("b", "c"))
    assert letters(models, groups) == {"a": "a", "b": "ab", "c": "b"}
    assert in_words(models, apart, N) == (
        "a and b cannot be told apart with 60 samples; b and c cannot be told apart with 60 samples; "
        "a is better than c."
    )


def test_the_display_is_right_where_neighbours_differ_and_the_ends_do_not() -> None:
    # a and d are alike though b, between them, is not like d: errors of pairs are not the same
    models, apart = list("abcd"), {("a", "c"), ("b", "d")}
    assert indistinguishable(models, apart) == (("a", "b"), ("a", "d"), ("b", "c"), ("c", "d"))


def test_one_better_than_all_others() -> None:
    models = list("abcd")
    assert in_words(models, {("a", other) for other in "bcd"}, N) == (
        "b, c and d cannot be told apart with 60 samples; a is better than all others."
    )


def test_all_alike_and_none_alike() -> None:
    assert in_words(["a", "b"], set(), N) == "a and b cannot be told apart with 60 samples."
    assert in_words(["a", "b"], {("a", "b")}, N) == "a is better than b, with 60 samples."


PAIRS = [(one, other) for one, other in combinations("abcdefg", 2)]


@given(st.sets(st.sampled_from(PAIRS)))
def test_models_share_a_group_exactly_where_they_were_not_told_apart(apart: set[tuple[str, str]]) -> None:
    models = list("abcdefg")
    groups = indistinguishable(models, apart)
    shown = letters(models, groups)
    for one, other in PAIRS:
        assert bool(set(shown[one]) & set(shown[other])) == ((one, other) not in apart)
    assert all(shown.values())
    assert not any(set(one) < set(other) for one in groups for other in groups)
    reverse = indistinguishable(models, {(other, one) for one, other in apart})
    assert reverse == groups
