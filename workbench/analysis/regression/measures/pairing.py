"""Answers of one model to the same samples, one then beside one now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.estimates import Array

# A fiftieth of a run is one thing that happened: what is slow or fails in it may have one cause.
STRETCHES = 50


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Pairs:
    """So many answers of each sample now as then, in the order in which they were asked now.

    Attributes:
        old: A value of each answer then, shape (n_pairs,).
        new: The same now.
        samples: The sample of each pair, counted from 0 in order of first appearance.
        stretches: The stretch of consecutive calls, at most 50 to a run, that each pair is part of.
        names: What each sample is called, shape (n_samples,).
        dropped: Samples left out because one of the two has no value.
    """

    old: Array
    new: Array
    samples: Array
    stretches: Array
    names: Array
    dropped: int

    def by_sample(self, values: Array) -> Array:
        """Means over the answers to each sample, shape (n_samples,)."""
        return np.bincount(self.samples, weights=values) / np.bincount(self.samples)


def pairs(old: pd.DataFrame, new: pd.DataFrame, value: Callable[[pd.DataFrame], pd.Series[float]]) -> Pairs:
    """Pair the answers to each sample, epoch by epoch.

    Of a sample that was asked more often in one of the two, only as many answers are taken as the other has:
    the mean of four spreads less than one answer, so that the two could not be swapped although nothing
    changed, and a test of rare things would be wrong by far.

    Args:
        old: Rows of one model as `results` gives them.
        new: Likewise, of the same model later.
        value: What each row counts for; `nan` where it does not count.
    """
    sample, names = pd.factorize(pd.concat([old["sample"], new["sample"]]))
    values = [value(rows).to_numpy(dtype=float) for rows in (old, new)]
    most = max(len(old), len(new))
    then = _answers(sample[: len(old)], old["epoch"].to_numpy(), values[0], most)
    now = _answers(sample[len(old) :], new["epoch"].to_numpy(), values[1], most)
    common = then.index.intersection(now.index)
    order = np.argsort(now[common])
    first, second = then[common].to_numpy()[order], now[common].to_numpy()[order]
    codes, used = pd.factorize(sample[len(old) :][second])
    count = len(codes)
    return Pairs(
        old=values[0][first],
        new=values[1][second],
        samples=codes,
        stretches=np.arange(count) * min(STRETCHES, count) // max(count, 1),
        names=np.asarray(names)[used],
        dropped=len(names) - len(used),
    )


def clusters(old: pd.DataFrame, new: pd.DataFrame) -> pd.Series[str]:
    """The cluster of each sample that either has, by sample; missing where it stands alone."""
    known = pd.concat([rows[["sample", "cluster"]].dropna() for rows in (new, old)])
    return known.drop_duplicates("sample").set_index("sample")["cluster"]


def _answers(samples: Array, epochs: Array, values: Array, most: int) -> pd.Series[int]:
    """Where the answers are that have a value, by sample and by how many of its answers come before."""
    places = np.flatnonzero(~np.isnan(values))
    places = places[np.lexsort((epochs[places], samples[places]))]
    own = samples[places]
    starts = np.searchsorted(own, own)
    return pd.Series(places, index=own * most + np.arange(len(own)) - starts)
