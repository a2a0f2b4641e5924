"""A baseline: what an experiment measured, how it was found, and the hash that says that it is still that."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from workbench.analysis.regression.measured import Measured
from workbench.errors import ConfigError

FoundBy = Literal["experiment", "run", "last", "tag", "revision", "file", "green"]

# What verdicts rest on; nine decimals, since money is a fraction of ten in the log, and of two elsewhere.
_NUMBERS = ("value", "duration_s", "ttft_s", "cost_usd")
_COUNTED: Mapping[str, Callable[[Any], object]] = {
    **dict.fromkeys(("model", "sample", "status", "label", "target", "cluster", "scorer", "text"), str),
    **dict.fromkeys(("finish_reason", "error_type"), str),
    **dict.fromkeys(("epoch", "input_tokens", "output_tokens"), int),
    **dict.fromkeys(("under_load", "cached"), bool),
    **dict.fromkeys(_NUMBERS, lambda number: round(float(number), 9)),
}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Baseline:
    """What a candidate is compared with.

    Attributes:
        measured: The experiment and its answers.
        reference: What it was asked for by.
        found_by: As what that was understood.
        hash: Of its content; see `content_hash`.
        revision: The commit of the project when it began; `None` is not known.
    """

    measured: Measured
    reference: str
    found_by: FoundBy
    hash: str
    revision: str | None = None


def facts_of(measured: Measured) -> dict[str, Any]:
    """All but the rows, as JSON values."""
    return {
        "experiment": measured.experiment,
        "started_at": measured.started_at.isoformat(),
        "dataset": measured.dataset,
        "dataset_hash": measured.dataset_hash,
        "dataset_version": measured.dataset_version,
        "samples": measured.samples,
        "epochs": measured.epochs,
        "settings": {model: dict(asked) for model, asked in measured.settings.items()},
        "until": None if measured.until is None else dict(measured.until),
    }


def content_hash(measured: Measured) -> str:
    """What the experiment measured, in 16 hex digits: changed as soon as a verdict could be.

    The start of the SHA-256 of its facts, and of what each answer was worth, said, took and cost: JSON with
    sorted keys, the answers sorted. Log and file, and all versions of DuckDB, give the same.
    """
    columns = [
        [None if missing else kind(value) for value, missing in zip(rows, rows.isna(), strict=True)]
        for rows, kind in ((measured.rows[name], kind) for name, kind in _COUNTED.items())
    ]
    digest = hashlib.sha256(orjson.dumps(facts_of(measured), option=orjson.OPT_SORT_KEYS))
    for line in sorted(map(orjson.dumps, zip(*columns, strict=True))):
        digest.update(line)
    return digest.hexdigest()[:16]


def check_usable(measured: Measured) -> None:
    """See that there is something to compare with.

    Raises:
        ConfigError: The experiment has no call, each of them failed, or what it scored ended it early.
    """
    if measured.rows.empty:
        raise ConfigError(
            f"baseline {measured.experiment} has no call in the log: it was stopped before the first, or "
            "pruned; take another one"
        )
    answered = measured.rows["status"] == "ok"
    if not answered.any():
        kinds = ", ".join(sorted(measured.rows["error_type"].dropna().astype(str).unique())) or "interrupted"
        raise ConfigError(
            f"baseline {measured.experiment} has no answer, all of its {len(answered)} calls failed "
            f"({kinds}): take another one"
        )
    asked = int(measured.rows.groupby("model")["sample"].nunique().max())
    if measured.until is not None and asked < measured.samples:
        raise ConfigError(
            f"baseline {measured.experiment} was stopped early, after {asked} of {measured.samples} samples, "
            "by who watched its scores, so that chance is in them: take one that was asked to its end"
        )
