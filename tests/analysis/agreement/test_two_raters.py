"""The share of equal labels and kappa of two raters."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from workbench.analysis.agreement import Label, cohen_kappa, gwet_ac1, percent_agreement, weighted_kappa
from workbench.analysis.agreement.scale import Scale, by_pair, weighted
from workbench.analysis.agreement.two import kappa
from workbench.analysis.estimates import Estimate, proportion

PUBLISHED = json.loads((Path(__file__).parents[1] / "published.json").read_text())
pairs = st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("xyz")), max_size=30)
steps = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=30)


def labels_of(table: list[list[int]]) -> tuple[list[int], list[int]]:
    """Two raters' labels that make this table of counts."""
    rated = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return [a for a, _ in rated], [b for _, b in rated]


def figures(found: Estimate) -> tuple[float, float, float]:
    return found.value, found.low, found.high


@pytest.mark.parametrize("case", ["cohen_wp", "cohen1968"])
def test_cohen_kappa_is_the_published_one(case: str) -> None:
    facts = PUBLISHED[case]
    found = cohen_kappa(*labels_of(facts["inputs"]))
    assert found.value == pytest.approx(facts["published"][0], abs=facts["tol"])


def test_kappa_weighted_by_a_frame_is_the_published_one() -> None:
    facts = PUBLISHED["cohen1968_weighted"]
    found = weighted_kappa(*labels_of(PUBLISHED["cohen1968"]["inputs"]), pd.DataFrame(facts["inputs"]))
    assert found.value == pytest.approx(facts["published"][0], abs=facts["tol"])


@pytest.mark.parametrize(
    ("weights", "theirs"), [("nominal", None), ("linear", "linear"), ("quadratic", "fc")]
)
def test_kappa_and_its_error_are_those_of_statsmodels(weights: str, theirs: str | None) -> None:
    table = PUBLISHED["cohen1968"]["inputs"]
    coded = by_pair(*labels_of(table))
    scale = Scale() if weights == "nominal" else weighted(coded.labels, weights)  # type: ignore[arg-type]
    figure, known = kappa(coded, scale), cohens_kappa(np.array(table), wt=theirs)
    assert figure.value == pytest.approx(known.kappa)
    # the variance of Fleiss, Cohen & Everitt (1969) has n where ours has n - 1
    assert figure.error() * math.sqrt(99 / 100) == pytest.approx(known.std_kappa)


def test_an_unweighted_kappa_is_the_weighted_one_with_equal_weights() -> None:
    a, b = labels_of(PUBLISHED["cohen1968"]["inputs"])
    assert weighted_kappa(a, b, "nominal") == cohen_kappa(a, b)


def test_own_weights_need_not_be_the_same_in_both_directions() -> None:
    a, b = ["x", "x", "y", "y"], ["x", "y", "y", "x"]
    weights = pd.DataFrame([[0, 4], [1, 0]], index=["x", "y"], columns=["x", "y"])
    # observed (0 + 4 + 0 + 1) / 4; by chance each cell has 1/4: (4 + 1) / 4; so 0 both ways round
    assert weighted_kappa(a, b, weights).value == pytest.approx(0)
    # of four, one x → y of weight 4 and none back: 1; by chance x → y 3/4 · 1/2 · 4, y → x 1/4 · 1/2 · 1
    assert weighted_kappa(["x", "x", "y", "x"], ["x", "y", "y", "x"], weights).value == pytest.approx(
        1 - 1 / (3 / 2 + 1 / 8)
    )


def test_equal_agreement_may_have_unequal_kappa_and_ac1_stays_near_the_share() -> None:
    case = PUBLISHED["feinstein_paradox"]
    for table, published, ac1 in zip(case["inputs"], case["published"], [0.7, 0.81], strict=True):
        a, b = labels_of(table)
        assert percent_agreement(a, b).value == pytest.approx(0.85)
        assert cohen_kappa(a, b).value == pytest.approx(published, abs=case["tol"])
        # second table: of all labels .875 are of one kind, by guessing 2 · .875 · .125; (.85 - .219) / .781
        assert gwet_ac1(list(zip(a, b, strict=True))).value == pytest.approx(ac1, abs=0.005)


def test_the_share_of_equal_labels_has_wilsons_interval_over_samples_with_both() -> None:
    a: list[Label] = ["x", "y", None, "x", math.nan]
    b: list[Label] = ["x", "x", "y", None, "y"]
    assert percent_agreement(a, b) == proportion(1, 2)
    assert percent_agreement([None], ["x"]).n == 0
    assert math.isnan(percent_agreement([None], ["x"]).value)


@pytest.mark.parametrize("labels", [[], ["x"], ["x", "x", "x"], [None, None]])
def test_kappa_of_constant_labels_is_undefined(labels: list[Label]) -> None:
    for found in (cohen_kappa(labels, labels), weighted_kappa(labels, labels, "nominal")):
        assert all(math.isnan(figure) for figure in figures(found))


def test_full_agreement_has_a_lower_bound_that_rises_with_n() -> None:
    few, many = (cohen_kappa(["x", "y"] * n, ["x", "y"] * n) for n in (10, 100))
    # of 20 samples 3.8415 / 23.8415 may disagree, where chance has 1/2: 1 - .1611 / .5
    assert figures(few) == pytest.approx((1, 0.6777, 1), abs=1e-4)
    assert 0.9 < many.low < many.high == 1


def test_clusters_widen_the_interval_where_their_samples_are_alike() -> None:
    a = ["x", "y", "x", "y", "x", "y"] * 10
    b = ["x", "y", "x", "y", "y", "x"] * 10
    order = np.argsort(np.tile([0, 0, 0, 0, 1, 1], 10), kind="stable")  # who agree first, then who do not
    a, b = [a[i] for i in order], [b[i] for i in order]
    alone, together = cohen_kappa(a, b), cohen_kappa(a, b, [i // 5 for i in range(60)])
    assert alone.value == together.value
    assert together.high - together.low > 1.5 * (alone.high - alone.low)
    assert cohen_kappa(a, b, list(range(60))) == cohen_kappa(a, b, [None] * 60) == alone
    assert percent_agreement(a, b, [i // 5 for i in range(60)]).low < percent_agreement(a, b).low


def test_labels_of_different_samples_are_refused() -> None:
    for function in (percent_agreement, cohen_kappa, weighted_kappa):
        with pytest.raises(ValueError, match="2 labels and 1"):
            function([1, 2], [1])
    with pytest.raises(ValueError, match="2 values and 1 clusters"):
        cohen_kappa(["x", "y"], ["x", "y"], ["a"])


def test_weights_that_do_not_fit_the_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="'good'"):
        weighted_kappa(["good", "bad"], ["bad", "good"])
    with pytest.raises(ValueError, match="'cubic'"):
        weighted_kappa([1, 2], [2, 1], "cubic")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no row and column for 'y'"):
        weighted_kappa(["x", "y"], ["x", "x"], pd.DataFrame([[0]], index=["x"], columns=["x"]))


@given(pairs)
def test_kappa_is_symmetric_within_bounds_and_blind_to_order_and_names(rated: list[tuple[str, str]]) -> None:
    a, b = [x for x, _ in rated], [y for _, y in rated]
    found = figures(cohen_kappa(a, b))
    assert found == pytest.approx(figures(cohen_kappa(b, a)), nan_ok=True)
    assert found == pytest.approx(figures(cohen_kappa(a[::-1], b[::-1])), nan_ok=True)
    turned = {"x": "z", "y": "x", "z": "y"}
    assert found == pytest.approx(
        figures(cohen_kappa([turned[x] for x in a], [turned[y] for y in b])), nan_ok=True
    )
    value, low, high = found
    assert math.isnan(value) or -1 <= value <= 1
    assert math.isnan(low) or -1 <= low <= value <= high <= 1


@given(steps)
def test_a_weighted_kappa_is_symmetric_and_does_not_hang_on_the_unit(rated: list[tuple[int, int]]) -> None:
    a, b = [x for x, _ in rated], [y for _, y in rated]
    for weights in ("linear", "quadratic"):
        found = figures(weighted_kappa(a, b, weights))  # type: ignore[arg-type]
        assert found == pytest.approx(figures(weighted_kappa(b, a, weights)), nan_ok=True)  # type: ignore[arg-type]
        scaled = weighted_kappa([3 * x - 7 for x in a], [3 * y - 7 for y in b], weights)  # type: ignore[arg-type]
        assert found == pytest.approx(figures(scaled), nan_ok=True)
