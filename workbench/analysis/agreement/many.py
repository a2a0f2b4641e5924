"""How far models, judges and people say the same.

Kappa and alpha take off the agreement that chance alone would give. For open-ended answers, where hardly two
answers are equal by chance, that part is near 0 and they are close to the plain share of agreement.
Missing labels are `None` (or `nan`, as frames have it). Undefined figures are `nan`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.stats import inter_rater

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Label = Hashable | None
Array = npt.NDArray[Any]
K = TypeVar("K")


def percent_agreement(a: Sequence[Label], b: Sequence[Label]) -> float:
    """Share of equal labels, in [0, 1], among the samples that both have labelled; `nan` where there is none.

    Raises:
        ValueError: `a` and `b` differ in length.
    """
    pairs = _pairs(a, b)
    return sum(x == y for x, y in pairs) / len(pairs) if pairs else math.nan


def cohen_kappa(a: Sequence[Label], b: Sequence[Label]) -> float:
    """Agreement of two models or judges on nominal labels, corrected for chance.

    Args:
        a: Labels by the first, shape (n_samples,).
        b: Labels by the second, same samples, same order; a sample that lacks either label is left out.

    Returns:
        (p_o - p_e) / (1 - p_e), in [-1, 1]; 0 is what chance gives. `nan` where it is undefined: no samples,
        or one and the same label throughout.

    Raises:
        ValueError: `a` and `b` differ in length.

    Source:
        J. Cohen (1960), doi:10.1177/001316446002000104, eq. 1.
    """
    pairs = _pairs(a, b)
    codes = _codes([label for pair in pairs for label in pair]).reshape(-1, 2)
    size = len(np.unique(codes))
    if size < 2:
        return math.nan
    table = np.zeros((size, size))
    np.add.at(table, (codes[:, 0], codes[:, 1]), 1)
    return float(inter_rater.cohens_kappa(table, return_results=False))


def fleiss_kappa(ratings: Sequence[Sequence[Label]]) -> float:
    """Agreement of several raters on nominal labels, corrected for chance.

    Args:
        ratings: Shape (n_samples, n_raters); only samples that all raters have labelled count.

    Returns:
        At most 1; 0 is what chance gives. `nan` where it is undefined: no complete sample, fewer than
        two raters, or one and the same label throughout.

    Raises:
        ValueError: Samples differ in their number of raters.

    Source:
        J. L. Fleiss (1971), doi:10.1037/h0031619.
    """
    if len({len(row) for row in ratings}) > 1:
        raise ValueError("samples differ in their number of ratings: write None where a rater gave none")
    complete = [row for row in ratings if not any(_missing(label) for label in row)]
    codes = _codes([label for row in complete for label in row])
    if not complete or len(complete[0]) < 2 or len(np.unique(codes)) < 2:
        return math.nan
    table, _ = inter_rater.aggregate_raters(codes.reshape(len(complete), -1))
    return float(inter_rater.fleiss_kappa(table))


def krippendorff_alpha(ratings: Sequence[Sequence[Label]], level: Level = "nominal") -> float:
    """Agreement of any number of raters, with labels missing, at any level of measurement.

    Args:
        ratings: Shape (n_samples, n_raters), `None` where a rater gave none. Numbers, except for `nominal`.
        level: How far two labels are apart: `nominal` equal or not, `ordinal` by rank, `interval` by
            difference, `ratio` by difference in relation to size (numbers >= 0).

    Returns:
        1 - observed / expected disagreement, at most 1; 0 is what chance gives. `nan` where it is undefined:
        no sample has two labels, or one and the same label throughout.

    Raises:
        ValueError: `level` is not one of the four, or a label is not a number where it has to be.

    Source:
        K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
    """
    units = [[label for label in row if not _missing(label)] for row in ratings]
    units = [unit for unit in units if len(unit) > 1]  # a label without a partner says nothing of agreement
    labels = [label for unit in units for label in unit]
    values, codes = _scale(labels, level)
    if len(values) < 2:
        return math.nan
    together = np.zeros((len(values), len(values)))
    for unit in np.split(codes, np.cumsum([len(unit) for unit in units])[:-1]):
        counts = np.bincount(unit, minlength=len(values))
        together += (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    totals = together.sum(axis=0)
    by_chance = (np.outer(totals, totals) - np.diag(totals)) / (totals.sum() - 1)
    apart = _distances(values, totals, level)
    return float(1 - (together * apart).sum() / (by_chance * apart).sum())


def agreement_matrix(labels: Mapping[str, Sequence[Label]]) -> pd.DataFrame:
    """Share of equal labels for each pair of models, in [0, 1]: a square frame, 1 on its diagonal.

    `nan` where two models have no sample in common, and on the diagonal of a model without labels.

    Raises:
        ValueError: Models differ in their number of labels.
    """
    rows = [[percent_agreement(a, b) for b in labels.values()] for a in labels.values()]
    return pd.DataFrame(rows, index=list(labels), columns=list(labels), dtype=float)


def agreement_with_others(labels: Mapping[str, Sequence[Label]]) -> pd.DataFrame:
    """How far each model agrees with the others, on average over the pairs where that is defined.

    Returns:
        One row a model, in the order given, with `agreement` (share of equal labels) and `kappa` (Cohen's);
        `nan` where no pair is defined.

    Raises:
        ValueError: Models differ in their number of labels.
    """
    found: list[tuple[str, float, float]] = []
    for a, b in combinations(labels, 2):
        share, kappa = percent_agreement(labels[a], labels[b]), cohen_kappa(labels[a], labels[b])
        found += [(a, share, kappa), (b, share, kappa)]
    frame = pd.DataFrame(found, columns=["model", "agreement", "kappa"]).astype(
        {"agreement": float, "kappa": float}
    )
    return frame.groupby("model").mean().reindex(pd.Index(list(labels), name="model"))


def consensus(labels: Mapping[str, Sequence[Label]]) -> list[Label]:
    """The label that most models gave, for each sample; `None` on a tie and where no model gave one.

    Raises:
        ValueError: Models differ in their number of labels.
    """
    lengths = {name: len(column) for name, column in labels.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"models differ in their number of labels, {lengths!r}: write None where a model gave none"
        )
    return [
        _leader(Counter(label for label in row if not _missing(label)))
        for row in zip(*labels.values(), strict=True)
    ]


def outlier(labels: Mapping[str, Sequence[Label]]) -> str | None:
    """The model that departs most often from the consensus of the others.

    Counted is the share of its labels that differ from the others' consensus; where the others have none it
    departs from nothing. `None` where no model departs or several do equally often, and for fewer than three.

    Raises:
        ValueError: Models differ in their number of labels.
    """
    if len(labels) < 3:
        return None
    departures: dict[str, float] = {}
    for name, own in labels.items():
        others = consensus({other: column for other, column in labels.items() if other != name})
        pairs = _pairs(own, others)
        if departed := sum(x != y for x, y in pairs):
            departures[name] = departed / sum(not _missing(label) for label in own)
    return _leader(departures)


def _missing(label: Label) -> bool:
    return label is None or bool(pd.isna(label))  # type: ignore[call-overload]


def _pairs(a: Sequence[Label], b: Sequence[Label]) -> list[tuple[Label, Label]]:
    if len(a) != len(b):
        raise ValueError(
            f"{len(a)} labels and {len(b)}: give both for the same samples, None where one is missing"
        )
    return [(x, y) for x, y in zip(a, b, strict=True) if not (_missing(x) or _missing(y))]


def _codes(labels: Sequence[Label]) -> Array:
    return pd.factorize(pd.Series(list(labels), dtype=object))[0]


def _leader(score: Mapping[K, float]) -> K | None:
    """The key with the highest score; `None` on a tie and where there is no key."""
    best = max(score.values(), default=math.nan)
    leaders = [key for key, value in score.items() if value == best]
    return leaders[0] if len(leaders) == 1 else None


def _scale(labels: Sequence[Label], level: Level) -> tuple[Array, Array]:
    """The distinct values, ascending where they are numbers, and the place of each label among them."""
    if level == "nominal":
        codes = _codes(labels)
        return np.unique(codes), codes
    try:
        numbers = np.array([float(label) for label in labels])  # type: ignore[arg-type]
    except (TypeError, ValueError) as exc:
        raise ValueError(f"{level} labels are numbers ({exc}): give numbers, or level='nominal'") from exc
    return np.unique(numbers, return_inverse=True)


def _distances(values: Array, totals: Array, level: Level) -> Array:
    """Squared distances, shape (n_values, n_values); `totals` says how often each value occurs."""
    match level:
        case "nominal":
            return 1 - np.eye(len(values))
        case "ordinal":
            ranks = np.cumsum(totals) - totals / 2
            return np.subtract.outer(ranks, ranks) ** 2
        case "interval":
            return np.subtract.outer(values, values) ** 2
        case "ratio":
            sums = np.add.outer(values, values)
            return (np.subtract.outer(values, values) / np.where(sums == 0, 1, sums)) ** 2
    raise ValueError(f"level {level!r}: write nominal, ordinal, interval or ratio")
