"""What GitLab shows in a merge request beside JUnit: findings as Code Quality, and figures as metrics.

Source:
    https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format and
    https://docs.gitlab.com/ci/testing/metrics_reports/
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from workbench.report.formats.document import Document
from workbench.report.formats.worded import cut, worst_first

_SEVERITY = {"worse": "major", "undecided": "minor", "failed": "blocker", "gate": "major", "missing": "minor"}


def code_quality_of(document: Document, path: str) -> list[dict[str, Any]]:
    """The findings, at the notebook; one that both branches have has the same fingerprint, and is no news.

    What is undecided is a finding where it is to fail.

    Args:
        document: What report.json holds.
        path: Of the notebook, from the top of the repository.
    """
    findings = [
        {
            "description": cut(" ".join(str(said).split()), 1000),
            "check_name": kind,
            "fingerprint": hashlib.sha256(
                "\0".join((kind, path, *about)).encode("utf-8", "replace")
            ).hexdigest()[:32],
            "severity": _SEVERITY[kind],
            "location": {"path": path, "lines": {"begin": 1}},
        }
        for kind, about, said in _findings(document)
    ]
    return list({finding["fingerprint"]: finding for finding in findings}.values())


def metrics_of(document: Document) -> str:
    """The candidate's figures in OpenMetrics' text format; those that are undefined are left out."""
    families: dict[str, dict[str, str]] = {}
    for change in document["changes"]:
        value = (change.get("candidate") or {}).get("value")
        labels = _labels(dataset=change["dataset"], model=change["model"])
        _add(families, f"workbench_{change['metric']}", labels, value)
    for figure in document["figures"]:
        _add(
            families,
            "workbench_figure",
            _labels(name=figure["name"], unit=figure.get("unit")),
            figure["value"],
        )
    lines = [
        line
        for family, samples in families.items()
        for line in (
            f"# TYPE {family} gauge",
            *(f"{family}{labels} {value}" for labels, value in samples.items()),
        )
    ]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _findings(document: Document) -> Iterator[tuple[str, tuple[str, ...], str]]:
    if document["outcome"] == "failed":
        yield "failed", (), document["why"]
    told = {"worse", "undecided"} if document["fail_on"] == "undecided" else {"worse"}
    for change in worst_first(document["changes"]):
        if change["verdict"] in told:
            about = (change["dataset"], change["model"], change["metric"])
            yield change["verdict"], about, change["said"]
    for one in worst_first(document["verdicts"]):
        if one["verdict"] in told:
            yield one["verdict"], (one["name"],), one["said"]
    for gate in document["gates"]:
        if not gate["passed"]:
            yield "gate", (gate["name"],), gate["said"]
    for model in document["missing"]:
        yield "missing", (model,), f"{model} is in the baseline, but was not asked now"


def _add(families: dict[str, dict[str, str]], family: str, labels: str, value: object) -> None:
    if isinstance(value, int | float):
        # OpenMetrics takes a series once: the last one counts.
        families.setdefault(re.sub(r"[^A-Za-z0-9_]", "_", family), {})[labels] = repr(value)


def _labels(**labels: object) -> str:
    written = ",".join(
        f'{name}="{_escaped(cut(value, 200))}"' for name, value in labels.items() if value is not None
    )
    return f"{{{written}}}"


def _escaped(text: str) -> str:
    return (
        text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n").encode("utf-8", "replace").decode()
    )
