"""The rows of the log that an evaluation writes: one for each run, and one for each score."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from uuid6 import uuid7

from workbench.evals.dataset import Dataset, Sample
from workbench.evals.experiment import run_id
from workbench.evals.resume import params_json
from workbench.evals.scorers import Score
from workbench.log.process import process_facts
from workbench.simulator import SIMULATED


def run_row(
    experiment: str, model: str, dataset: Dataset, epochs: int, params: Mapping[str, Any]
) -> dict[str, Any]:
    """A run: a model, and what it is asked."""
    facts = process_facts()
    return {
        "id": run_id(experiment, model),
        "experiment": experiment,
        "started_at": datetime.now(UTC),
        "model": model,
        "dataset": dataset.name,
        "dataset_hash": dataset.hash,
        "samples": len(dataset),
        "epochs": epochs,
        "params": orjson.Fragment(params_json(params)),
        "simulated": model.startswith(f"{SIMULATED}/"),
        "session": facts["session"],
        "package_version": facts["package_version"],
    }


def score_row(
    experiment: str, model: str, sample: Sample, epoch: int, given: Score, *, call_id: UUID | None
) -> dict[str, Any]:
    """A score: what an answer to a sample was worth."""
    return {
        "id": str(uuid7()),
        "scored_at": datetime.now(UTC),
        "run": run_id(experiment, model),
        "experiment": experiment,
        "model": model,
        "call_id": str(call_id),
        "sample": sample.id,
        "epoch": epoch,
        "scorer": sample.scorer,
        "value": given.value,
        "label": given.label,
        "target": sample.target,
        "explanation": given.explanation,
        "category": sample.group,
    }
