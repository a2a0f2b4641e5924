"""Scoring one answer as an evaluation does: the sample is checked, then the answer is scored."""

from __future__ import annotations

import asyncio
from typing import cast

from workbench.client import Client
from workbench.evals.dataset import Sample
from workbench.evals.scorers import SCORERS, Answer, Score, Scorer

NOBODY = cast("Client", None)
"""Whom a scorer asks that asks nobody."""


def scored(scorer: Scorer | str, text: str, target: str | None = None) -> Score:
    """The score of a text for a sample with that target."""
    scorer = SCORERS[scorer] if isinstance(scorer, str) else scorer
    sample = Sample(id="1", input="?", target=target)
    scorer.check(sample)
    return asyncio.run(scorer.score(Answer(text=text, sample=sample, client=NOBODY)))
