"""What notebooks display for their reports, made by hand."""

from __future__ import annotations

from typing import Any

from workbench.report.displayed import displayed
from workbench.report.formats.document import document_of
from workbench.report.outcome import FailOn, outcome_of

# Markup, mentions, links, the ends of cells and fences, commands of two forms, a direction, half a character.
HOSTILE = (
    "</summary><img src=x onerror=alert(1)> @octocat #1 GH-2 [x](javascript:y) ![i](http://a.b/c) www.a.com "
    "a|b \\| `code` ``` <!-- -->\n::error title=x::pwned\n##[add-path]/evil\r::warning::w %0A::error::z "
    "\x1b[31m \u202e \x00 \ud800 ]]> &amp; $x$ !9 ~bug {{ x }}"
)


def estimate(value: float | None, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high, "n": 120}


def change(verdict: str, *, model: str = "sim/sage", **other: Any) -> dict[str, Any]:
    made = {
        "dataset": "capitals",
        "model": model,
        "metric": "quality",
        "title": "Quality",
        "verdict": verdict,
        "baseline": estimate(0.9, 0.84, 0.94),
        "candidate": estimate(0.8, 0.72, 0.86),
        "change": estimate(-0.1, -0.15, -0.05),
        "relative": False,
        "unit": "share",
        "p_worse": 0.0002,
        "p_better": 1.0,
        "tolerance": 0.0,
        "margin": 0.05,
        "n": 120,
        "dropped": 0,
        "method": "paired t",
        "visible": 0.06,
        "needed": None,
        "note": "",
    } | other
    said = f"{made['model']} on {made['dataset']}: {made['metric']} {verdict} by 10 points [-15, -5]"
    return {**made, "said": said}


def flip(direction: str = "lost", *, sample: str = "7", answer: str = "Lima", **other: Any) -> dict[str, Any]:
    return {
        "dataset": "capitals",
        "model": "sim/sage",
        "sample": sample,
        "direction": direction,
        "baseline_score": 1.0,
        "candidate_score": 0.0,
        "baseline_answer": "Oslo",
        "candidate_answer": answer,
        "target": "Oslo",
    } | other


def regression(*changes: dict[str, Any], **other: Any) -> dict[str, Any]:
    names = {"dataset": "capitals", "dataset_hash": "ab12", "started_at": "2026-11-21T08:16:00+00:00"}
    return {
        "kind": "regression",
        "candidate": [{"experiment": "20261121-0816-aaaa", "samples": 120, "epochs": 4, **names}],
        "baseline": [{"experiment": "20261120-0816-bbbb", "reference": "last", **names}],
        "alpha": 0.05,
        "changes": list(changes),
        "flips": [],
        "flaky": [],
        "missing": [],
        "left_out": [],
        "sees": "A fall of 6 points would have been found.",
        "said": "…",
    } | other


def gate(passed: bool, name: str = "at least 80 % are right") -> dict[str, Any]:
    said = f"{'passed' if passed else 'failed'}: {name}"
    return {"kind": "gate", "name": name, "passed": passed, "said": said}


def verdict(name: str, found: str) -> dict[str, Any]:
    return {"kind": "verdict", "name": name, "verdict": found, "said": f"{name}: {found}"}


def document(
    *payloads: Any, fail_on: FailOn = "worse", failure: dict[str, Any] | None = None, **parameters: Any
) -> dict[str, Any]:
    """What report.json holds where a notebook displayed these."""
    found = displayed(payloads)
    outcome = outcome_of(found, failure, baseline=bool(parameters.get("baseline")), fail_on=fail_on)
    return document_of(
        found,
        outcome,
        notebook="90_regression.ipynb",
        parameters=parameters,
        fail_on=fail_on,
        failure=failure,
    )


def hostile_document() -> dict[str, Any]:
    """Everything in it that a model, a data set or a user may name is hostile."""
    names = {"dataset": HOSTILE, "model": HOSTILE}
    return document(
        regression(
            change("worse", **names, title=HOSTILE, note=HOSTILE),
            change("undecided", **names, metric=HOSTILE),
            change("better", **names),
            flips=[flip(answer=HOSTILE, sample=HOSTILE, target=HOSTILE, baseline_answer=HOSTILE, **names)],
            flaky=[{**names, "sample": HOSTILE, "baseline_scores": [1, None], "candidate_scores": []}],
            missing=[HOSTILE],
            left_out=[HOSTILE],
            sees=HOSTILE,
        ),
        gate(False, HOSTILE),
        verdict(HOSTILE, "worse"),
        {"kind": "figure", "name": HOSTILE, "value": 1.5, "unit": HOSTILE},
        {"kind": HOSTILE},
        failure={"kind": "cell", "message": HOSTILE, "cell": 3, "heading": HOSTILE},
        prompt=HOSTILE,
    )
