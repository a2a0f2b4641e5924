"""What a run over a data set is to ask, looked at before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.client import Client
from workbench.evals.dataset import Dataset, load_dataset
from workbench.evals.experiment import runs_of
from workbench.evals.progress import Ended
from workbench.evals.prompts import ASKED_AS_IT_IS
from workbench.evals.resume import begun, run_params
from workbench.widgets.dataset_run.monitor import Monitor


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPlan:
    """Models and samples: names that are known, and data that could be read."""

    models: tuple[str, ...]
    dataset: Dataset
    epochs: int
    params: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(
        client: Client,
        models: Sequence[str],
        dataset: Dataset | str | Path,
        epochs: int,
        params: Mapping[str, Any],
    ) -> RunPlan:
        """Look at what a user has written.

        Raises:
            ConfigError: A model has no known provider, or its key is missing.
            DataError: The data set cannot be read.
        """
        return RunPlan(
            models=tuple(dict.fromkeys(client.full_name(model) for model in models)),
            dataset=dataset if isinstance(dataset, Dataset) else load_dataset(dataset),
            epochs=epochs,
            params=params,
        )

    def __str__(self) -> str:
        epochs = f" × {self.epochs:,} epochs" if self.epochs > 1 else ""
        samples = f"{len(self.dataset):,} samples of {self.dataset.name}"
        return f"{len(self.models)} models × {samples}{epochs} = {len(self.models) * self._each:,} calls"

    @property
    def _each(self) -> int:
        return len(self.dataset) * self.epochs

    def monitor(self) -> Monitor:
        """One that nothing has been told yet."""
        return Monitor(self.models, self._each)

    def answered(self, client: Client, experiment: str) -> list[Ended]:
        """The calls that an earlier try at the same experiment got answers to; it reads the log.

        Raises:
            ConfigError: It was begun with other models, samples, epochs or parameters.
            DataError: The log cannot be read.
        """
        runs = runs_of(experiment, self.models, [ASKED_AS_IT_IS])
        known = begun(
            client.log,
            experiment,
            runs=runs,
            dataset=self.dataset,
            epochs=self.epochs,
            asked={run.id: run_params(run, None, self.params) for run in runs},
        )
        label = {run.id: run.label for run in runs}
        return [answered.ended(label[asked[0]], asked) for asked, answered in known.answered.items()]
