"""Any number of raters: Fleiss' kappa, Krippendorff's alpha, Gwet's AC1 and AC2."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from workbench.analysis.agreement.figure import Clusters, Figure, beyond_chance, undefined
from workbench.analysis.agreement.scale import (
    Array,
    Label,
    Level,
    Ratings,
    Scale,
    Weights,
    by_sample,
    leveled,
    weighted,
)
from workbench.analysis.estimates import Estimate, accuracy

BY_LABEL = ["label", "kappa", "low", "high", "n", "z"]


def share_of_equal_pairs(ratings: Sequence[Sequence[Label]], clusters: Clusters = None) -> Estimate:
    """How often two raters say the same: the share of equal pairs within a sample, on average over samples.

    Args:
        ratings: Shape (n_samples, n_raters), `None` where a rater gave none.
        clusters: The group of each sample, shape (n_samples,).

    Returns:
        In [0, 1], over the samples with two labels or more; `nan` where there is none.

    Raises:
        ValueError: Samples differ in their number of raters, or from that of `clusters`.
    """
    coded = by_sample(ratings)
    return accuracy(np.where(coded.given > 1, 1 - _apart(coded, Scale()), math.nan), clusters)


def fleiss_kappa(ratings: Sequence[Sequence[Label]], clusters: Clusters = None) -> Estimate:
    """Agreement of several raters on nominal labels, corrected for chance.

    Args:
        ratings: Shape (n_samples, n_raters); only samples that all raters have labelled count.
        clusters: The group of each sample, shape (n_samples,).

    Returns:
        At most 1; 0 is what chance gives. `nan` where it is undefined: no complete sample, fewer than
        two raters, or one and the same label throughout. For the interval see `Figure`.

    Raises:
        ValueError: Samples differ in their number of raters, or from that of `clusters`.

    Source:
        J. L. Fleiss (1971), doi:10.1037/h0031619.
    """
    return fleiss(by_sample(ratings)).estimate(clusters)


def fleiss_by_label(ratings: Sequence[Sequence[Label]], clusters: Clusters = None) -> pd.DataFrame:
    """On which labels raters agree: Fleiss' kappa of each label against all others.

    Returns:
        One row a label, in order of first appearance: `label`, `kappa` with its 95 % interval `low`, `high`
        and `n` samples, and `z`: kappa by its standard error if there were only chance; beyond ±1.96 chance
        does not explain it, where samples are independent. `nan` where undefined.

    Raises:
        ValueError: As with `fleiss_kappa`.

    Source:
        J. L. Fleiss, J. C. M. Nee and J. R. Landis (1979), doi:10.1037/0033-2909.86.5.974.
    """
    coded = _complete(by_sample(ratings))
    rows = []
    for place, label in enumerate(coded.labels):
        against = np.where(coded.codes < 0, -1, coded.codes == place)
        found = fleiss(Ratings(codes=against, labels=[False, True])).estimate(clusters)
        raters = coded.codes.shape[1]
        error = math.sqrt(2 / (found.n * raters * (raters - 1))) if found.n and raters > 1 else math.nan
        rows.append((label, found.value, found.low, found.high, found.n, found.value / error))
    return pd.DataFrame(rows, columns=BY_LABEL)


def fleiss_z(ratings: Sequence[Sequence[Label]]) -> float:
    """Fleiss' kappa by its standard error if raters only guessed: beyond ±1.96 chance does not explain it.

    Returns:
        A z value, for independent samples; `nan` where kappa is undefined.

    Raises:
        ValueError: Samples differ in their number of raters.

    Source:
        As with `fleiss_by_label`, eq. 12.
    """
    coded = _complete(by_sample(ratings))
    value = fleiss(coded).value
    if math.isnan(value):
        return math.nan
    n, raters = int((coded.given > 0).sum()), coded.codes.shape[1]
    p = coded.shares((coded.given > 0) / n)
    spread = float((p * (1 - p)).sum())
    variance = spread**2 - float((p * (1 - p) * (1 - 2 * p)).sum())
    return value * spread * math.sqrt(n * raters * (raters - 1) / (2 * variance))


def krippendorff_alpha(
    ratings: Sequence[Sequence[Label]], level: Level = "nominal", clusters: Clusters = None
) -> Estimate:
    """Agreement of any number of raters, with labels missing, at any level of measurement.

    Args:
        ratings: Shape (n_samples, n_raters), `None` where a rater gave none. Numbers, except for `nominal`.
        level: How far two labels are apart: `nominal` equal or not, `ordinal` by rank, `interval` by
            difference, `ratio` by difference in relation to size (numbers >= 0).
        clusters: The group of each sample, shape (n_samples,).

    Returns:
        1 - observed / expected disagreement, at most 1; 0 is what chance gives. `nan` where it is undefined:
        no sample has two labels, or one and the same label throughout. For the interval see `Figure`; ranks
        are taken as given in it.

    Raises:
        ValueError: `level` is not one of the four, a label is not a number where it has to be, or samples
            differ in their number of raters.

    Source:
        K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
    """
    return alpha(by_sample(ratings), level).estimate(clusters)


def gwet_ac1(ratings: Sequence[Sequence[Label]], clusters: Clusters = None) -> Estimate:
    """Agreement on nominal labels, corrected for the chance that raters guess where they are unsure.

    Where nearly all labels are the same, kappa falls towards 0 however often raters agree; this does not.

    Args:
        ratings: Shape (n_samples, n_raters), `None` where a rater gave none; of two raters `zip(a, b)`.
        clusters: The group of each sample, shape (n_samples,).

    Returns:
        At most 1; 0 is what chance gives. `nan` where it is undefined: no sample has two labels, or one and
        the same label throughout. For the interval see `Figure`.

    Raises:
        ValueError: Samples differ in their number of raters, or from that of `clusters`.

    Source:
        K. L. Gwet (2008), doi:10.1348/000711006X126600.
    """
    return gwet_ac2(ratings, "nominal", clusters)


def gwet_ac2(
    ratings: Sequence[Sequence[Label]], weights: Weights = "quadratic", clusters: Clusters = None
) -> Estimate:
    """AC1 for labels of which some are nearer to each other than others.

    Args:
        ratings: As in `gwet_ac1`.
        weights: As in `weighted_kappa`, symmetric.
        clusters: As in `gwet_ac1`.

    Raises:
        ValueError: As with `gwet_ac1`; or labels are no numbers or not in `weights`.

    Source:
        K. L. Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., chapter 5.
    """
    coded = by_sample(ratings)
    return ac(coded, weighted(coded.labels, weights)).estimate(clusters)


def ac(ratings: Ratings, scale: Scale) -> Figure:
    """Gwet's coefficient on any scale."""
    given = ratings.given
    paired, there = given > 1, given > 0
    labels = len(ratings.labels)
    if not paired.any() or labels < 2:
        return undefined(len(given), int(paired.sum()))
    apart = _apart(ratings, scale)
    p = ratings.shares(there / there.sum())
    observed = float(apart[paired].mean())
    # Disagreement by chance: one minus weighted agreement, weights being 1 - distance / longest distance.
    near = labels if scale.distances is None else float((scale.most - scale.distances).sum())
    pull = near / (labels * (labels - 1))
    expected = scale.most - pull * float((p * (1 - p)).sum())
    by_guess = ratings.means(1 - 2 * p) - float((p * (1 - 2 * p)).sum())
    return beyond_chance(
        observed,
        expected,
        # A lone label agrees with nobody, but tells how often it is given.
        observed_shift=np.where(paired, apart - observed, 0) / paired.sum(),
        expected_shift=-pull * np.where(there, by_guess, math.nan) / there.sum(),
        n=int(paired.sum()),
        most=scale.most,
    )


def fleiss(ratings: Ratings) -> Figure:
    """Fleiss' kappa, over the samples that every rater has labelled."""
    ratings = _complete(ratings)
    counted = ratings.given > 1
    return _by_shares(ratings, Scale(), counted / max(int(counted.sum()), 1), counted)


def alpha(ratings: Ratings, level: Level) -> Figure:
    """Krippendorff's alpha, over the samples that have two labels or more."""
    counted = ratings.given > 1  # a label without a partner says nothing of agreement
    if not counted.any():
        return undefined(len(counted))
    kept = Ratings(codes=np.where(counted[:, None], ratings.codes, -1), labels=ratings.labels)
    total = int(kept.given.sum())
    scale = leveled(kept.labels, kept.shares(kept.given.astype(float)), level)
    # Pairs are drawn from the labels that were given without putting the first one back.
    return _by_shares(kept, scale, kept.given / total, counted, total / (total - 1))


def _complete(ratings: Ratings) -> Ratings:
    """Only samples that every rater has labelled."""
    whole = ratings.given == ratings.codes.shape[1]
    return Ratings(codes=np.where(whole[:, None], ratings.codes, -1), labels=ratings.labels)


def _by_shares(
    ratings: Ratings, scale: Scale, weights: Array, counted: Array, correction: float = 1.0
) -> Figure:
    """Chance as labels drawn from all that were given; samples count by their weights, which sum to 1."""
    apart = _apart(ratings, scale)
    p = ratings.shares(weights)
    far = scale.from_all(p)
    observed, expected = float(weights @ apart), float(p @ far)
    return beyond_chance(
        observed,
        correction * expected,
        observed_shift=np.where(counted, weights * (apart - observed), math.nan),
        expected_shift=correction * 2 * weights * (ratings.means(far) - expected),
        n=int(counted.sum()),
        most=scale.most,
    )


def _apart(ratings: Ratings, scale: Scale) -> Array:
    """How far two labels of a sample are apart, on average over its pairs; 0 where it has no pair."""
    sums = np.zeros(len(ratings.codes))
    for i, j in combinations(range(ratings.codes.shape[1]), 2):
        a, b = ratings.codes[:, i], ratings.codes[:, j]
        sums += np.where((a >= 0) & (b >= 0), scale.between(a, b), 0)
    return np.asarray(sums / np.maximum(ratings.given * (ratings.given - 1) / 2, 1))
