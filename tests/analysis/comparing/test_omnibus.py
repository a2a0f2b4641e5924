"""One test for all models."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.comparing.omnibus import omnibus

PUBLISHED = json.loads(Path(__file__).parents[1].joinpath("published.json").read_text())


def test_cochrans_q_is_the_one_that_he_published() -> None:
    case = PUBLISHED["cochran1950"]
    found = omnibus(np.array([row for row, times in case["inputs"] for _ in range(times)]))
    assert (found.test, found.n) == ("Cochran's Q", 69)
    assert (found.statistic, found.p) == pytest.approx(case["published"], abs=case["tol"])


def test_graded_scores_get_friedmans_test() -> None:
    # ranks 1 2 3 in each of 4 rows: 12 / (4 * 3 * 4) * (4² + 8² + 12²) - 3 * 4 * 4 = 8, p = exp(-4)
    found = omnibus(np.array([[0.1, 0.5, 0.9]] * 4))
    assert (found.test, found.statistic, found.p) == (
        "Friedman",
        pytest.approx(8),
        pytest.approx(math.exp(-4)),
    )


def test_samples_in_clusters_count_as_their_clusters() -> None:
    scores = np.repeat([[0, 1, 1], [0, 0, 1]], [6, 6], axis=0)
    assert omnibus(scores).p < 0.01
    clustered = omnibus(scores, np.repeat([0, 1], 6))
    assert (clustered.test, clustered.n) == ("Friedman over clusters", 2)
    assert clustered.p > 0.1


@pytest.mark.parametrize("scores", [np.ones((5, 3)), np.full((5, 3), 0.5), np.empty((0, 3))])
def test_where_nothing_differs_the_test_is_undefined(scores: np.ndarray) -> None:
    found = omnibus(scores)
    assert math.isnan(found.p)
    assert "nothing differs" in str(found)


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.sampled_from([0, 0.5, 1]), min_size=3, max_size=3), min_size=1, max_size=12),
    st.permutations(range(3)),
    st.sampled_from([1, 2]),
)
def test_the_order_of_models_and_samples_does_not_matter(
    rows: list[list[float]], order: list[int], size: int
) -> None:
    scores = np.array(rows)
    groups = np.arange(len(rows)) // size if size > 1 else None
    found = omnibus(scores, groups)
    again = omnibus(scores[::-1][:, order], None if groups is None else groups[::-1])
    assert (again.statistic, again.p) == pytest.approx((found.statistic, found.p), nan_ok=True, abs=1e-9)
    assert math.isnan(found.p) or 0 <= found.p <= 1


def test_two_models_have_a_test_of_their_own() -> None:
    with pytest.raises(ValueError, match="compare two by paired_difference"):
        omnibus(np.ones((5, 2)))


@pytest.mark.parametrize(("epochs", "size"), [(1, 1), (3, 1), (1, 10)])
def test_models_that_are_alike_are_found_to_differ_in_5_of_100_cases(epochs: int, size: int) -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(100 // size), size) if size > 1 else None
    alarms = 0
    for _ in range(400):
        p = rng.beta(0.8, 0.8, size=(100, 1)).repeat(4, axis=1)
        if groups is not None:  # what each model is good at is a matter of the cluster
            p = np.clip(p + rng.normal(scale=0.2, size=(10, 4))[groups], 0, 1)
        alarms += omnibus(rng.binomial(epochs, p) / epochs, groups).p < 0.05
    assert 0.01 < alarms / 400 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)
