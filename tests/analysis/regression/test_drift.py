"""How far the answers themselves changed."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_runs import answered

from workbench.analysis.regression.drift import Drift, drift


def labelled(labels: list[list[str]]) -> pd.DataFrame:
    """One row of labels a sample, one label an epoch."""
    return answered(len(labels), len(labels[0]), label=np.array(labels, dtype=object))


def written(texts: list[list[str]]) -> pd.DataFrame:
    return answered(len(texts), len(texts[0]), text=np.array(texts, dtype=object))


def drawn(
    rng: np.random.Generator, chances: npt.NDArray[np.float64], epochs: int, **columns: object
) -> pd.DataFrame:
    """Right with these chances, else one of two wrong answers."""
    right = rng.random((len(chances), epochs)) < chances[:, None]
    labels = np.where(right, "right", rng.choice(["wrong", "worse"], right.shape))
    return answered(*right.shape, label=labels.astype(object), **columns)


def test_two_answers_of_both_runs_are_compared_and_two_of_one() -> None:
    # a: pairs of both 4 of 4, of one 1 and 1; b: 2 of 4, 1 and 0; c: 0 of 4, 1 and 1
    found = drift(
        labelled([["x", "x"], ["x", "x"], ["x", "x"]]), labelled([["x", "x"], ["x", "y"], ["y", "y"]])
    )
    assert found.agreement.value == pytest.approx((1 + 0.5 + 0) / 3)
    assert found.repeats.value == pytest.approx((1 + 0.5 + 1) / 3)
    assert found.excess.value == pytest.approx(1 / 3)
    assert (found.n, found.dropped) == (3, 0)
    # one always says x, so that half of the pairs agree by chance: as many as do
    assert found.kappa.value == pytest.approx(0)
    assert math.isnan(found.similarity.value)


def test_with_one_epoch_nothing_tells_how_much_is_chance() -> None:
    found = drift(labelled([["x"], ["y"], ["z"], ["x"]]), labelled([["x"], ["y"], ["x"], ["x"]]))
    assert found.agreement.value == 0.75
    assert np.isnan([found.repeats.value, found.excess.value, found.p]).all()
    # three of four agree; chance has (2 * 3 + 1 * 1) / 16
    assert found.kappa.value == pytest.approx((0.75 - 7 / 16) / (1 - 7 / 16))
    assert "may all be chance" in str(found)


def test_repeats_of_one_of_the_two_are_enough() -> None:
    rng = np.random.default_rng(1)
    chances = rng.beta(2, 1, 40)
    found = drift(drawn(rng, chances, 4), drawn(rng, chances, 1))
    assert 0 < found.p < 1
    assert found.repeats.n == 40


def test_a_changed_model_is_told_from_chance() -> None:
    rng = np.random.default_rng(2)
    chances = rng.beta(8, 2, 60)
    found = drift(drawn(rng, chances, 4), drawn(rng, chances - 0.6 * (rng.random(60) < 0.5), 4))
    assert found.p < 0.001
    assert found.excess.low > 0
    assert "changed by more than repeats" in str(found)


def test_without_labels_texts_are_compared_and_white_space_is_not() -> None:
    then = written([["the sky is blue", "it is  blue\n"], ["four", "4"]])
    now = written([["it is blue", "it is blue"], ["five", "5"]])
    found = drift(then, now)
    assert found.agreement.value == pytest.approx((2 / 4 + 0) / 2)
    # words of 4 and 3 with 2 in common: 4/7, then the same; none of the others
    assert found.similarity.value == pytest.approx(((4 / 7 + 1) / 2 + 0) / 2)
    assert math.isnan(found.kappa.value)
    assert "words in common" in str(found)


def test_free_texts_are_told_from_chance_by_their_words() -> None:
    rng = np.random.default_rng(3)

    def sentences(words: str) -> list[list[str]]:
        return [[" ".join(rng.choice(list(words), 20)) for _ in range(2)] for _ in range(30)]

    assert drift(written(sentences("abcdef")), written(sentences("abcghi"))).p < 0.001
    assert drift(written(sentences("abcdef")), written(sentences("abcdef"))).p > 0.01


def test_a_label_is_no_text() -> None:
    then, now = labelled([["4", "4"], ["5", "5"]]), labelled([["4", "4"], ["5", "5"]])
    now.loc[now["sample"] == "s1", ["label", "text"]] = [None, "5"]
    assert drift(then, now).agreement.value == 0.5


def test_answers_of_our_own_cache_and_failed_calls_are_none() -> None:
    then, now = labelled([["x", "x"]] * 4), labelled([["x", "x"]] * 4)
    now.loc[now["sample"] == "s0", "cached"] = True
    now.loc[now["sample"] == "s1", "status"] = "error"
    assert (drift(then, now).n, drift(then, now).dropped) == (2, 2)
    nothing = drift(then, now.iloc[:0])
    assert (nothing.n, nothing.dropped, len(nothing.frame())) == (0, 4, 0)
    assert "nothing tells" in str(nothing)


def test_the_frame_has_every_figure_with_its_interval() -> None:
    rng = np.random.default_rng(4)
    frame = drift(*(drawn(rng, np.full(20, 0.7), 2) for _ in range(2))).frame()
    assert list(frame.columns) == ["figure", "value", "low", "high", "n"]
    assert len(frame) == 4
    assert ((frame["low"] <= frame["value"]) & (frame["value"] <= frame["high"])).all()


@given(st.integers(0, 1000))
@settings(max_examples=6, deadline=None)
def test_now_and_then_may_change_places(seed: int) -> None:
    rng = np.random.default_rng(seed)
    then, now = (drawn(rng, np.full(12, 0.7), 2) for _ in range(2))
    one, other = drift(then, now), drift(now, then)
    for name in ("agreement", "repeats", "excess", "kappa"):
        assert getattr(other, name).value == pytest.approx(getattr(one, name).value)
        assert 0 <= abs(getattr(one, name).value) <= 1
    assert other.p == pytest.approx(one.p)
    shuffled = drift(then.sample(frac=1, random_state=seed), now)
    assert shuffled.excess.value == pytest.approx(one.excess.value)


def test_runs_of_one_model_are_seldom_said_to_differ_and_the_share_is_covered() -> None:
    rng = np.random.default_rng(5)
    found: list[Drift] = []
    for _ in range(80):
        chances = rng.beta(8, 2, 50)
        found.append(drift(drawn(rng, chances, 2), drawn(rng, chances, 2)))
    # 4 of 80 with an error of 1.9
    assert np.mean([one.p < 0.05 for one in found]) <= 0.125
    assert np.sum([one.p < 0.001 for one in found]) <= 1
    # E[p² + (1 - p)² / 2] of Beta(8, 2): second moments 72/110 and 6/110
    truth = 72 / 110 + 6 / 110 / 2
    assert np.mean([one.agreement.low <= truth <= one.agreement.high for one in found]) >= 0.875
