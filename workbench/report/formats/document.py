"""report.json: all that a report found, for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.report.displayed import Displayed
from workbench.report.outcome import FailOn, Outcome, totals

VERSION = "1.0"
Document = Mapping[str, Any]


def document_of(
    found: Displayed,
    outcome: Outcome,
    *,
    notebook: str,
    parameters: Mapping[str, Any],
    fail_on: FailOn = "worse",
    failure: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What report.json holds; its form is `report.schema.json`.

    Nothing in it comes from the clock, the machine or the run's own ids, so that a report made again from the
    log has the same bytes.

    Args:
        found: What the notebook displayed.
        outcome: What it comes to.
        notebook: Name of the notebook's file, without its folder.
        parameters: What was set, secrets masked.
        fail_on: What was to fail.
        failure: Why the notebook did not run to its end: `kind`, `message`, `cell`, `heading`, `signal`.
    """
    parts = found.regressions
    return {
        "schema_version": VERSION,
        "outcome": outcome.name,
        "exit_code": outcome.exit_code,
        "why": outcome.why,
        "fail_on": fail_on,
        "notebook": notebook,
        "parameters": dict(sorted(parameters.items())),
        "totals": totals(found),
        "failure": None if failure is None else dict(failure),
        "candidates": [one for part in (*found.measured, *parts) for one in part.get("candidate", ())],
        "baselines": [one for part in parts for one in part.get("baseline", ())],
        "changes": [one for part in parts for one in part["changes"]],
        "missing": [one for part in parts for one in part.get("missing", ())],
        "left_out": [
            *(one for part in parts for one in part.get("left_out", ())),
            *map(_not_read, found.other),
        ],
        "notes": [one for part in parts for one in part.get("notes", ())],
        "sees": [part["sees"] for part in parts if part.get("sees")],
        "flips": [one for part in parts for one in part.get("flips", ())],
        "flaky": [one for part in parts for one in part.get("flaky", ())],
        "verdicts": list(found.verdicts),
        "gates": list(found.gates),
        "figures": list(found.figures),
        "other": list(found.other),
    }


def _not_read(payload: Any) -> str:
    if isinstance(payload, Mapping) and isinstance(kind := payload.get("kind"), str):
        return f"an output of the kind {kind!r:.100}, which this version does not know"
    return f"an output that is no report, and is not read: {payload!r:.100}"


def in_json(document: Any) -> str:
    """The text of a file: its names in their order, two spaces an indent, every letter as it is.

    Half a pair of surrogates, which no encoding has, is written as JSON's escape of it.

    Raises:
        ValueError: A number is not finite.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False, default=str)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(document, indent=2, allow_nan=False, default=str)
    return text + "\n"
