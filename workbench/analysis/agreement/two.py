"""Two raters: the share of equal labels, and kappa."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from workbench.analysis.agreement.figure import Clusters, Figure, beyond_chance, undefined
from workbench.analysis.agreement.scale import Array, Label, Ratings, Scale, Weights, by_pair, weighted
from workbench.analysis.estimates import Estimate, accuracy


def percent_agreement(a: Sequence[Label], b: Sequence[Label], clusters: Clusters = None) -> Estimate:
    """Share of equal labels, in [0, 1], among the samples that both have labelled.

    Args:
        a: Labels by the first, shape (n_samples,).
        b: Labels by the second, same samples, same order; a sample that lacks either label is left out.
        clusters: The group of each sample, such as the template that it was made from.

    Returns:
        With Wilson's interval, or one that allows for the clusters (see `accuracy`); `nan` where no sample
        has both labels.

    Raises:
        ValueError: The arguments differ in length.
    """
    return accuracy(equal(by_pair(a, b)), clusters)


def cohen_kappa(a: Sequence[Label], b: Sequence[Label], clusters: Clusters = None) -> Estimate:
    """Agreement of two raters on nominal labels, corrected for the chance that their own habits give.

    Args:
        a: As in `percent_agreement`.
        b: Likewise.
        clusters: Likewise.

    Returns:
        (p_o - p_e) / (1 - p_e), in [-1, 1]; 0 is what chance gives. `nan` where it is undefined: no samples,
        or one and the same label throughout. For the interval see `Figure`.

    Raises:
        ValueError: The arguments differ in length.

    Source:
        J. Cohen (1960), doi:10.1177/001316446002000104, eq. 1.
    """
    return kappa(by_pair(a, b), Scale()).estimate(clusters)


def weighted_kappa(
    a: Sequence[Label],
    b: Sequence[Label],
    weights: Weights = "quadratic",
    clusters: Clusters = None,
) -> Estimate:
    """Cohen's kappa for labels of which some are nearer to each other than others.

    Args:
        a: As in `percent_agreement`.
        b: Likewise.
        weights: How bad a disagreement is: `linear` or `quadratic` in the difference of labels that are
            numbers; or a frame with a row and a column for each label, 0 on its diagonal and no less
            elsewhere, the first rater's labels being the rows.
        clusters: As in `percent_agreement`.

    Returns:
        At most 1, 0 is what chance gives, `nan` where it is undefined as in `cohen_kappa`.

    Raises:
        ValueError: The arguments differ in length, labels are no numbers or not in `weights`.

    Source:
        J. Cohen (1968), doi:10.1037/h0026256.
    """
    ratings = by_pair(a, b)
    return kappa(ratings, weighted(ratings.labels, weights)).estimate(clusters)


def equal(ratings: Ratings) -> Array:
    """Whether two raters say the same of a sample, 1 or 0; `nan` where one of them says nothing."""
    first, second = ratings.codes.T
    return np.where((first >= 0) & (second >= 0), first == second, math.nan)


def by_row(columns: Sequence[Array], samples: int) -> Array:
    """The mean of each sample over the columns that have it, shape (samples,); `nan` where none has."""
    stacked = np.array(columns).reshape(len(columns), samples)
    there = ~np.isnan(stacked)
    counts = there.sum(axis=0)
    return np.where(counts > 0, np.where(there, stacked, 0).sum(axis=0) / np.maximum(counts, 1), math.nan)


def kappa(ratings: Ratings, scale: Scale) -> Figure:
    """Kappa of two raters on any scale; a sample has both labels, or neither."""
    counted = ratings.codes[:, 0] >= 0
    n = int(counted.sum())
    if n == 0:
        return undefined(len(counted))
    first, second = ratings.codes.T
    habits = [np.bincount(codes[counted], minlength=len(ratings.labels)) / n for codes in (first, second)]
    # from the first rater's labels to the second's, and back: weights need not be symmetric
    onward, back = scale.from_all(habits[1]), scale.turned().from_all(habits[0])
    apart = scale.between(first, second)
    observed, expected = float(apart[counted].mean()), float(habits[0] @ onward)
    return beyond_chance(
        observed,
        expected,
        observed_shift=np.where(counted, apart - observed, math.nan) / n,
        expected_shift=np.where(counted, onward[first] + back[second] - 2 * expected, math.nan) / n,
        n=n,
        most=scale.most,
    )
