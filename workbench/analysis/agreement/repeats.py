"""How far a model agrees with itself when it is asked again."""

from __future__ import annotations

import pandas as pd

from workbench.analysis.agreement.many import krippendorff_alpha, share_of_equal_pairs
from workbench.analysis.items import dependence

CONSISTENCY = ["model", "consistency", "low", "high", "n", "alpha", "alpha_low", "alpha_high", "epochs"]


def self_consistency(frame: pd.DataFrame) -> pd.DataFrame:
    """How often a model gives the same answer to the same sample again.

    Args:
        frame: As `results` gives it: one row for each model, sample and epoch, with `label`, and `cluster`
            where samples have one.

    Returns:
        One row a model, in the order of asking: `consistency` (share of equal pairs of a sample's answers,
        on average over samples, in [0, 1]) with its 95 % interval `low`, `high` and `n` (samples with two
        answers or more), `alpha` (Krippendorff's, epochs taken as raters; 0 where an answer tells nothing of
        the next) with `alpha_low`, `alpha_high`, and `epochs`. `nan` is undefined, as all of it is for one
        epoch.
    """
    rows = []
    for model in dict.fromkeys(frame["model"]):
        own = frame[frame["model"] == model]
        answers = own.pivot_table(
            index="sample", columns="epoch", values="label", aggfunc="first", dropna=False, sort=False
        )
        clusters = dependence(frame, answers.index)
        ratings = answers.to_numpy(dtype=object).tolist()
        same, alpha = share_of_equal_pairs(ratings, clusters), krippendorff_alpha(ratings, clusters=clusters)
        found = (same.value, same.low, same.high, same.n, alpha.value, alpha.low, alpha.high)
        rows.append((model, *found, own["epoch"].nunique()))
    return pd.DataFrame(rows, columns=CONSISTENCY)
