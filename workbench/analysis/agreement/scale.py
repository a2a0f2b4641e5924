"""Labels as numbers: which of them are equal, and how far two of them are apart."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Weights = Literal["nominal", "linear", "quadratic"] | pd.DataFrame
Label = Hashable | None
Array = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ratings:
    """What each rater said of each sample.

    Attributes:
        codes: Places in `labels`, -1 where a rater gave none; shape (n_samples, n_raters).
        labels: The distinct labels, in order of first appearance.
    """

    codes: Array
    labels: list[Any]

    @property
    def given(self) -> Array:
        """How many raters labelled each sample."""
        return np.asarray((self.codes >= 0).sum(axis=1))

    def means(self, values: Array) -> Array:
        """The mean over each sample's labels of a value that every label has; 0 where it has no label."""
        sums = np.append(values, 0.0)[self.codes].sum(axis=1)
        return np.asarray(sums / np.maximum(self.given, 1))

    def shares(self, weights: Array) -> Array:
        """How often each label was given; a sample counts by its weight, spread over its labels."""
        each = np.repeat((weights / np.maximum(self.given, 1))[:, None], self.codes.shape[1], axis=1)
        there = self.codes >= 0
        return np.bincount(self.codes[there], weights=each[there], minlength=len(self.labels))


def by_sample(ratings: Iterable[Sequence[Label]], raters: int = 2) -> Ratings:
    """Ratings of shape (n_samples, n_raters), coded.

    Args:
        ratings: See above.
        raters: How many there are, where no sample tells.

    Raises:
        ValueError: Samples differ in their number of ratings.
    """
    rows = [list(row) for row in ratings]
    if len({len(row) for row in rows}) > 1:
        raise ValueError("samples differ in their number of ratings: write None where a rater gave none")
    flat = pd.Series([label for row in rows for label in row], dtype=object)
    codes, labels = pd.factorize(flat)
    return Ratings(codes=codes.reshape(len(rows), len(rows[0]) if rows else raters), labels=list(labels))


def by_rater(labels: Mapping[str, Sequence[Label]]) -> Ratings:
    """The labels of raters, coded; one column a rater.

    Raises:
        ValueError: Raters differ in their number of labels.
    """
    lengths = {name: len(column) for name, column in labels.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"raters differ in their number of labels, {lengths!r}: write None where one gave none"
        )
    return by_sample(zip(*labels.values(), strict=True), raters=len(labels))


def by_pair(a: Sequence[Label], b: Sequence[Label]) -> Ratings:
    """The labels of two raters, coded; a sample that lacks either has neither.

    Raises:
        ValueError: They differ in length.
    """
    if len(a) != len(b):
        raise ValueError(
            f"{len(a)} labels and {len(b)}: give both for the same samples, None where one is missing"
        )
    return both_of(by_sample(zip(a, b, strict=True)), 0, 1)


def both_of(ratings: Ratings, first: int, second: int) -> Ratings:
    """Two of the raters, with the labels that they gave; a sample that lacks either has neither."""
    pair = ratings.codes[:, [first, second]]
    both = (pair >= 0).all(axis=1)
    used, codes = np.unique(pair[both], return_inverse=True)
    kept = np.full(pair.shape, -1)
    kept[both] = codes.reshape(-1, 2)
    return Ratings(codes=kept, labels=[ratings.labels[code] for code in used])


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How far labels are apart.

    Attributes:
        distances: From each label to each, 0 on the diagonal; `None`: any two different ones are 1 apart.
        most: The longest distance.
    """

    distances: Array | None = None
    most: float = 1.0

    def between(self, a: Array, b: Array) -> Array:
        """How far each label of `a` is from that of `b`, both given by their codes."""
        if self.distances is None:
            return np.asarray(a != b, dtype=float)
        return np.asarray(self.distances[a, b])

    def from_all(self, shares: Array) -> Array:
        """How far each label is, on average, from labels drawn with these shares."""
        if self.distances is None:
            return np.asarray(shares.sum() - shares)
        return np.asarray(self.distances @ shares)

    def turned(self) -> Scale:
        """The same from the second label to the first."""
        return self if self.distances is None else Scale(distances=self.distances.T, most=self.most)


def weighted(labels: Sequence[Any], weights: Weights) -> Scale:
    """The scale of a weighted kappa: `linear` or `quadratic` in the difference of labels that are numbers.

    Raises:
        ValueError: `weights` is something else, has no entry for a label, or a label is not a number.
    """
    if isinstance(weights, pd.DataFrame):
        missing = [label for label in labels if label not in weights.index or label not in weights.columns]
        if missing:
            raise ValueError(f"the weights have no row and column for {missing[0]!r}: add one for each label")
        return _scale(weights.reindex(index=list(labels), columns=list(labels)).to_numpy(dtype=float))
    if weights == "nominal":
        return Scale()
    if weights not in {"linear", "quadratic"}:
        raise ValueError(f"weights {weights!r}: write nominal, linear or quadratic, or give a frame of them")
    values = numbers(labels, weights)
    return _scale(np.abs(np.subtract.outer(values, values)) ** (1 if weights == "linear" else 2))


def leveled(labels: Sequence[Any], totals: Array, level: Level) -> Scale:
    """The scale of Krippendorff's alpha; `totals` says how often each label was given.

    Raises:
        ValueError: `level` is not one of the four, or a label is not a number where it has to be.
    """
    if level == "nominal":
        return Scale()
    if level not in {"ordinal", "interval", "ratio"}:
        raise ValueError(f"level {level!r}: write nominal, ordinal, interval or ratio")
    values = numbers(labels, level)
    if level == "ordinal":
        order = np.argsort(values)
        ranks = np.empty(len(values))
        ranks[order] = np.cumsum(totals[order]) - totals[order] / 2
        return _scale(np.subtract.outer(ranks, ranks) ** 2)
    apart = np.subtract.outer(values, values)
    if level == "interval":
        return _scale(apart**2)
    sums = np.add.outer(values, values)
    return _scale((apart / np.where(sums == 0, 1, sums)) ** 2)


def numbers(labels: Sequence[Any], wanted: str) -> Array:
    """Labels that have to be numbers.

    Raises:
        ValueError: One is not.
    """
    try:
        values = np.array([float(label) for label in labels])
    except (TypeError, ValueError) as exc:
        raise ValueError(f"{wanted} labels are numbers ({exc}): give numbers, or write 'nominal'") from exc
    for label in np.array(labels, dtype=object)[~np.isfinite(values)]:
        raise ValueError(
            f"{wanted} labels are finite numbers, not {label!r}: leave it out, or write 'nominal'"
        )
    return values


def _scale(distances: Array) -> Scale:
    return Scale(distances=distances, most=float(distances.max(initial=0.0)))
