"""F1 and ROUGE, by published examples and by hand."""

from __future__ import annotations

import pytest
from scored import scored

from workbench.errors import ConfigError, DataError
from workbench.evals.scorers import rouge

REFERENCE = "police killed the gunman"


@pytest.mark.parametrize(
    ("variant", "text", "value"),
    [
        ("rougeL", "police kill the gunman", 0.75),
        ("rougeL", "the gunman kill police", 0.5),
        ("rouge2", "police kill the gunman", 1 / 3),
        ("rouge2", "the gunman kill police", 1 / 3),
    ],
)
def test_rouge_gives_what_lin_published(variant: str, text: str, value: float) -> None:
    # C.-Y. Lin (2004), ROUGE, section 3.1: S1 is the reference, S2 and S3 are candidates, which are as long
    # as it is, so that recall, precision and F1 are the same.
    for measure in ("recall", "precision", "f1"):
        assert scored(rouge(variant, measure=measure), text, REFERENCE).value == pytest.approx(
            value, abs=1e-9
        )  # type: ignore[arg-type]


def test_recall_is_of_the_target_and_precision_of_the_answer() -> None:
    # 2 words shared, 4 in the target, 3 in the answer
    text = "the gunman fled"
    assert scored(rouge("rouge1", measure="recall"), text, REFERENCE).value == 2 / 4
    assert scored(rouge("rouge1", measure="precision"), text, REFERENCE).value == 2 / 3
    assert scored(rouge("rouge1"), text, REFERENCE).value == pytest.approx(
        2 * (2 / 4) * (2 / 3) / (2 / 4 + 2 / 3)
    )


def test_a_word_counts_as_often_as_both_have_it() -> None:
    assert scored("rouge1", "the the the the", "the cat on the mat").value == 2 * 2 / (4 + 5)


def test_rouge_is_named_by_variant_and_measure() -> None:
    assert rouge("rouge2", measure="recall").name == "rouge2_recall"
    for wrong in ({"variant": "rouge3"}, {"measure": "f2"}):
        with pytest.raises(ConfigError, match=r"no variant 'rouge3'|no measure 'f2'"):
            rouge(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        # The definition of SQuAD: articles, case and marks do not count
        ("The Cat, sat!", "a cat sat", 1),
        ("cat", "the cat sat down", 2 * 1 / (1 + 3)),
        ("dog", "cat", 0),
        ("long-term", "longterm", 1),
        ("“Oslo”", "Oslo", 1),
        ("東京都", "東京", 2 * 2 / (3 + 2)),  # each character is a word
    ],
)
def test_f1_counts_shared_words(text: str, target: str, value: float) -> None:
    assert scored("f1", text, target).value == pytest.approx(value)


def test_an_answer_without_words_shares_none() -> None:
    for name in ("f1", "rouge1", "rouge2", "rougeL"):
        given = scored(name, " … ", REFERENCE)
        assert (given.value, given.label) == (0, None)


@pytest.mark.parametrize(
    ("name", "target", "fault"),
    [("f1", "the", "no words"), ("rouge1", "!", "no word"), ("rouge2", "one", "fewer than two words")],
)
def test_a_target_without_words_is_refused(name: str, target: str, fault: str) -> None:
    with pytest.raises(DataError, match=f"the target {target!r} has {fault} for the scorer {name!r}"):
        scored(name, "one two", target)
