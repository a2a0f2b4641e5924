"""Ranks in samples drawn again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.comparing.ranks import rank_interval, rank_shares


def seeded() -> np.random.Generator:
    return np.random.default_rng(0)


def test_shares_of_a_model_and_of_a_rank_add_up_to_one() -> None:
    shares = rank_shares(np.random.default_rng(1).uniform(size=(30, 4)), rng=seeded())
    assert shares.sum(axis=0) == pytest.approx(np.ones(4))
    assert shares.sum(axis=1) == pytest.approx(np.ones(4))


def test_the_same_seed_gives_the_same_ranks() -> None:
    scores = np.random.default_rng(1).uniform(size=(30, 3))
    assert (rank_shares(scores, rng=seeded()) == rank_shares(scores, rng=seeded())).all()


def test_a_model_that_is_always_better_is_always_the_first() -> None:
    scores = np.tile([0.5, 0.9, 0.1], (10, 1))
    assert rank_shares(scores, rng=seeded()).tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]


def test_models_that_are_the_same_share_their_ranks() -> None:
    one = np.random.default_rng(2).uniform(size=20)
    shares = rank_shares(np.stack([one, one], axis=1), rng=seeded())
    assert shares == pytest.approx(np.full((2, 2), 0.5), abs=0.04)


@settings(max_examples=20)
@given(
    st.lists(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=3, max_size=3), min_size=1, max_size=20),
    st.permutations(range(3)),
)
def test_names_of_models_do_not_matter(rows: list[list[float]], order: list[int]) -> None:
    scores = np.array(rows)
    # 2,000 draws give a share to .011, and ties are put in an order by other draws
    again = rank_shares(scores[:, order], rng=seeded())
    assert again == pytest.approx(rank_shares(scores, rng=seeded())[order], abs=0.08)


def test_the_chance_to_be_the_best_is_that_of_the_sample_mean() -> None:
    # 60 differences of mean .1 and sd 1: the mean is below 0 in P(z > .775) = .219 of the draws
    noise = np.random.default_rng(3).normal(size=60)
    moves = (noise - noise.mean()) / noise.std() + 0.1
    shares = rank_shares(np.stack([moves, np.zeros(60)], axis=1), rng=seeded())
    assert shares[0, 0] == pytest.approx(1 - 0.219, abs=0.03)


def test_clusters_are_drawn_whole() -> None:
    # the first is better in 7 of 10 clusters of ten: in 100 samples that is sure, in 10 clusters it is not
    scores = np.repeat([[1, 0]] * 7 + [[0, 1]] * 3, 10, axis=0)
    clusters = np.repeat(np.arange(10), 10)
    assert rank_shares(scores, rng=seeded())[0, 0] > 0.999
    # P(X >= 6) + P(X = 5) / 2 for Binomial(10, .7) = .901
    assert rank_shares(scores, clusters, rng=seeded())[0, 0] == pytest.approx(0.901, abs=0.03)


def test_without_samples_there_are_no_ranks() -> None:
    shares = rank_shares(np.empty((0, 3)), rng=seeded())
    assert np.isnan(shares).all()
    assert rank_interval(shares[0]) is None


def test_the_interval_of_a_rank_leaves_out_what_is_rare() -> None:
    assert rank_interval(np.array([0.01, 0.5, 0.48, 0.01])) == (2, 3)
    assert rank_interval(np.array([1.0, 0, 0])) == (1, 1)
    assert rank_interval(np.array([0.03, 0.94, 0.03])) == (1, 3)
