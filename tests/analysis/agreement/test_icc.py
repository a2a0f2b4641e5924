"""Intraclass correlation."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.agreement import icc
from workbench.analysis.agreement.icc import FORMS

CASE = json.loads((Path(__file__).parents[1] / "published.json").read_text())["shrout_fleiss"]
rows = st.lists(st.lists(st.integers(-9, 9), min_size=3, max_size=3), min_size=2, max_size=12)


@pytest.mark.parametrize("place", range(6))
def test_each_form_and_its_interval_are_the_published_ones(place: int) -> None:
    found = icc(CASE["inputs"], FORMS[place])
    published = [CASE[name][place] for name in ("published", "low", "high")]
    assert [found.value, found.low, found.high] == pytest.approx(published, abs=CASE["tol"])
    assert found.n == 6


def test_a_rater_who_is_always_stricter_disagrees_only_where_raters_stand_for_others() -> None:
    rng = np.random.default_rng(2)
    level = rng.normal(size=(40, 1))
    ratings = (level + 0.3 * rng.normal(size=(40, 2)) + [0, 5]).tolist()
    assert icc(ratings, "3,1").value > 0.8
    assert icc(ratings, "2,1").value < 0.2


def test_samples_that_lack_a_rating_are_left_out() -> None:
    more = [*CASE["inputs"], [1, None, 3, 4], [math.nan, 2, 3, 4]]
    assert icc(more) == icc(CASE["inputs"])


@pytest.mark.parametrize("ratings", [[], [[1, 2]], [[1], [2]], [[3, 3], [3, 3]], [[None, 1], [2, None]]])
def test_it_is_undefined_for_too_little_and_for_one_and_the_same_rating(ratings: list[list[Any]]) -> None:
    found = icc(ratings)
    assert all(math.isnan(figure) for figure in (found.value, found.low, found.high))


def test_full_agreement_has_no_interval_since_no_noise_was_seen() -> None:
    found = icc([[1, 1], [2, 2], [5, 5]])
    assert found.value == pytest.approx(1)
    assert math.isnan(found.low)


def test_a_mean_that_has_no_value_has_no_bounds_either() -> None:
    # mean squares 1 between samples, 1 between raters, 9 of the rest: (1 - 9) / (1 + 9 + 2 (1 - 9) / 2) = -4,
    # and the step to the mean of two divides by 1 - 4
    found = icc([[1, 5], [3, 1]], "2,k")
    assert all(math.isnan(figure) for figure in (found.value, found.low, found.high))


def test_clusters_of_samples_that_are_alike_widen_the_interval() -> None:
    rng = np.random.default_rng(4)
    level = np.repeat(rng.normal(size=12), 5)[:, None]
    noise = np.repeat(rng.normal(size=(12, 3)), 5, axis=0)
    ratings = (level + noise).tolist()
    alone, together = icc(ratings, "3,1"), icc(ratings, "3,1", np.repeat(range(12), 5).tolist())
    assert alone.value == together.value
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_an_unknown_form_and_ragged_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="'4,1'"):
        icc([[1, 2]], "4,1")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="differ in their number"):
        icc([[1, 2], [1]])


@given(rows, st.sampled_from(FORMS))
def test_unit_origin_and_order_do_not_matter(ratings: list[list[int]], form: Any) -> None:
    found = icc(ratings, form)
    turned = icc([[4 * x - 10 for x in reversed(row)] for row in reversed(ratings)], form)
    first, second = ((each.value, each.low, each.high) for each in (found, turned))
    assert first == pytest.approx(second, nan_ok=True, abs=1e-6)
    assert math.isnan(found.value) or found.value <= 1 + 1e-9
