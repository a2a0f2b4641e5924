"""An experiment: its name, the names of its runs, and what became of its models."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another


@dataclass(frozen=True, kw_only=True, slots=True)
class Experiment:
    """Runs that are meant to be compared: one for each model, over the same samples.

    Attributes:
        id: Under which `workbench.results` and `--baseline` find it: UTC minute and four letters.
        models: The models, as `provider/model`, in the order given.
        dataset: The data set's name.
        samples: Samples of it that were asked.
        epochs: Times that each was asked.
        problems: Models that gave no answer, or were given up, and why.
    """

    id: str
    models: tuple[str, ...]
    dataset: str
    samples: int
    epochs: int
    problems: Mapping[str, str] = field(default_factory=dict)


def new_experiment_id(now: datetime | None = None) -> str:
    """A name that sorts by time and can be typed: `20261121-0805-k3fw`."""
    minute = (now or datetime.now(UTC)).strftime("%Y%m%d-%H%M")
    return f"{minute}-{''.join(secrets.choice(ID_LETTERS) for _ in range(4))}"


def run_id(experiment: str, model: str) -> str:
    """The name of a model's run in an experiment."""
    return f"{experiment}:{model}"
