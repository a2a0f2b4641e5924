"""Rows of one model as `results` gives them, made up: two runs on the same samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[Any]


def rows(values: Array, **columns: Any) -> pd.DataFrame:
    """One row for each score of shape (samples, epochs), in the order of asking: epoch by epoch.

    A score of `nan` is a call that failed. Columns are of the same shape, or one value for all rows.
    """
    scores = np.atleast_2d(np.asarray(values, dtype=float).T).T
    samples, epochs = scores.shape
    flat = scores.T.ravel()
    frame = pd.DataFrame(
        {
            "model": "sim/swift",
            "sample": np.tile([f"s{number}" for number in range(samples)], epochs),
            "epoch": np.repeat(np.arange(epochs), samples),
            "status": np.where(np.isnan(flat), "error", "ok"),
            "value": flat,
            "label": None,
            "text": "an answer",
            "cluster": None,
            "duration_s": 1.0,
            "ttft_s": 0.1,
            "under_load": False,
            "cached": False,
            "cost_usd": np.where(np.isnan(flat), np.nan, 0.001),
            "finish_reason": np.where(np.isnan(flat), None, "stop"),
        }
    )
    for name, given in columns.items():
        frame[name] = given.T.ravel() if np.shape(given) == scores.shape else given
    return frame


def answered(samples: int, epochs: int = 1, **columns: Any) -> pd.DataFrame:
    """The same where every call was answered, and rightly."""
    return rows(np.ones((samples, epochs)), **columns)
