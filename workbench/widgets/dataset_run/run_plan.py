"""What a run over a data set is to ask, looked at before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.client import Client
from workbench.evals.dataset import Dataset, load_dataset
from workbench.evals.experiment import Run, runs_of
from workbench.evals.progress import Ended
from workbench.evals.prompts import ASKED_AS_IT_IS, Prompt, Prompts, prompts_of
from workbench.evals.resume import begun, run_params
from workbench.evals.scorers import Scorer, Scoring
from workbench.evals.scoring import checked
from workbench.widgets.dataset_run.monitor import Monitor


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPlan:
    """Models and samples: names that are known, data that could be read, prompts and scorers that fit it."""

    models: tuple[str, ...]
    dataset: Dataset
    epochs: int
    prompts: tuple[Prompt, ...] = (ASKED_AS_IT_IS,)
    scorers: tuple[Scorer, ...] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(
        client: Client,
        models: Sequence[str],
        dataset: Dataset | str | Path,
        epochs: int,
        *,
        prompt: Prompts,
        scorers: Sequence[Scoring] | None,
        params: Mapping[str, Any],
    ) -> RunPlan:
        """Look at what a user has written.

        Raises:
            ConfigError: A model has no known provider, its key is missing, or a prompt or scorer is none.
            DataError: The data set cannot be read, or a scorer can do nothing with a sample.
        """
        read = dataset if isinstance(dataset, Dataset) else load_dataset(dataset)
        return RunPlan(
            models=tuple(dict.fromkeys(client.full_name(model) for model in models)),
            dataset=read,
            epochs=epochs,
            prompts=prompts_of(prompt, read),
            scorers=checked(client, scorers, read),
            params=params,
        )

    def __str__(self) -> str:
        epochs = f" × {self.epochs:,} epochs" if self.epochs > 1 else ""
        samples = f"{len(self.dataset):,} samples of {self.dataset.name}"
        prompts = f" × {len(self.prompts)} prompts" if len(self.prompts) > 1 else ""
        calls = len(self.models) * len(self.prompts) * self._each
        return f"{len(self.models)} models{prompts} × {samples}{epochs} = {calls:,} calls"

    @property
    def _each(self) -> int:
        return len(self.dataset) * self.epochs

    def monitor(self) -> Monitor:
        """One that nothing has been told yet."""
        clusters = {sample.id: sample.cluster for sample in self.dataset}
        return Monitor((run.label for run in self._runs("")), self._each, clusters=clusters)

    def _runs(self, experiment: str) -> tuple[Run, ...]:
        return runs_of(experiment, self.models, self.prompts)

    def answered(self, client: Client, experiment: str) -> list[Ended]:
        """The calls that an earlier try at the same experiment got answers to; it reads the log.

        Raises:
            ConfigError: It was begun with other models, samples, epochs or parameters.
            DataError: The log cannot be read.
        """
        runs = self._runs(experiment)
        known = begun(
            client.log,
            experiment,
            runs=runs,
            dataset=self.dataset,
            epochs=self.epochs,
            asked={run.id: run_params(run, self.scorers, self.params) for run in runs},
            scorers=1 if self.scorers is None else len(self.scorers),
        )
        label = {run.id: run.label for run in runs}
        return [answered.ended(label[asked[0]], asked) for asked, answered in known.answered.items()]
