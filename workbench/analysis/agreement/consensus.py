"""What most raters say, and which of them departs from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from workbench.analysis.agreement.figure import Clusters
from workbench.analysis.agreement.scale import Label, both_of, by_rater
from workbench.analysis.agreement.two import by_row, equal
from workbench.analysis.estimates import Estimate, accuracy
from workbench.analysis.statistics import holm, paired_difference


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlier:
    """The rater who agrees less with the others than those do with each other, beyond what noise explains.

    Attributes:
        name: Who it is.
        agreement: How often it says the same as another one, in [0, 1].
        others: How often the others say the same as each other, of the same samples.
        difference: The one less the other: below 0.
        p: One-sided p value of that, corrected for the number of raters (Holm).
    """

    name: str
    agreement: Estimate
    others: Estimate
    difference: Estimate
    p: float

    def __str__(self) -> str:
        apart = self.difference
        return (
            f"{self.name} says the same as another one in {100 * self.agreement.value:.0f} % of samples, the "
            f"others among themselves in {100 * self.others.value:.0f} %: {100 * apart.value:+.0f} points "
            f"[{100 * apart.low:+.0f}, {100 * apart.high:+.0f}], n={apart.n}, p={self.p:.2g}"
        )


def consensus(labels: Mapping[str, Sequence[Label]]) -> list[Label]:
    """The label that most raters gave, for each sample; `None` on a tie and where none gave one.

    Raises:
        ValueError: Raters differ in their number of labels.
    """
    coded = by_rater(labels)
    found: list[Label] = []
    for row in coded.codes:
        first, *rest = [*Counter(row[row >= 0].tolist()).most_common(2), (None, 0)]
        tied = first[0] is None or rest[0][1] == first[1]
        found.append(None if tied else coded.labels[first[0]])
    return found


def outlier(
    labels: Mapping[str, Sequence[Label]], clusters: Clusters = None, *, alpha: float = 0.05
) -> Outlier | None:
    """The rater who departs most from the others, where that is more than noise.

    For each rater: how often it says the same as another one, less how often the others do so among
    themselves, by sample; a paired test of each, corrected for their number.

    Args:
        labels: What each rater said of the same samples in the same order.
        clusters: The group of each sample.
        alpha: How often one may be named though all are alike.

    Returns:
        `None` where noise explains the differences, and for fewer than three raters.

    Raises:
        ValueError: Raters differ in their number of labels.
    """
    coded = by_rater(labels)
    if len(labels) < 3:
        return None
    names, samples = list(labels), len(coded.codes)
    places = range(len(names))
    equals = {(i, j): equal(both_of(coded, i, j)) for i, j in combinations(places, 2)}
    own = [by_row([each for pair, each in equals.items() if place in pair], samples) for place in places]
    rest = [by_row([each for pair, each in equals.items() if place not in pair], samples) for place in places]
    tests = [paired_difference(others, mine, clusters) for mine, others in zip(own, rest, strict=True)]
    corrected = holm(test.p_worse for test in tests)
    claimed = [place for place, p in enumerate(corrected) if p < alpha]
    if not claimed:
        return None
    place = min(claimed, key=lambda each: tests[each].difference.value)
    both = ~np.isnan(own[place] + rest[place])
    return Outlier(
        name=names[place],
        agreement=accuracy(np.where(both, own[place], np.nan), clusters),
        others=accuracy(np.where(both, rest[place], np.nan), clusters),
        difference=tests[place].difference,
        p=corrected[place],
    )
