"""How answers are scored: by a name such as `"exact"`, a scorer made here, or a function of one's own."""

from __future__ import annotations

from workbench.evals.scorers.coding.scoring import code
from workbench.evals.scorers.json_answers import json_equal, json_schema
from workbench.evals.scorers.judging.judge import judge
from workbench.evals.scorers.judging.panel import panel
from workbench.evals.scorers.lists import members
from workbench.evals.scorers.numbers import number, quantity
from workbench.evals.scorers.overlap import f1, rouge
from workbench.evals.scorers.own import own
from workbench.evals.scorers.phrases import contains, regex
from workbench.evals.scorers.plain import choice, exact
from workbench.evals.scorers.scorer import Answer, Score, Scorer
from workbench.evals.scorers.similarity import similar
from workbench.evals.scorers.table import SCORERS, Scoring, scorers_of
from workbench.evals.scorers.translation import bleu, chrf

__all__ = [
    "SCORERS",
    "Answer",
    "Score",
    "Scorer",
    "Scoring",
    "bleu",
    "choice",
    "chrf",
    "code",
    "contains",
    "exact",
    "f1",
    "json_equal",
    "json_schema",
    "judge",
    "members",
    "number",
    "own",
    "panel",
    "quantity",
    "regex",
    "rouge",
    "scorers_of",
    "similar",
]
