"""How answers are scored: by a name such as `"exact"`, a scorer made here, or a function of one's own."""

from __future__ import annotations

from workbench.evals.scorers.judging.judge import judge
from workbench.evals.scorers.judging.panel import panel
from workbench.evals.scorers.scorer import Answer, Score, Scorer
from workbench.evals.scorers.similarity import similar
from workbench.evals.scorers.table import SCORERS, Scoring, scorers_of

__all__ = ["SCORERS", "Answer", "Score", "Scorer", "Scoring", "judge", "panel", "scorers_of", "similar"]
