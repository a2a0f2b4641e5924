"""From which score on an answer counts as right, where a sample has to be on one side or the other."""

from __future__ import annotations

import pandas as pd


def boundary(*frames: pd.DataFrame) -> float:
    """The least score that counts as right: 0.5 of scores in [0, 1], else the middle of the range met.

    Args:
        frames: Of `results`; scores are compared with those of all of them.

    Returns:
        In the unit of the scores; 0.5 where there is none.
    """
    scores = pd.concat([frame["value"].astype(float) for frame in frames]).dropna()
    if scores.between(0, 1).all():
        return 0.5
    return float(scores.min() + scores.max()) / 2


def in_words(limit: float) -> str:
    """What counts as right."""
    return f"right (a score of {limit:.4g} or more)"
