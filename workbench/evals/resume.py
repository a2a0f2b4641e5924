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
from workbench.evals.experiment import Run
from workbench.evals.progress import Ended
from workbench.evals.prompts import ASKED_AS_IT_IS
from workbench.evals.scorers import Scorer
from workbench.log import Log
from workbench.log.figures import UNDER_LOAD

Asked = tuple[str, str, int]
"""What is asked once in an experiment: run, sample and epoch."""

_RUNS = """
SELECT id, model, prompt, dataset, dataset_hash, samples, epochs, coalesce(params, '{}') AS params,
       coalesce(until::VARCHAR, '{}') AS until
FROM runs WHERE experiment = ?
"""
# A text that was redacted, or pruned, is not what the model said: it is no more to be scored.
_ANSWERED = f"""
SELECT run, sample, epoch, calls.id, coalesce(scorers, []) AS scorers,
       CASE WHEN len(scorers) >= $scorers THEN '' ELSE text END AS text, value, cost_usd,
       CASE WHEN NOT {UNDER_LOAD} THEN duration_s END AS duration_s,
       CASE WHEN NOT {UNDER_LOAD} THEN ttft_s END AS ttft_s
FROM calls LEFT JOIN (
    SELECT call_id, arg_min(value, id) AS value, list(DISTINCT scorer) AS scorers
    FROM scores WHERE experiment = $experiment GROUP BY call_id
) AS scored ON scored.call_id = calls.id
WHERE experiment = $experiment AND run IS NOT NULL AND status = 'ok'
      AND (len(scorers) >= $scorers OR (text IS NOT NULL AND redacted IS NOT TRUE))
QUALIFY row_number() OVER (
    PARTITION BY run, sample, epoch ORDER BY len(coalesce(scorers, [])) DESC, calls.id DESC
) = 1
"""  # noqa: S608 - our words


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A call that was answered: its `text`, where a score is missing, and what `Ended` says of it.

    `scorers` have scored it; `value` is the first one's.
    """

    call_id: UUID
    text: str
    scorers: frozenset[str]
    value: float | None
    duration_s: float | None
    ttft_s: float | None
    cost_usd: Decimal | None

    def ended(self, label: str, asked: Asked) -> Ended:
        """How the call of the run with this label ended, for whoever follows the progress."""
        _, sample, epoch = asked
        return Ended(
            model=label,
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
        runs: The runs that it has.
        answered: The calls that need not be made again.
    """

    runs: frozenset[str] = frozenset()
    answered: Mapping[Asked, Answered] = field(default_factory=dict)


def begun(
    log: Log,
    experiment: str,
    *,
    runs: Sequence[Run],
    dataset: Dataset,
    epochs: int,
    asked: Mapping[str, Any],
    scorers: int = 1,
    until: Mapping[str, Any] | None = None,
) -> Begun:
    """What the log has of an experiment that is to go on; nothing where it is a new one.

    Args:
        log: Where to look.
        experiment: Its id.
        runs: Those that it is to have.
        dataset: What is asked.
        epochs: How often.
        asked: What else was asked for, by run, as `run_params` has it.
        scorers: How many score each answer.
        until: Who watches it, and the order of the samples. Who goes on to the end need not say who did.

    Raises:
        ConfigError: It was begun with other models, prompts, samples, epochs, scorers or parameters, or
            watched by somebody else.
        DataError: The log cannot be read.
    """
    known: list[dict[str, Any]] = log.sql(_RUNS, [experiment]).to_dict("records")  # type: ignore[assignment]
    if not known:
        return Begun()
    answered = {
        (row["run"], row["sample"], int(row["epoch"])): _answered(row)
        for row in log.sql(_ANSWERED, {"experiment": experiment, "scorers": scorers}).to_dict("records")
    }
    samples = f"{dataset.name!r}, {len(dataset)} samples ({dataset.hash})"
    wanted = {run.id: orjson.loads(params_json(asked[run.id])) for run in runs}
    for row in known:
        then = f"{row['dataset']!r}, {row['samples']} samples ({row['dataset_hash']})"
        _same(experiment, "data", then, samples)
        _same(experiment, "epochs", row["epochs"], epochs)
        if row["id"] in wanted:
            _same_params(experiment, orjson.loads(row["params"]), wanted[row["id"]])
        if until is not None:
            # A test for one look must not follow several, nor the order be another: both would find too much.
            _same_until(experiment, orjson.loads(row["until"]), orjson.loads(orjson.dumps(until)))
    # Two that began it at the same moment have each written the rows of its runs.
    names = sorted({row["id"].removeprefix(f"{experiment}:") for row in known})
    # One that was killed before its first call may lack some of its runs.
    if answered or {row["id"] for row in known} - set(wanted):
        now = sorted(run.id.removeprefix(f"{experiment}:") for run in runs)
        _same(experiment, "models", ", ".join(names), ", ".join(now))
    return Begun(runs=frozenset(row["id"] for row in known), answered=answered)


def _same_params(experiment: str, then: dict[str, Any], now: dict[str, Any]) -> None:
    for part in ("prompt", "scorers"):
        _same(experiment, part, then.pop(part, None), now.pop(part, None))
    _same(experiment, "parameters", then, now)


def _same_until(experiment: str, then: dict[str, Any], now: dict[str, Any]) -> None:
    orders = [until.pop("order", None) for until in (then, now)]
    for until in (then, now):
        until.pop("budget", None)
    _same(experiment, "`until`", then or "none", now)
    if orders[0] != orders[1]:
        raise ConfigError(
            f"experiment {experiment!r} was begun with another order of the samples: go on without `until`, "
            "or leave out its id to begin another"
        )


def _answered(row: Mapping[Hashable, Any]) -> Answered:
    value, duration_s, ttft_s = (_number(row[name]) for name in ("value", "duration_s", "ttft_s"))
    return Answered(
        call_id=row["id"],
        text=row["text"],
        scorers=frozenset(row["scorers"]),
        value=value,
        duration_s=duration_s,
        ttft_s=ttft_s,
        cost_usd=None if pd.isna(row["cost_usd"]) else Decimal(str(row["cost_usd"])),
    )


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def answered_models(log: Log) -> frozenset[str]:
    """The models, as `provider/model`, of which the log has an answer."""
    found = log.sql("SELECT DISTINCT provider || '/' || model AS model FROM calls WHERE status = 'ok'")
    return frozenset(found["model"])


def run_params(run: Run, scorers: Sequence[Scorer] | None, params: Mapping[str, Any]) -> dict[str, Any]:
    """What the row of a run says of how its samples are asked and scored; what is as usual is left out.

    So is the key: whose it is makes no difference to what is asked.
    """
    said = {name: value for name, value in params.items() if name != "api_key"}
    if run.prompt.template != ASKED_AS_IT_IS.template:
        said["prompt"] = run.prompt.template
    if scorers is not None:
        said["scorers"] = [{"name": scorer.name, **scorer.params} for scorer in scorers]
    return said


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
