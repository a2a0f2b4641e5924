"""Words and patterns that are looked for in an answer."""

from __future__ import annotations

import pytest
from scored import scored

from workbench.errors import ConfigError, DataError
from workbench.evals.scorers import Score, contains, regex


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        ("It is Oslo, I think.", "oslo", 1),
        ("_Oslo_", "Oslo", 1),
        ("Oslovian", "Oslo", 0),
        ("New\n  York", "New York", 1),
        ("Ｏｓｌｏ", "Oslo", 1),
        ("日本の首都は東京です", "東京", 1),  # written without spaces
        ("It costs $5.", "$5", 1),
        ("It costs $50.", "$5", 0),
        ("C++ and C", "c++", 1),
        ("", "Oslo", 0),
    ],
)
def test_a_target_is_found_as_whole_words(text: str, target: str, value: float) -> None:
    assert scored("contains", text, target).value == value


def test_all_or_any_of_given_words_will_do_without_a_target() -> None:
    both, one = contains(all_of=["Oslo", "Bergen"]), contains(any_of=["Oslo", "Bergen"])
    assert scored(both, "bergen, oslo").value == scored(one, "bergen").value == 1
    assert scored(both, "bergen") == Score(
        value=0.0, label="Bergen", explanation="has 'Bergen'; lacks 'Oslo'"
    )
    assert scored(one, "Rome") == Score(value=0.0, label=None, explanation="lacks 'Oslo', 'Bergen'")
    assert scored(contains(any_of=["Oslo"], ignore_case=False), "oslo").value == 0


@pytest.mark.parametrize(
    "given", [{"all_of": ["a"], "any_of": ["b"]}, {"all_of": "Oslo"}, {"any_of": ["Oslo", " "]}]
)
def test_words_that_cannot_be_looked_for_are_refused(given: dict[str, list[str]]) -> None:
    with pytest.raises(ConfigError, match=r"all_of and any_of|is no list of words"):
        contains(**given)


def test_a_pattern_is_found_or_not() -> None:
    code = regex(r"\b[A-Z]{3}-\d+\b")
    assert scored(code, "see ABC-12") == Score(value=1.0, label="ABC-12", explanation="found 'ABC-12'")
    given = scored(code, "see abc-12")
    assert (given.value, given.label) == (0, None)
    assert scored(regex("abc", ignore_case=True), "ABC").value == 1


def test_a_target_may_be_the_pattern() -> None:
    assert scored("regex", "colour", "^colou?r$").value == 1
    assert scored("regex", "b", '["abc"]').value == 1  # a class of characters, and no list
    with pytest.raises(DataError, match=r"the target is no pattern: '\(' .*: mend it"):
        scored("regex", "x", "(")


def test_what_a_group_reads_is_compared_with_the_target_and_the_last_one_counts() -> None:
    marked = regex(r"ANSWER: (.+)", group=1)
    assert scored(marked, "ANSWER: Rome\nNo, wait.\nANSWER: **Paris**", "paris").value == 1
    assert scored(marked, "ANSWER: Rome", '["Roma", "Rome"]').label == "rome"
    named = regex(r"(?P<city>\w+) is it", group="city")
    assert scored(named, "Paris is it", "Paris").value == 1
    assert scored(named, "Paris", "Paris").label is None


@pytest.mark.parametrize(
    ("pattern", "group", "words"),
    [
        ("(", None, "no pattern: '\\('"),
        ("a(b)", 2, "no group 2"),
        ("a", "city", "no group 'city'"),
        (None, 1, "no patt"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str | None, group: int | str | None, words: str) -> None:
    with pytest.raises(ConfigError, match=words if pattern else "there is no pattern"):
        regex(pattern, group=group)


def test_a_pattern_that_never_ends_is_given_up_and_is_no_wrong_answer() -> None:
    given = scored(regex(r"(a+)+$"), f"{'a' * 100_000}b")
    assert given == Score(value=None, label=None, explanation="'(a+)+$' took over 1 s")
