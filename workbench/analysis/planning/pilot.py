"""How much scores will vary: what a pilot says of it, or careful guesses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import pandas as pd

from workbench.analysis.items import item_scores
from workbench.analysis.planning.spread import Spread, spread_of, variances
from workbench.analysis.results import results
from workbench.errors import ConfigError
from workbench.log import Log

BETWEEN = 1 / 9
"""Guess: variance over samples of the difference of two models, as E. Miller (2024), section 5, has it."""
WITHIN = 0.1
"""Guess: variance of one answer's score. Two runs of a model then differ on a fifth of the answers."""
ICC = 0.1
"""Guess: how alike a difference is within a cluster."""


def expected_spread(log: Log, labels: Sequence[str], pilot: str | None) -> Spread:
    """How much the differences of some models are expected to vary.

    Args:
        log: Where the pilot is.
        labels: What is to be compared: models, or models with prompts. One alone is compared with itself.
        pilot: An experiment; its own models stand for those that it did not ask. `None`: careful guesses.

    Raises:
        ConfigError: There is no such experiment, or it does not say.
    """
    if pilot is None:
        # What a model can do on a sample is the same in two runs, only the answers differ.
        between = BETWEEN if len(labels) > 1 else 0.0
        return Spread(
            between=between, within=2 * WITHIN, graded=False, basis="careful guesses, for want of a pilot"
        )
    frame = results(log, pilot)
    if len(labels) == 1:
        return _of_one(frame, labels[0], pilot)
    names = [str(name) for name in dict.fromkeys(frame["model"])]
    scored = [name for name in names if item_scores(frame, name).notna().any()]
    asked = [name for name in labels if name in scored]
    pairs = list(combinations(asked if len(asked) > 1 else scored, 2))
    if not pairs:
        raise ConfigError(f"the pilot {pilot!r} has scores of {', '.join(scored) or 'none'}: it takes two")
    try:
        found = [spread_of(frame, one, other) for one, other in pairs]
    except ValueError as exc:
        raise ConfigError(f"the pilot {pilot!r} says nothing: {exc}") from exc
    return Spread(
        between=max(each.between for each in found),
        within=max(each.within for each in found),
        graded=any(each.graded for each in found),
        basis=f"the most of {len(found)} pair{'s' if len(found) > 1 else ''} in {pilot}, {found[0].basis}",
    )


def _of_one(frame: pd.DataFrame, label: str, pilot: str) -> Spread:
    own = frame[frame["model"] == label]
    [within] = variances(own)["within"] if len(own) else [math.nan]
    if math.isnan(within):
        raise ConfigError(
            f"the pilot {pilot!r} did not ask {label} twice, so it cannot say how its answers differ"
        )
    graded = not bool(own["value"].dropna().isin((0, 1)).all())
    return Spread(between=0.0, within=2 * within, graded=graded, basis=f"answers of {label} in {pilot}")
