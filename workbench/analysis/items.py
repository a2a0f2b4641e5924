"""What each model answered and scored on each sample, and what makes samples depend on each other."""

from __future__ import annotations

import pandas as pd


def labels(frame: pd.DataFrame) -> dict[str, list[str | None]]:
    """The answers that were read, of each model, over the same samples and epochs; `None` is none."""
    wide = frame.pivot_table(
        index=["sample", "epoch"], columns="model", values="label", aggfunc="first", dropna=False
    )
    names = list(dict.fromkeys(frame["model"]))
    wide = wide.reindex(columns=names)
    return {
        str(name): [None if pd.isna(label) else str(label) for label in column]
        for name, column in wide.items()
    }


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
