"""A report in all its files: run, judged, written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from workbench.report.displayed import displayed
from workbench.report.execute import Report, run_report, stopping
from workbench.report.formats.banner import banner_of
from workbench.report.formats.document import Document, document_of, in_json
from workbench.report.formats.gitlab import code_quality_of, metrics_of
from workbench.report.formats.junit import junit_of
from workbench.report.formats.markdown import markdown_of
from workbench.report.outcome import COULD_NOT_RUN, FailOn, outcome_of
from workbench.report.running.cells import Progress
from workbench.report.running.failure import Failure
from workbench.report.running.files import write_whole

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A report that was made.

    Attributes:
        report: What the run left behind.
        document: What report.json holds, or would hold where it could not be written.
        problems: What could not be written, one sentence each.
    """

    report: Report
    document: Document
    problems: tuple[str, ...]


@stopping()
def make(
    notebook: Path,
    parameters: Mapping[str, Any],
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    fail_on: FailOn = "worse",
    timeout_s: float | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Made:
    """Run a notebook, and write what it found in every format; the arguments are those of `run_report`.

    Whatever goes wrong with one file, the others are written; the report has failed then.

    Raises:
        ConfigError: Before anything ran: there is no such notebook, or the folder cannot be written.
    """
    problems: list[str] = []

    def banner(report: Report) -> str:
        return _tried(problems, "the page's banner", lambda: banner_of(describe(report, fail_on))) or ""

    report = run_report(
        notebook,
        parameters,
        folder,
        environment=environment,
        timeout_s=timeout_s,
        on_progress=on_progress,
        banner=banner,
    )
    path = notebook.resolve()
    where = path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else notebook.name
    document, unwritten = write_formats(describe(report, fail_on), folder, where)
    return Made(report=report, document=document, problems=(*problems, *unwritten))


def describe(report: Report, fail_on: FailOn) -> dict[str, Any]:
    """What report.json holds of a run."""
    found = displayed(report.payloads)
    failure = None if report.failure is None else _failure(report.failure)
    baseline = bool(report.parameters.get("baseline"))
    return document_of(
        found,
        outcome_of(found, failure, baseline=baseline, fail_on=fail_on),
        notebook=report.page.with_suffix(".ipynb").name,
        parameters=report.parameters,
        fail_on=fail_on,
        failure=failure,
    )


def write_formats(document: Document, folder: Path, path: str) -> tuple[Document, tuple[str, ...]]:
    """Write all files but the notebook and the page; report.json, the last, says what could not be written.

    Args:
        document: What report.json holds.
        folder: Where to.
        path: Of the notebook, from the top of the repository.

    Returns:
        What report.json holds in the end, and what could not be written.
    """
    problems: list[str] = []

    def write(name: str, text: Callable[[], str]) -> None:
        _tried(problems, name, lambda: write_whole(folder / name, text()))

    write("junit.xml", lambda: junit_of(document).decode())
    write("gl-code-quality-report.json", lambda: in_json(code_quality_of(document, path)))
    write("metrics.txt", lambda: metrics_of(document))
    told = _unwritten(document, problems)
    write("summary.md", lambda: markdown_of(told))
    told = _unwritten(document, problems)
    write("report.json", lambda: in_json(told))
    return _unwritten(document, problems), tuple(problems)


def _tried(problems: list[str], what: str, work: Callable[[], Value]) -> Value | None:
    try:
        return work()
    except Exception as exc:  # a bug of ours in one file is no reason to lose the others
        reason = getattr(exc, "strerror", None) or f"{type(exc).__name__}: {exc}"
        problems.append(f"{what} could not be written: {reason}")
        return None


def _unwritten(document: Document, problems: list[str]) -> Document:
    if not problems:
        return document
    if document["outcome"] == "failed":
        return {**document, "why": "; ".join([document["why"], *problems])}
    return {**document, "outcome": "failed", "exit_code": COULD_NOT_RUN, "why": "; ".join(problems)}


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "kind": failure.kind,
        "message": failure.message,
        "cell": failure.cell,
        "heading": failure.heading or None,
        "signal": None if failure.signal is None else failure.signal.name,
    }
