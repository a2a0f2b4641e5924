"""What each model answered and scored on each sample, and what makes samples depend on each other."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd


def labels(frame: pd.DataFrame) -> dict[str, list[str | None]]:
    """The answers that were read, of each model, over the same samples and epochs; `None` is none."""
    return _columns(_label_table(frame))


def rated(frame: pd.DataFrame) -> tuple[dict[str, list[str | None]], list[tuple[str, object] | None]]:
    """The same with what makes each answer depend on others (see `dependence`): for how far models agree."""
    wide = _label_table(frame)
    return _columns(wide), dependence(frame, wide.index.get_level_values(0))


def item_scores(frame: pd.DataFrame, model: str) -> pd.Series[float]:
    """A model's score on each sample, by sample; the mean over epochs, `nan` where no answer was scored."""
    own = frame[frame["model"] == model]
    return own.groupby("sample")["value"].mean().astype(float)


def item_table(frame: pd.DataFrame) -> pd.DataFrame:
    """The same of all models of `results`: one row a sample, one column a model, in the order of asking."""
    means = frame.groupby(["sample", "model"], sort=False)["value"].mean().astype(float).unstack("model")
    return means.reindex(columns=list(dict.fromkeys(frame["model"])))


def clusters_of(frame: pd.DataFrame) -> pd.Series[str]:
    """The cluster of each sample, by sample; missing where it stands alone.

    Who failed has no score and so no word of the cluster: any model's will do.
    """
    if "cluster" not in frame:
        return pd.Series(index=frame["sample"].unique(), dtype=object)
    return frame.groupby("sample", sort=False)["cluster"].first()


def dependence(frame: pd.DataFrame, samples: Iterable[object]) -> list[tuple[str, object] | None]:
    """For answers to these samples, what makes them depend on each other: the cluster, or else the sample.

    Answers of several epochs to one sample are not independent, though it be in no cluster. What answers no
    sample stands alone.
    """
    clusters = clusters_of(frame).to_dict()

    def unit(sample: object) -> tuple[str, object] | None:
        if sample not in clusters:
            return None
        return ("sample", sample) if pd.isna(clusters[sample]) else ("cluster", clusters[sample])

    return [unit(sample) for sample in samples]


def _label_table(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each sample and epoch, one column a model, in the order of asking."""
    wide = frame.pivot_table(
        index=["sample", "epoch"], columns="model", values="label", aggfunc="first", dropna=False
    )
    return wide.reindex(columns=list(dict.fromkeys(frame["model"])))


def _columns(wide: pd.DataFrame) -> dict[str, list[str | None]]:
    return {
        str(name): [None if pd.isna(label) else str(label) for label in column]
        for name, column in wide.items()
    }
