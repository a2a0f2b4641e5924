"""In which order samples are asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.sequential.betting import e_values
from workbench.analysis.sequential.orders import interleaved, whole_clusters


@dataclass(frozen=True)
class Item:
    id: str
    cluster: str | None


def items(*sizes: int, alone: int = 0) -> list[Item]:
    clustered = [Item(f"{name}-{k}", f"c{name}") for name, size in enumerate(sizes) for k in range(size)]
    return clustered + [Item(f"alone-{k}", None) for k in range(alone)]


def shuffled(given: list[Item], seed: int) -> list[Item]:
    return [given[k] for k in np.random.default_rng(seed).permutation(len(given))]


@given(st.lists(st.integers(1, 9), max_size=6), st.integers(0, 9), st.integers(0, 99))
def test_every_item_comes_once_in_an_order_of_the_seed_alone(sizes: list[int], alone: int, seed: int) -> None:
    given = items(*sizes, alone=alone)
    for order in (interleaved, whole_clusters):
        found = order(given, np.random.default_rng(seed))
        assert Counter(found) == Counter(given)
        assert found == order(shuffled(given, seed), np.random.default_rng(seed))


def test_clusters_of_one_size_take_turns() -> None:
    found = interleaved(items(5, 5, 5, 5), np.random.default_rng(1))
    rounds = [found[start : start + 4] for start in range(0, 20, 4)]
    assert all(len({item.cluster for item in each}) == 4 for each in rounds)
    assert len({tuple(item.cluster for item in each) for each in rounds}) > 1  # not always the same first


def test_a_larger_cluster_has_its_larger_share_wherever_one_stops() -> None:
    found = interleaved(items(60, 20, alone=20), np.random.default_rng(2))
    for stop in (20, 50, 80):
        counts = Counter(item.cluster for item in found[:stop])
        assert abs(counts["c0"] - 0.6 * stop) <= 3
        assert abs(counts["c1"] - 0.2 * stop) <= 3


def test_within_a_cluster_chance_decides() -> None:
    firsts = {interleaved(items(8), np.random.default_rng(seed))[0].id for seed in range(40)}
    assert len(firsts) > 4


def test_whole_clusters_are_not_interrupted() -> None:
    found = [item.cluster for item in whole_clusters(items(3, 4, 5), np.random.default_rng(3))]
    changes = sum(a != b for a, b in pairwise(found))
    assert changes == 2


def test_turns_are_valid_for_samples_of_these_clusters_and_not_for_other_clusters() -> None:
    # 20 clusters of 50: models differ by 20 points (standard deviation) from one to the next
    order = [int(str(item.cluster)[1:]) for item in interleaved(items(*[50] * 20), np.random.default_rng(4))]
    rng = np.random.default_rng(5)
    apart = rng.normal(0, 0.2, size=(200, 20)).clip(-0.45, 0.45)
    wrong = {}
    for what, differing in (("these", apart - apart.mean(axis=1, keepdims=True)), ("others", apart)):
        half = differing[:, order] / 2
        draws = rng.random((200, 1000))  # gained below .25 + half, lost above .75 + half
        found = e_values((draws < 0.25 + half).astype(float) - (draws > 0.75 + half))
        wrong[what] = float((found >= 20).any(axis=1).mean())
    assert wrong["these"] < 0.05
    assert wrong["others"] > 0.1
