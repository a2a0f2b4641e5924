"""How steady a model is on each sample, by its repeats."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_runs import rows

from workbench.analysis.flakiness import flaky, noise_in_words, quarantine

NAN = math.nan


def test_how_often_two_answers_disagree_is_the_share_of_pairs_that_do() -> None:
    found = flaky(rows(np.array([[1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]])))
    # of 6 pairs 4 are of two sides; 3; 0. Variances 1/3, 1/4, 0: shares 4/7, 3/7, 0
    assert found["sample"].tolist() == ["s0", "s1", "s2"]
    assert found["disagree"].tolist() == pytest.approx([4 / 6, 3 / 6, 0])
    assert found["variance"].tolist() == pytest.approx([1 / 3, 1 / 4, 0])
    assert found["noise"].tolist() == pytest.approx([4 / 7, 3 / 7, 0])
    assert found["together"].tolist() == pytest.approx([4 / 7, 1, 1])
    assert found["right"].tolist() == [0.5, 0.75, 1]


def test_what_was_asked_once_or_failed_has_no_noise_that_is_known() -> None:
    found = flaky(rows(np.array([[1, NAN], [NAN, NAN], [0, 0]]))).set_index("sample")
    assert found["n"].to_dict() == {"s0": 1, "s1": 0, "s2": 2}
    assert found["disagree"].isna().tolist() == [True, True, False]
    assert found["right"].isna().to_dict() == {"s0": False, "s1": True, "s2": False}
    assert found["noise"].isna().all()
    once = flaky(rows(np.array([1, 0])))
    assert "nothing is known" in noise_in_words(once)
    assert quarantine(once) == []


def test_equal_scores_have_no_noise_though_they_are_no_round_numbers() -> None:
    found = flaky(rows(np.full((3, 3), 0.1)))
    assert found["variance"].tolist() == [0, 0, 0]
    assert noise_in_words(found) == "sim/swift: all repeats of 3 samples agree"


def test_the_disagreement_of_runs_is_estimated_without_bias() -> None:
    rng = np.random.default_rng(3)
    p = rng.beta(0.8, 0.4, 4000)
    found = flaky(rows(rng.binomial(1, p[:, None], (4000, 3)).astype(float)))
    error = found["disagree"].std() / math.sqrt(4000)
    assert found["disagree"].mean() == pytest.approx((2 * p * (1 - p)).mean(), abs=4 * error)


def test_few_samples_that_make_the_noise_are_proposed_for_quarantine() -> None:
    scores = np.ones((40, 4))
    scores[[7, 3]] = [[1, 0, 1, 0], [1, 1, 1, 0]]
    found = flaky(rows(scores))
    assert quarantine(found) == ["s7", "s3"]
    assert noise_in_words(found).splitlines() == [
        "sim/swift: 2 of 40 samples make 100 % of the noise; two runs that ask once would disagree on 3 % of "
        "samples",
        "Proposed for quarantine, to be named before the next run: s7, s3",
    ]


def test_noise_that_is_everywhere_is_no_reason_to_leave_samples_out() -> None:
    found = flaky(rows(np.tile([1.0, 0, 1, 0], (40, 1))))
    assert quarantine(found) == []
    assert "ask each more often" in noise_in_words(found)


def test_models_have_their_own_noise_and_quarantine_is_for_all_of_them() -> None:
    one, other = np.ones((30, 2)), np.ones((30, 2))
    one[4], other[9] = [1, 0], [0, 1]
    both = pd.concat([rows(other, model="z"), rows(one, model="a")])
    found = flaky(both)
    assert list(dict.fromkeys(found["model"])) == ["z", "a"]
    assert found.groupby("model")["noise"].sum().tolist() == [1, 1]
    assert set(quarantine(found)) == {"s4", "s9"}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.sampled_from([0.0, 1.0, NAN]), min_size=4, max_size=4), min_size=1, max_size=8))
def test_shares_are_shares_and_the_order_of_epochs_does_not_matter(scores: list[list[float]]) -> None:
    found = flaky(rows(np.array(scores))).set_index("sample")
    for name in ("right", "disagree", "noise", "together"):
        assert found[name].dropna().between(0, 1 + 1e-12).all()
    other = flaky(rows(np.array([row[::-1] for row in scores]))).set_index("sample")
    pd.testing.assert_frame_equal(found.drop(columns="scores"), other.loc[found.index].drop(columns="scores"))


def test_nothing_asked_is_an_empty_frame() -> None:
    found = flaky(rows(np.ones((2, 2))).iloc[:0])
    assert found.empty
    assert quarantine(found) == []
    assert noise_in_words(found) == ""
