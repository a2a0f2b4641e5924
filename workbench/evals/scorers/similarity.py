"""How near an answer is to the target, by a model for embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.errors import ConfigError
from workbench.evals.scorers.judging.asking import judge_name
from workbench.evals.scorers.plain import NO_ANSWER
from workbench.evals.scorers.scorer import Answer, Score, Scorer

if TYPE_CHECKING:
    from workbench.client import Client
    from workbench.evals.dataset import Sample


