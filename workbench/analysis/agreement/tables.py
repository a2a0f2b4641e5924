"""Agreement of each two raters, and of each rater with the others, as frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import pandas as pd

from workbench.analysis.agreement.figure import Clusters, Figure, mean_of
from workbench.analysis.agreement.many import ac
from workbench.analysis.agreement.scale import Label, Scale, Weights, both_of, by_rater, weighted
from workbench.analysis.agreement.two import by_row, equal, kappa
from workbench.analysis.estimates import accuracy

FIGURES = ("percent", "kappa", "ac1")
PAIRS = ["a", "b", "n", *(f"{name}{bound}" for name in FIGURES for bound in ("", "_low", "_high"))]
WITH_OTHERS = [f"{name}{bound}" for name in ("agreement", "kappa") for bound in ("", "_low", "_high")]


def agreement_table(
    raters: Mapping[str, Sequence[Label]], clusters: Clusters = None, *, weights: Weights = "nominal"
) -> pd.DataFrame:
    """How far each two raters agree.

    Args:
        raters: What each rater said of the same samples in the same order, `None` where it said nothing.
        clusters: The group of each sample.
        weights: With `linear`, `quadratic` or a frame (see `weighted_kappa`) kappa is the weighted one and
            `ac1` is AC2.

    Returns:
        One row a pair: `a`, `b`, `n` (samples that both have labelled), and `percent` (share of equal labels,
        in [0, 1]), `kappa` (Cohen's) and `ac1` (Gwet's), each with the 95 % interval `…_low`, `…_high`;
        `nan` where undefined.

    Raises:
        ValueError: Raters differ in their number of labels, or labels are not as `weights` has them.
    """
    coded = by_rater(raters)
    names = list(raters)
    rows = []
    for i, j in combinations(range(len(names)), 2):
        pair = both_of(coded, i, j)
        scale = weighted(pair.labels, weights)
        figures = [accuracy(equal(pair), clusters)]
        figures += [figure(pair, scale).estimate(clusters) for figure in (kappa, ac)]
        bounds = [number for each in figures for number in (each.value, each.low, each.high)]
        rows.append((names[i], names[j], figures[0].n, *bounds))
    return pd.DataFrame(rows, columns=PAIRS)


def agreement_matrix(labels: Mapping[str, Sequence[Label]]) -> pd.DataFrame:
    """Share of equal labels for each pair of raters, in [0, 1]: a square frame, 1 on its diagonal.

    `nan` where two raters have no sample in common, and on the diagonal of a rater without labels.

    Raises:
        ValueError: Raters differ in their number of labels.
    """
    coded = by_rater(labels)
    places = range(len(labels))
    rows = [[accuracy(equal(both_of(coded, i, j))).value for j in places] for i in places]
    return pd.DataFrame(rows, index=list(labels), columns=list(labels), dtype=float)


def agreement_with_others(labels: Mapping[str, Sequence[Label]], clusters: Clusters = None) -> pd.DataFrame:
    """How far each rater agrees with the others.

    Args:
        labels: What each rater said of the same samples in the same order.
        clusters: The group of each sample.

    Returns:
        One row a rater, in the order given: `agreement` (how many of the others say the same, on average over
        samples, in [0, 1]) and `kappa` (Cohen's, on average over the others), each with its 95 % interval
        `…_low`, `…_high`; `nan` where undefined.

    Raises:
        ValueError: Raters differ in their number of labels.
    """
    coded = by_rater(labels)
    samples, places = len(coded.codes), range(len(labels))
    kappas: dict[int, list[Figure]] = {place: [] for place in places}
    equals = {}
    for i, j in combinations(places, 2):
        pair = both_of(coded, i, j)
        equals[i, j] = equal(pair)
        figure = kappa(pair, Scale())
        kappas[i].append(figure)
        kappas[j].append(figure)
    rows = []
    for place in places:
        own = by_row([each for pair, each in equals.items() if place in pair], samples)
        figures = (accuracy(own, clusters), mean_of(kappas[place], samples).estimate(clusters))
        rows.append([number for each in figures for number in (each.value, each.low, each.high)])
    return pd.DataFrame(rows, columns=WITH_OTHERS, index=pd.Index(list(labels), name="model"), dtype=float)
