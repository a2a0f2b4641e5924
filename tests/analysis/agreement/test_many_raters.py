"""Fleiss' kappa, Krippendorff's alpha and Gwet's coefficients of any number of raters."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.agreement import (
    Label,
    cohen_kappa,
    fleiss_by_label,
    fleiss_kappa,
    fleiss_z,
    gwet_ac1,
    gwet_ac2,
    krippendorff_alpha,
    percent_agreement,
    share_of_equal_pairs,
)
from workbench.analysis.agreement.many import ac, alpha
from workbench.analysis.agreement.scale import Scale, by_sample
from workbench.analysis.estimates import Estimate

PUBLISHED = json.loads((Path(__file__).parents[1] / "published.json").read_text())
FLEISS = [
    [i for i, count in enumerate(row) for _ in range(count)] for row in PUBLISHED["fleiss1971"]["inputs"]
]
EACH = (fleiss_kappa, krippendorff_alpha, gwet_ac1, share_of_equal_pairs)
tables = st.integers(2, 4).flatmap(
    lambda raters: st.lists(
        st.lists(st.sampled_from(["x", "y", "z", None]), min_size=raters, max_size=raters), max_size=20
    )
)


def by_rater(columns: list[list[Any]]) -> list[list[Any]]:
    return [list(row) for row in zip(*columns, strict=True)]


def figures(found: Estimate) -> tuple[float, float, float]:
    return found.value, found.low, found.high


def test_fleiss_kappa_is_the_published_one_with_its_z() -> None:
    case = PUBLISHED["fleiss1971"]
    assert fleiss_kappa(FLEISS).value == pytest.approx(case["published"][0], abs=case["tol"])
    case = PUBLISHED["fleiss1971_z"]
    assert fleiss_z(FLEISS) == pytest.approx(case["published"][0], abs=case["tol"])


def test_fleiss_kappa_of_each_label_is_the_published_one() -> None:
    case = PUBLISHED["fleiss1971_percat"]
    frame = fleiss_by_label(FLEISS).sort_values("label")
    assert frame["kappa"].tolist() == pytest.approx(case["published"], abs=case["tol"])
    # z is kappa sqrt(n m (m - 1) / 2) with 30 patients and 6 raters, so sqrt(450) times
    assert frame["z"].tolist() == pytest.approx([math.sqrt(450) * kappa for kappa in frame["kappa"]])
    assert (frame["low"] < frame["kappa"]).all()
    assert set(frame["n"]) == {30}


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
    found = krippendorff_alpha(by_rater(facts["inputs"]), level)
    assert found.value == pytest.approx(facts["published"][place], abs=facts["tol"])
    assert found.low < found.value < found.high


def test_gwets_coefficients_are_the_published_ones_with_labels_missing() -> None:
    case = PUBLISHED["gwet_4raters"]
    ratings = by_rater(PUBLISHED["kripp2011_C"]["inputs"])
    found = [gwet_ac1(ratings).value, gwet_ac2(ratings).value]
    assert found == pytest.approx(case["published"], abs=case["tol"])
    assert gwet_ac1(ratings).n == 11  # one of the twelve has a single label


def test_the_errors_of_ac1_and_alpha_are_the_published_ones() -> None:
    case = PUBLISHED["gwet_abstractors"]
    pairs = [
        [i, j] for i, row in enumerate(case["inputs"]) for j, count in enumerate(row) for _ in range(count)
    ]
    first, second = ac(by_sample(pairs), Scale()), alpha(by_sample(pairs), "nominal")
    found = [first.value, first.error(), second.value, second.error()]
    assert found == pytest.approx(case["published"], abs=case["tol"])


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_the_error_of_alpha_is_about_that_of_a_bootstrap(level: Any) -> None:
    rng = np.random.default_rng(1)
    ratings = np.clip(rng.integers(1, 6, (80, 1)) + rng.integers(-1, 2, (80, 3)), 1, 5)
    drawn = [alpha(by_sample(ratings[rng.integers(0, 80, 80)].tolist()), level).value for _ in range(200)]
    assert alpha(by_sample(ratings.tolist()), level).error() == pytest.approx(np.std(drawn), rel=0.2)


def test_nominal_alpha_takes_words() -> None:
    numbers = PUBLISHED["kripp2011_B"]["inputs"]
    words = [[f"topic {label}" for label in rater] for rater in numbers]
    assert krippendorff_alpha(by_rater(words)) == krippendorff_alpha(by_rater(numbers))


def test_ratio_alpha_takes_zeros() -> None:
    assert krippendorff_alpha([[0, 0], [1, 1], [0, 0]], "ratio").value == 1


def test_random_labels_agree_as_chance_would_have_it() -> None:
    a, b, c = np.random.default_rng(6).choice(list("xyz"), size=(3, 3000)).tolist()
    corrected = [figure(by_rater([a, b, c])) for figure in (fleiss_kappa, krippendorff_alpha, gwet_ac1)]
    for found in (cohen_kappa(a, b), *corrected):
        assert found.value == pytest.approx(0, abs=0.05)
        assert found.low < 0 < found.high
    assert abs(fleiss_z(by_rater([a, b, c]))) < 3
    assert percent_agreement(a, b).value == pytest.approx(1 / 3, abs=0.03)


@pytest.mark.parametrize("labels", [[], ["x"], ["x", "x", "x"], [None, None]])
def test_figures_of_constant_labels_that_are_corrected_for_chance_are_undefined(labels: list[Label]) -> None:
    ratings = by_rater([labels, labels])
    for figure in (fleiss_kappa, krippendorff_alpha, gwet_ac1):
        assert all(math.isnan(each) for each in figures(figure(ratings)))
    assert math.isnan(fleiss_z(ratings))
    assert fleiss_by_label(ratings)["kappa"].isna().all()


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_of_samples_without_a_pair_of_labels_is_undefined(level: Any) -> None:
    for ratings in ([], [[None, None]], [[1, None], [None, 2]]):
        found = krippendorff_alpha(ratings, level)
        assert (math.isnan(found.value), found.n) == (True, 0)


def test_one_rater_agrees_with_nobody() -> None:
    for figure in EACH:
        assert math.isnan(figure([["x"], ["y"]]).value)


def test_fleiss_counts_complete_samples_only_and_the_others_all_that_have_a_pair() -> None:
    complete: list[list[Label]] = [["x", "x", "x"], ["x", "y", "y"], ["y", "y", "y"]]
    assert fleiss_kappa([*complete, ["x", "y", None]]) == fleiss_kappa(complete)
    assert krippendorff_alpha([*complete, ["x", "y", None]]).n == 4
    assert krippendorff_alpha([*complete, ["x", None, None]]) == krippendorff_alpha(complete)
    # pairs that are equal: 3 of 3, 1 of 3, 3 of 3, 0 of 1
    assert share_of_equal_pairs([*complete, ["x", "y", None]]).value == pytest.approx((1 + 1 / 3 + 1 + 0) / 4)


def test_labels_of_different_samples_are_refused() -> None:
    for figure in EACH:
        with pytest.raises(ValueError, match="differ in their number of ratings"):
            figure([["x", "y"], ["x"]])


def test_an_ordinal_label_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="'good'"):
        krippendorff_alpha([["good", "bad"]], "ordinal")


def test_a_number_without_end_is_no_step_of_a_scale() -> None:
    for label in ("nan", "inf", math.inf):
        with pytest.raises(ValueError, match="finite numbers, not"):
            krippendorff_alpha([[1, label], [2, 2]], "interval")
        assert gwet_ac1([[1, label], [2, 2]]).value < 1  # as a name it is one


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="'weekly'"):
        krippendorff_alpha([[1, 2]], "weekly")  # type: ignore[arg-type]


@settings(max_examples=40)
@given(tables, st.randoms(use_true_random=False))
def test_order_of_samples_and_raters_does_not_matter_and_bounds_hold(
    ratings: list[list[Label]], random: Any
) -> None:
    turned = [row[::-1] for row in ratings]
    random.shuffle(turned)
    for figure in EACH:
        found = figures(figure(ratings))
        assert found == pytest.approx(figures(figure(turned)), nan_ok=True)
        value, low, high = found
        assert math.isnan(value) or value <= 1
        assert math.isnan(low) or low - 1e-9 <= value <= high <= 1 + 1e-9


@given(tables)
def test_each_figure_is_full_agreement_where_all_say_the_same(ratings: list[list[Label]]) -> None:
    same = [[row[0]] * len(row) for row in ratings]
    for figure in EACH:
        found = figure(same)
        assert math.isnan(found.value) or found.value == pytest.approx(1)
