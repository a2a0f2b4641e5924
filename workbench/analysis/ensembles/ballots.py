"""The stored answers of several models as arrays: who answered what, at which price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.items import clusters_of

Array = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ballots:
    """Answers of models to the same samples, in every epoch; arrays are (n_models, n_samples, n_epochs).

    Attributes:
        models: Their labels, as asked.
        samples: Their names, as asked.
        clusters: The cluster of each sample; missing where it stands alone.
        labels: The answer that was read; `None` where none could be.
        codes: The same as a number, counted from 0 within its sample; -1 where none could be read.
        values: Its score; `nan` where there is none.
        answered: Whether the call was.
        costs: What it cost, US dollars: 0 for a failed call, `nan` where it is not known. What the log
            answered counts with the mean of the model's other answers, as it cost nothing only this time.
        seconds: How long it took: 0 for a failed call, which is not waited for, `nan` where it is not known,
            the log answered, or it was measured under load.
    """

    models: tuple[str, ...]
    samples: tuple[str, ...]
    clusters: pd.Series[str]
    labels: Array
    codes: Array
    values: Array
    answered: Array
    costs: Array
    seconds: Array

    def only(self, places: Array) -> Ballots:
        """Those of some models, in this order."""
        return replace(
            self,
            models=tuple(self.models[place] for place in places),
            labels=self.labels[places],
            codes=self.codes[places],
            values=self.values[places],
            answered=self.answered[places],
            costs=self.costs[places],
            seconds=self.seconds[places],
        )

    @property
    def epochs(self) -> int:
        """How often each sample was asked."""
        return int(self.codes.shape[2])


def ballots(frame: pd.DataFrame) -> Ballots:
    """The answers of a frame of `results`."""
    asked = frame[frame["sample"].notna()]
    models, samples, epochs = (list(dict.fromkeys(asked[name])) for name in ("model", "sample", "epoch"))
    shape = (len(models), len(samples), len(epochs))
    labels = asked["label"].astype(object).where(asked["label"].notna(), None)
    known = pd.DataFrame(
        {
            "label": labels,
            "code": pd.Series(pd.factorize(labels)[0], index=asked.index),
            "value": pd.to_numeric(asked["value"]).astype(float),
            "answered": asked["status"] == "ok",
            "cost": _costs(asked),
            "seconds": pd.to_numeric(asked["duration_s"]).astype(float).where(_timed(asked)),
        }
    )
    # Counted anew within each sample: tallies are as long as the answers to one sample are many.
    read = known["code"] >= 0
    known.loc[read, "code"] = known[read].groupby(asked["sample"])["code"].rank("dense").astype(int) - 1
    known = known.set_index([asked["model"], asked["sample"], asked["epoch"]])
    full = known.reindex(pd.MultiIndex.from_product([models, samples, epochs]))
    answered = full["answered"].fillna(False).to_numpy(dtype=bool).reshape(shape)
    return Ballots(
        models=tuple(map(str, models)),
        samples=tuple(map(str, samples)),
        clusters=clusters_of(asked).reindex(samples),
        labels=full["label"].to_numpy(dtype=object).reshape(shape),
        codes=np.where(answered, full["code"].fillna(-1).to_numpy(dtype=int).reshape(shape), -1),
        values=full["value"].to_numpy().reshape(shape),
        answered=answered,
        costs=np.where(answered, full["cost"].to_numpy().reshape(shape), 0.0),
        seconds=np.where(answered, full["seconds"].to_numpy().reshape(shape), 0.0),
    )


def _cached(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame["cached"].astype("boolean").fillna(False).astype(bool)


def _timed(frame: pd.DataFrame) -> pd.Series[bool]:
    return ~_cached(frame) & ~frame["under_load"].astype("boolean").fillna(False).astype(bool)


def _costs(frame: pd.DataFrame) -> pd.Series[float]:
    costs = pd.to_numeric(frame["cost_usd"]).astype(float)
    paid = costs.where(~_cached(frame) & (frame["status"] == "ok"))
    return costs.where(~_cached(frame), paid.groupby(frame["model"]).transform("mean"))
