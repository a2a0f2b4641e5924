"""Whether the answers got better or worse."""

from __future__ import annotations

import pandas as pd

from workbench.analysis.estimates import accuracy
from workbench.analysis.regression.change import Difference
from workbench.analysis.regression.measures.paired import difference
from workbench.analysis.regression.measures.pairing import clusters
from workbench.analysis.regression.metrics import METRICS
from workbench.analysis.statistics import paired_difference


def quality(old: pd.DataFrame, new: pd.DataFrame) -> Difference:
    """The change of the mean score, sample by sample.

    Each sample counts once, by the mean over its epochs. Right or wrong, asked once: McNemar's mid-p test;
    else a paired t test, clustered where samples share clusters. Where no sample differs, clusters have
    nothing to share, and each sample counts for itself. Answers without a score count neither as right nor as
    wrong.

    Args:
        old: Rows of one model as `results` gives them.
        new: Likewise, of the same model later.

    Returns:
        In the unit of the scores. Both figures are of the samples that both have scored; see
        `paired_difference` for the test, and for what is undefined.
    """
    scores = pd.DataFrame({"old": _scores(old), "new": _scores(new)})
    groups = clusters(old, new).reindex(scores.index)
    both = scores.notna().all(axis=1)
    differs = bool((scores["old"][both] != scores["new"][both]).any())
    return difference(
        paired_difference(scores["old"], scores["new"], groups if differs else None),
        accuracy(scores["old"][both], groups[both]),
        accuracy(scores["new"][both], groups[both]),
        METRICS["quality"].goal,
    )


def _scores(rows: pd.DataFrame) -> pd.Series[float]:
    return rows.groupby("sample", sort=False)["value"].mean().astype(float)
