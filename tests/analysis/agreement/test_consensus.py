"""What most raters say, and who departs from the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.agreement import Label, consensus, outlier

columns = st.integers(0, 12).flatmap(
    lambda n: st.fixed_dictionaries(
        {name: st.lists(st.sampled_from(["x", "y", None]), min_size=n, max_size=n) for name in "abcd"}
    )
)


def knowing(rng: np.random.Generator, shares: dict[str, float], samples: int) -> dict[str, list[Label]]:
    """Raters who know so many of the answers, and guess the others among five."""
    truth = rng.integers(0, 5, samples)
    return {
        name: np.where(rng.random(samples) < share, truth, rng.integers(0, 5, samples)).tolist()
        for name, share in shares.items()
    }


def test_the_consensus_is_the_plurality_and_none_on_a_tie() -> None:
    labels: dict[str, list[Label]] = {
        "a": ["x", "x", None, None],
        "b": ["x", "y", None, "y"],
        "c": ["y", None, None, None],
    }
    assert consensus(labels) == ["x", None, None, "y"]
    assert consensus({}) == []


@given(columns)
def test_the_consensus_does_not_hang_on_the_order_of_raters(labels: dict[str, list[Label]]) -> None:
    assert consensus(labels) == consensus(dict(reversed(labels.items())))


def test_the_outlier_is_named_with_how_far_it_is_from_the_others() -> None:
    labels = knowing(np.random.default_rng(1), {"a": 0.9, "b": 0.9, "c": 0.2, "d": 0.9}, 60)
    found = outlier(labels)
    assert found is not None
    assert found.name == "c"
    assert found.agreement.value < found.others.value
    assert found.difference.value == pytest.approx(found.agreement.value - found.others.value)
    assert found.difference.high < 0
    assert found.p < 0.001
    assert str(found).startswith("c says the same as another one in ")


def test_of_two_that_depart_the_one_farther_off_is_named() -> None:
    labels = knowing(np.random.default_rng(2), {"a": 1, "b": 1, "c": 1, "d": 0.6, "e": 0.1}, 200)
    found = outlier(labels)
    assert found is not None
    assert found.name == "e"


def test_there_is_no_outlier_among_two_or_where_few_samples_show_it() -> None:
    assert outlier({"a": ["x"] * 9, "b": ["y"] * 9}) is None
    assert outlier({"a": ["x", "y", "x"], "b": ["x", "y", "y"], "c": ["z", "z", "y"]}) is None
    assert outlier({"a": ["x"] * 9, "b": ["x"] * 9, "c": ["x"] * 9}) is None


def test_samples_that_come_in_clusters_show_less() -> None:
    labels: dict[str, list[Label]] = {"a": ["x"] * 40, "b": ["x"] * 40, "c": ["x"] * 30 + ["y"] * 10}
    assert outlier(labels) is not None
    assert outlier(labels, [place // 10 for place in range(40)]) is None


def test_one_of_alike_models_is_called_an_outlier_in_at_most_5_of_100_cases() -> None:
    rng = np.random.default_rng(8)
    shares = dict.fromkeys("abcd", 0.7)
    claimed = [outlier(knowing(rng, shares, 50)) is not None for _ in range(200)]
    assert np.mean(claimed) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_raters_of_different_samples_are_refused() -> None:
    for function in (consensus, outlier):
        with pytest.raises(ValueError, match=r"'a': 2, 'b': 1"):
            function({"a": ["x", "y"], "b": ["x"]})
