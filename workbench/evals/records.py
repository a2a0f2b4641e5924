"""The rows of the log that an evaluation writes: one for each run, and one for each score."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from uuid6 import uuid7

from workbench.evals.dataset import Dataset
from workbench.evals.experiment import Item, Run
from workbench.evals.resume import params_json
from workbench.evals.scorers import Score
from workbench.log.process import process_facts
from workbench.revision import revision_of
from workbench.simulator import SIMULATED


def run_row(
    experiment: str, run: Run, dataset: Dataset, epochs: int, params: Mapping[str, Any]
) -> dict[str, Any]:
    """A run: a model, and what it is asked."""
    facts = process_facts()
    return {
        "id": run.id,
        "experiment": experiment,
        "started_at": datetime.now(UTC),
        "model": run.model,
        "prompt": run.prompt.name,
        "dataset": dataset.name,
        "dataset_hash": dataset.hash,
        "dataset_version": dataset.version,
        "samples": len(dataset),
        "epochs": epochs,
        "params": orjson.Fragment(params_json(params)),
        "simulated": run.model.startswith(f"{SIMULATED}/"),
        "session": facts["session"],
        "package_version": facts["package_version"],
    }


def facts_of_project(folder: Path) -> dict[str, Any]:
    """What the rows of runs say of the code that they were made with; asks git, so not on an event loop."""
    at = revision_of(folder)
    return {"revision": at.commit, "branch": at.branch, "dirty": at.dirty}


def score_row(
    experiment: str, item: Item, scorer: str, given: Score, *, call_id: UUID | None
) -> dict[str, Any]:
    """A score: what an answer to a sample was worth."""
    run, sample, epoch = item
    return {
        "id": str(uuid7()),
        "scored_at": datetime.now(UTC),
        "run": run.id,
        "experiment": experiment,
        "model": run.model,
        "call_id": str(call_id),
        "sample": sample.id,
        "epoch": epoch,
        "scorer": scorer,
        "value": given.value,
        "label": given.label,
        "target": sample.target,
        "explanation": given.explanation,
        "category": sample.category,
        "cluster": sample.cluster,
    }
