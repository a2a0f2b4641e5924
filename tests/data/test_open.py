"""The open set: questions without a right answer, each with what makes an answer good."""

from __future__ import annotations

from collections import Counter

from workbench.evals.dataset import load_dataset

SAMPLES = tuple(load_dataset("open"))


def test_there_are_five_categories_of_eight() -> None:
    categories = Counter(sample.category for sample in SAMPLES)
    assert categories == dict.fromkeys(("explain", "rewrite", "plan", "argument", "comment"), 8)


def test_no_item_has_a_target_or_a_scorer() -> None:
    assert {(sample.target, sample.scorer) for sample in SAMPLES} == {(None, None)}


def test_every_item_has_a_rubric_and_a_reference_of_its_own() -> None:
    for field in ("rubric", "reference"):
        texts = [sample.meta[field] for sample in SAMPLES]
        assert len(set(texts)) == len(texts)
        assert min(map(len, texts)) > 30


def test_references_keep_to_the_length_that_is_asked_for() -> None:
    for sample in SAMPLES:
        words = sample.input.partition("at most ")[2].split()
        if words[1:2] and words[1].startswith("words"):
            assert len(sample.meta["reference"].split()) <= int(words[0]), sample.id
