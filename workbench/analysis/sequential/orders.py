"""In which order samples are asked, so that one may stop anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

import numpy as np


class Item(Protocol):
    """What is asked of a sample here."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def cluster(self) -> str | None: ...  # noqa: D102


I = TypeVar("I", bound=Item)  # noqa: E741 - an item


def in_clusters(items: Iterable[I]) -> list[list[I]]:
    """The items of each cluster, by their ids; those without a cluster stand alone."""
    groups: dict[tuple[str, str | None], list[I]] = {}
    for item in sorted(items, key=lambda each: each.id):
        groups.setdefault(("" if item.cluster is not None else item.id, item.cluster), []).append(item)
    return list(groups.values())


def interleaved(items: Sequence[I], rng: np.random.Generator) -> list[I]:
    """Clusters in turn, by chance within each: wherever one stops, each has had about its share.

    The k-th of the m items of a cluster comes by chance somewhere between the shares k / m and (k + 1) / m of
    all: clusters of one size take turns in rounds, a larger one comes up more often, items that stand alone
    are shuffled. The order in which `items` are given does not matter.
    """
    placed = []
    for group in in_clusters(items):
        places = (np.arange(len(group)) + rng.random(len(group))) / len(group)
        placed += [
            (float(place), group[k]) for place, k in zip(places, rng.permutation(len(group)), strict=True)
        ]
    return [item for _, item in sorted(placed, key=lambda pair: (pair[0], pair[1].id))]


def whole_clusters(items: Sequence[I], rng: np.random.Generator) -> list[I]:
    """One cluster after the other, in an order by chance."""
    groups = in_clusters(items)
    return [item for k in rng.permutation(len(groups)) for item in groups[k]]
