"""A regression as what `workbench report` collects from a notebook."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.analysis.estimates import Estimate
from workbench.analysis.regression.baselines.baseline import Baseline
from workbench.analysis.regression.change import Change
from workbench.analysis.regression.measured import Measured
from workbench.analysis.regression.telling.said import sentence

if TYPE_CHECKING:
    from workbench.analysis.regression.verdicts import Regression

REPORT_TYPE = "application/vnd.workbench.report+json"
"""What a notebook displays under this type, `workbench report` writes into its files and judges by."""


def payload(found: Regression) -> dict[str, Any]:
    """A regression as JSON: of plain values, without `nan`, and the same whenever the same was measured."""
    return {
        "kind": "regression",
        "candidate": [experiment(each) for each in found.candidates],
        "baseline": [_baseline(each) for each in found.baselines],
        "alpha": found.alpha,
        "changes": [_change(each) for each in found.worst_first()],
        "flips": _records(found.flips),
        "flaky": _records(found.flaky),
        "missing": list(found.missing),
        "left_out": list(found.left_out),
        "notes": list(found.notes),
        "sees": found.sees(),
        "said": str(found),
    }


def experiment(one: Measured) -> dict[str, Any]:
    """What was asked, as a candidate of a report."""
    return _experiment(one) | {"samples": one.samples, "epochs": one.epochs}


def _experiment(one: Measured) -> dict[str, Any]:
    return {
        "experiment": one.experiment,
        "dataset": one.dataset,
        "dataset_hash": one.dataset_hash,
        "started_at": one.started_at.isoformat(),
    }


def _baseline(one: Measured | Baseline) -> dict[str, Any]:
    if isinstance(one, Measured):
        return {"reference": one.experiment, **_experiment(one)}
    how = {"found_by": one.found_by, "revision": one.revision, "hash": one.hash}
    return {"reference": one.reference, **_experiment(one.measured), **how}


def _change(one: Change) -> dict[str, Any]:
    found = one.difference
    return {
        "dataset": one.dataset,
        "model": one.model,
        "metric": one.metric,
        "title": one.of.title,
        "verdict": one.verdict,
        "baseline": _estimate(found.baseline),
        "candidate": _estimate(found.candidate),
        "change": _estimate(found.change),
        "relative": one.of.relative,
        "unit": one.unit,
        "p_worse": _number(one.p_worse),
        "p_better": _number(one.p_better),
        "tolerance": one.tolerance,
        "margin": one.margin,
        "n": found.n,
        "dropped": found.dropped,
        "method": found.method,
        "visible": _number(one.visible),
        "needed": one.needed,
        "note": one.note,
        "said": sentence(one),
    }


def _estimate(one: Estimate) -> dict[str, Any]:
    return {"value": _number(one.value), "low": _number(one.low), "high": _number(one.high), "n": one.n}


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): _plain(value) for name, value in row.items()} for row in frame.to_dict(orient="records")
    ]


def _plain(value: Any) -> Any:
    """A cell as JSON has it: numbers that are none are `null`, lists are lists."""
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return _number(value)
    return None if value is None or value is pd.NA else value
