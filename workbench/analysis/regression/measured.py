"""What an experiment measured, wherever it is kept: in the log or in a file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
import pandas as pd

from workbench.analysis.results import find_experiment, results
from workbench.errors import ConfigError
from workbench.log import Log

_RUNS = """
SELECT model || coalesce(' [' || prompt || ']', '') AS label, started_at, dataset, dataset_hash,
       dataset_version, samples, epochs, coalesce(params, '{}')::VARCHAR AS params, until::VARCHAR AS until
FROM runs WHERE experiment = ? ORDER BY started_at, id
"""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Measured:
    """An experiment and its answers.

    Attributes:
        experiment: Its id.
        started_at: When it began.
        dataset: Name of its data set.
        dataset_hash: Hash of the samples; two that are equal have the same samples.
        dataset_version: The version that the data set gives itself, if any.
        samples: How many samples were to be asked.
        epochs: How often each.
        settings: What each model was asked with: parameters, prompt template and scorers, by its label, which
            is `provider/model` and the prompt's name in brackets where several are compared.
        rows: One row a model, sample and epoch, as `results` gives them.
        until: Who watched it, to stop it early, and in which order the samples were asked; `None`: nobody.
    """

    experiment: str
    started_at: datetime
    dataset: str
    dataset_hash: str
    dataset_version: str | None
    samples: int
    epochs: int
    settings: Mapping[str, Mapping[str, Any]]
    rows: pd.DataFrame
    until: Mapping[str, Any] | None = None

    @property
    def models(self) -> tuple[str, ...]:
        """The labels of its models, in the order in which they were first asked."""
        return tuple(self.settings)

    def of(self, model: str) -> pd.DataFrame:
        """The rows of one model."""
        return self.rows[self.rows["model"] == model]

    def in_places(self, instead_of: Mapping[str, str]) -> Measured:
        """The same with other labels, for models that are to be compared with others: new label by old one.

        Raises:
            ConfigError: A model that is to be replaced is not here, or its new label is another one's.
        """
        new = {old: label for label, old in instead_of.items()}
        if unknown := [old for old in new if old not in self.settings]:
            raise ConfigError(
                f"{self.experiment} has no model {unknown[0]!r} that another could take the place of: it has "
                f"{', '.join(self.settings)}"
            )
        labels = [new.get(label, label) for label in self.settings]
        if len(new) < len(instead_of) or len(set(labels)) < len(labels):
            raise ConfigError(f"instead_of {dict(instead_of)!r}: one model for each, and each in one place")
        return replace(
            self,
            settings=dict(zip(labels, self.settings.values(), strict=True)),
            rows=self.rows.assign(model=self.rows["model"].replace(new)),
        )


def measured(log: Log, experiment: str, *, scorer: str | None = None) -> Measured:
    """An experiment of the log.

    Args:
        log: Where to look.
        experiment: Its id, the beginning of one, or `last`.
        scorer: Whose scores; those of the one that scored first where not given.

    Raises:
        ConfigError: There is no such experiment, or it has no score by this scorer.
    """
    found = find_experiment(log, experiment)
    runs = log.sql(_RUNS, [found])
    first = runs.iloc[0]
    return Measured(
        experiment=found,
        started_at=first["started_at"].to_pydatetime(),
        dataset=str(first["dataset"]),
        dataset_hash=str(first["dataset_hash"]),
        dataset_version=None if pd.isna(first["dataset_version"]) else str(first["dataset_version"]),
        samples=int(first["samples"]),
        epochs=int(first["epochs"]),
        settings={str(row.label): orjson.loads(str(row.params)) for row in runs.itertuples()},
        rows=results(log, found, scorer=scorer),
        until=None if pd.isna(first["until"]) else orjson.loads(str(first["until"])),
    )
