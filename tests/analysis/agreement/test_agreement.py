from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.analysis.agreement import (
    agreement_matrix,
    agreement_with_others,
    cohen_kappa,
    consensus,
    fleiss_kappa,
    krippendorff_alpha,
    outlier,
    percent_agreement,
)

PUBLISHED = json.loads((Path(__file__).parents[1] / "published.json").read_text())


def labels_of(table: list[list[int]]) -> tuple[list[str], list[str]]:
    """Two judges' labels that make this table of counts."""
    pairs = [
        (str(i), str(j)) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


def by_sample(raters: list[list[Any]]) -> list[list[Any]]:
    return [list(row) for row in zip(*raters, strict=True)]


@pytest.mark.parametrize("case", ["cohen_wp", "cohen1968"])
def test_cohen_kappa_is_the_published_one(case: str) -> None:
    facts = PUBLISHED[case]
    assert cohen_kappa(*labels_of(facts["inputs"])) == pytest.approx(facts["published"][0], abs=facts["tol"])


def test_fleiss_kappa_is_the_published_one() -> None:
    case = PUBLISHED["fleiss1971"]
    ratings = [[str(i) for i, count in enumerate(row) for _ in range(count)] for row in case["inputs"]]
    assert fleiss_kappa(ratings) == pytest.approx(case["published"][0], abs=case["tol"])


@pytest.mark.parametrize(
    ("case", "level", "place"),
    [
        ("kripp2011_A", "nominal", 0),
        ("kripp2011_B", "nominal", 0),
        ("kripp2011_C", "nominal", 0),
        ("kripp2011_C", "ordinal", 1),
        ("kripp2011_C", "interval", 2),
        ("kripp2011_C", "ratio", 3),
    ],
)
def test_krippendorff_alpha_is_the_published_one(case: str, level: Any, place: int) -> None:
    facts = PUBLISHED[case]
    alpha = krippendorff_alpha(by_sample(facts["inputs"]), level)
    assert alpha == pytest.approx(facts["published"][place], abs=facts["tol"])


def test_nominal_alpha_takes_words() -> None:
    numbers = PUBLISHED["kripp2011_B"]["inputs"]
    words = [[f"topic {label}" for label in rater] for rater in numbers]
    assert krippendorff_alpha(by_sample(words)) == krippendorff_alpha(by_sample(numbers))


def test_ratio_alpha_takes_zeros() -> None:
    assert krippendorff_alpha([[0, 0], [1, 1], [0, 0]], "ratio") == 1


def test_random_labels_agree_as_chance_would_have_it() -> None:
    a, b, c = np.random.default_rng(6).choice(list("xyz"), size=(3, 3000)).tolist()
    found = [cohen_kappa(a, b), fleiss_kappa(by_sample([a, b, c])), krippendorff_alpha(by_sample([a, b, c]))]
    assert found == pytest.approx([0, 0, 0], abs=0.05)
    assert percent_agreement(a, b) == pytest.approx(1 / 3, abs=0.03)


@pytest.mark.parametrize("labels", [[], ["x"], ["x", "x", "x"], [None, None]])
def test_chance_corrected_figures_of_constant_labels_are_undefined(labels: list[str | None]) -> None:
    assert math.isnan(cohen_kappa(labels, labels))
    assert math.isnan(fleiss_kappa(by_sample([labels, labels])))
    assert math.isnan(krippendorff_alpha(by_sample([labels, labels])))


def test_one_rater_agrees_with_nobody() -> None:
    assert math.isnan(fleiss_kappa([["x"], ["y"]]))
    assert math.isnan(krippendorff_alpha([["x"], ["y"]]))


def test_samples_without_both_labels_are_left_out() -> None:
    a, b = ["x", "y", None, "x", math.nan], ["x", "x", "y", None, "y"]
    assert percent_agreement(a, b) == 0.5
    assert math.isnan(percent_agreement([None], ["x"]))


def test_fleiss_counts_complete_samples_only() -> None:
    complete = [["x", "x"], ["x", "y"], ["y", "y"]]
    assert fleiss_kappa([*complete, ["x", None]]) == fleiss_kappa(complete)


def test_labels_of_different_samples_are_refused() -> None:
    for function in (percent_agreement, cohen_kappa):
        with pytest.raises(ValueError, match="2 labels and 1"):
            function(["x", "y"], ["x"])
    with pytest.raises(ValueError, match="differ in their number of ratings"):
        fleiss_kappa([["x", "y"], ["x"]])
    with pytest.raises(ValueError, match=r"'a': 2, 'b': 1"):
        consensus({"a": ["x", "y"], "b": ["x"]})


def test_an_ordinal_label_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="'good'"):
        krippendorff_alpha([["good", "bad"]], "ordinal")


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="'weekly'"):
        krippendorff_alpha([[1, 2]], "weekly")  # type: ignore[arg-type]


MODELS = {
    "a": ["x", "y", "z", "x"],
    "b": ["x", "y", "z", "y"],
    "c": ["x", "z", "z", None],
}


def test_the_matrix_holds_each_pair() -> None:
    matrix = agreement_matrix(MODELS)
    assert list(matrix.index) == list(matrix.columns) == ["a", "b", "c"]
    # a and b agree on 3 of 4, a and c on 2 of 3, b and c on 2 of 3
    assert matrix.to_numpy() == pytest.approx(
        np.array([[1, 3 / 4, 2 / 3], [3 / 4, 1, 2 / 3], [2 / 3, 2 / 3, 1]])
    )


def test_a_model_without_labels_does_not_even_agree_with_itself() -> None:
    matrix = agreement_matrix({"a": ["x"], "b": [None]})
    assert matrix.loc["a", "a"] == 1
    assert math.isnan(matrix.loc["b", "b"])
    assert math.isnan(matrix.loc["a", "b"])


def test_agreement_with_others_is_the_mean_over_pairs() -> None:
    frame = agreement_with_others(MODELS)
    assert list(frame.index) == ["a", "b", "c"]
    assert frame["agreement"].tolist() == pytest.approx([(3 / 4 + 2 / 3) / 2, (3 / 4 + 2 / 3) / 2, 2 / 3])
    assert frame.loc["c", "kappa"] == pytest.approx(
        (cohen_kappa(MODELS["c"], MODELS["a"]) + cohen_kappa(MODELS["c"], MODELS["b"])) / 2
    )


def test_agreement_of_a_model_alone_is_undefined() -> None:
    assert agreement_with_others({"a": ["x"]}).loc["a"].isna().all()
    assert len(agreement_with_others({})) == 0


def test_the_consensus_is_the_plurality_and_none_on_a_tie() -> None:
    labels = {"a": ["x", "x", None, None], "b": ["x", "y", None, "y"], "c": ["y", None, None, None]}
    assert consensus(labels) == ["x", None, None, "y"]
    assert consensus({}) == []


def test_the_outlier_departs_most_often_from_the_others() -> None:
    # c departs on the first two samples, a on the third
    assert outlier({"a": ["x", "y", "x"], "b": ["x", "y", "y"], "c": ["z", "z", "y"]}) == "c"


def test_the_outlier_is_found_by_share_of_its_labels_not_by_count() -> None:
    labels = {
        "a": ["z", "x", "x", "x", "x", "x"],
        "b": ["x", "z", "z", "x", "x", "x"],
        "c": ["x", "x", "x", "x", "x", "x"],
        "d": [None, None, None, None, None, "z"],
    }
    assert outlier(labels) == "d"  # 1 of 1; b departs twice, but of 6


def test_there_is_no_outlier_without_a_departure_among_two_or_on_a_tie() -> None:
    assert outlier({"a": ["x"], "b": ["x"], "c": ["x"]}) is None
    assert outlier({"a": ["x"], "b": ["y"]}) is None
    assert outlier({"a": ["x", "q"], "b": ["p", "x"], "c": ["x", "x"]}) is None
    assert outlier({"a": [None], "b": [None], "c": ["x"]}) is None
