"""An experiment that was begun and did not end: what the log has of it, and whether it can go on."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pandas as pd

from workbench.errors import ConfigError
from workbench.evals.dataset import Dataset
from workbench.evals.progress import Ended
from workbench.log import Log

Asked = tuple[str, str, int]
"""What is asked once in an experiment: model, sample and epoch."""

_RUNS = """
SELECT model, dataset, dataset_hash, samples, epochs, coalesce(params, '{}') AS params
FROM runs WHERE experiment = ?
"""
# A text that was redacted, or pruned, is not what the model said: it is no more to be scored.
_ANSWERED = """
SELECT provider || '/' || model AS model, sample, epoch, calls.id, scored.call_id IS NOT NULL AS is_scored,
       CASE WHEN is_scored THEN '' ELSE text END AS text, value, duration_s, ttft_s, cost_usd
FROM calls LEFT JOIN (
    SELECT call_id, any_value(value) AS value FROM scores WHERE experiment = $experiment GROUP BY call_id
) AS scored ON scored.call_id = calls.id
WHERE experiment = $experiment AND status = 'ok'
      AND (is_scored OR (text IS NOT NULL AND redacted IS NOT TRUE))
QUALIFY row_number() OVER (PARTITION BY run, sample, epoch ORDER BY is_scored DESC, calls.id DESC) = 1
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A call that was answered: its `text`, where it has no score yet, and what `Ended` says of it."""

    call_id: UUID
    text: str
    scored: bool
    value: float | None
    duration_s: float | None
    ttft_s: float | None
    cost_usd: Decimal | None

    def ended(self, asked: Asked) -> Ended:
        """How the call ended, for whoever follows the progress."""
        model, sample, epoch = asked
        return Ended(
            model=model,
            sample=sample,
            epoch=epoch,
            from_log=True,
            value=self.value,
            duration_s=self.duration_s,
            ttft_s=self.ttft_s,
            cost_usd=self.cost_usd,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """What the log has of an experiment.

    Attributes:
        models: Whose runs it has.
        answered: The calls that need not be made again.
    """

    models: tuple[str, ...] = ()
    answered: Mapping[Asked, Answered] = field(default_factory=dict)


def begun(
    log: Log,
    experiment: str,
    *,
    models: Sequence[str],
    dataset: Dataset,
    epochs: int,
    params: Mapping[str, Any],
) -> Begun:
    """What the log has of an experiment that is to go on; nothing where it is a new one.

    Raises:
        ConfigError: It was begun with other models, samples, epochs or parameters.
        DataError: The log cannot be read.
    """
    runs: list[dict[str, Any]] = log.sql(_RUNS, [experiment]).to_dict("records")  # type: ignore[assignment]
    if not runs:
        return Begun()
    answered = {
        (row["model"], row["sample"], int(row["epoch"])): _answered(row)
        for row in log.sql(_ANSWERED, {"experiment": experiment}).to_dict("records")
    }
    samples = f"{dataset.name!r}, {len(dataset)} samples ({dataset.hash})"
    for run in runs:
        then = f"{run['dataset']!r}, {run['samples']} samples ({run['dataset_hash']})"
        _same(experiment, "data", then, samples)
        _same(experiment, "epochs", run["epochs"], epochs)
        _same(experiment, "parameters", orjson.loads(run["params"]), orjson.loads(params_json(params)))
    names = sorted(run["model"] for run in runs)
    # One that was killed before its first call may lack some of its runs.
    if answered or set(names) - set(models):
        _same(experiment, "models", ", ".join(names), ", ".join(sorted(models)))
    return Begun(models=tuple(names), answered=answered)


def _answered(row: Mapping[Hashable, Any]) -> Answered:
    value, duration_s, ttft_s = (_number(row[name]) for name in ("value", "duration_s", "ttft_s"))
    return Answered(
        call_id=row["id"],
        text=row["text"],
        scored=bool(row["is_scored"]),
        value=value,
        duration_s=duration_s,
        ttft_s=ttft_s,
        cost_usd=None if pd.isna(row["cost_usd"]) else Decimal(str(row["cost_usd"])),
    )


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def params_json(params: Mapping[str, Any]) -> bytes:
    """The parameters of a run as its row has them; functions and classes by their names."""
    return orjson.dumps(
        dict(params), default=lambda value: getattr(value, "__qualname__", None) or str(value)
    )


def _same(experiment: str, what: str, then: object, now: object) -> None:
    if then != now:
        raise ConfigError(
            f"experiment {experiment!r} was begun with other {what}: {then}, and not {now}: give it the same "
            "to go on, or leave out its id to begin another"
        )
