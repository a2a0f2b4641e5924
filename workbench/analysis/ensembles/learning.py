"""What is learned of models on some samples, to be used on others only."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.analysis.ensembles.ballots import Array

FOLDS = 5
LEAST = 0.01  # who is right less often than wrong still has the last word where the others are tied


def folds(samples: tuple[str, ...], clusters: pd.Series[str], seed: int) -> Array:
    """Each sample's part of five, by chance; those of one cluster are in the same part.

    Fewer parts where there are fewer clusters.
    """
    names = clusters.to_numpy(dtype=object)
    units = [
        ("", name) if pd.isna(cluster) else (cluster, "")
        for name, cluster in zip(samples, names, strict=True)
    ]
    places = pd.factorize(pd.Series(units, dtype=object))[0]
    count = int(places.max(initial=-1)) + 1
    return np.asarray(np.random.default_rng(seed).permutation(count)[places] % FOLDS)


def accuracies(values: Array, parts: Array) -> Array:
    """How good each model was on the samples of the other parts.

    Args:
        values: Scores in [0, 1], shape (n_models, n_samples); `nan` where there is none.
        parts: The part of each sample, shape (n_samples,).

    Returns:
        (right + 1) / (n + 2), in (0, 1), for each model and the samples that it is to be used on, same shape.
    """
    learned = np.empty(values.shape)
    for part in np.unique(parts):
        others = values[:, parts != part]
        scored = (~np.isnan(others)).sum(axis=1)
        learned[:, parts == part] = ((np.nansum(others, axis=1) + 1) / (scored + 2))[:, None]
    return learned


def weights(accuracy: Array) -> Array:
    """What the vote of a model with this accuracy should count: its log odds, at least 0.01.

    Source:
        S. Nitzan, J. Paroush (1982), doi:10.2307/2526438, best for voters who err independently.
    """
    share = np.clip(accuracy, 1e-3, 1 - 1e-3)
    return np.asarray(np.maximum(np.log(share / (1 - share)), LEAST))
