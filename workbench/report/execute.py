"""Run a parameterised notebook, and always leave the executed notebook and a report behind."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillException, PapermillExecutionError

from workbench.analysis.regression import VERDICT_TYPE
from workbench.errors import ConfigError
from workbench.report.page import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a run of a notebook left behind.

    Attributes:
        notebook: The executed notebook; up to the failing cell, where it failed.
        page: The report, one HTML file that opens with no network.
        judged: Whether the notebook displayed a verdict at all.
        worse: What its verdicts name as worse than the baseline.
        said: The verdicts in words.
        failure: Why the notebook did not run to its end, in one line; empty where it did.
    """

    notebook: Path
    page: Path
    judged: bool = False
    worse: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    failure: str = ""


def run_report(
    notebook: Path, parameters: Mapping[str, Any], out: Path, *, environment: Mapping[str, str] | None = None
) -> Report:
    """Run a notebook by papermill in the current folder and write its report to `out`.

    Args:
        notebook: The notebook; the cell tagged `parameters` says what may be set.
        parameters: Values to set.
        out: Folder for the executed notebook and the page; made where it is not there.
        environment: Settings for the notebook's kernel.

    Raises:
        ConfigError: Before anything ran: there is no such notebook, or it has no such parameter.
    """
    _check(notebook, parameters)
    out.mkdir(parents=True, exist_ok=True)
    executed = out / notebook.name
    failure = ""
    with _environment(
        {"WORKBENCH_HEADLESS": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1", **(environment or {})}
    ):
        try:
            papermill.execute_notebook(
                str(notebook),
                str(executed),
                dict(parameters),
                progress_bar=False,
                cwd=str(Path.cwd()),
                extra_arguments=["--log-level=ERROR"],
            )
        except PapermillExecutionError as exc:
            failure = f"{exc.ename}: {exc.evalue}" if exc.ename else f"cell {exc.exec_count} failed"
        except (DeadKernelError, NoSuchKernel, PapermillException) as exc:
            failure = f"the notebook could not run: {exc}"
    document = nbformat.read(executed if executed.exists() else notebook, as_version=4)
    page = executed.with_suffix(".html")
    page.write_text(page_of(document, title=notebook.stem, failure=failure), encoding="utf-8")
    verdicts = list(_verdicts(document))
    return Report(
        notebook=executed,
        page=page,
        judged=bool(verdicts),
        worse=tuple(model for verdict in verdicts for model in verdict["worse"]),
        said=tuple(str(verdict["said"]) for verdict in verdicts if "said" in verdict),
        failure=failure,
    )


def _check(notebook: Path, parameters: Mapping[str, Any]) -> None:
    if not notebook.is_file():
        raise ConfigError(f"no notebook {str(notebook)!r}: give the path of an .ipynb file")
    try:
        known = papermill.inspect_notebook(str(notebook))
    except (ValueError, nbformat.ValidationError, PapermillException) as exc:
        raise ConfigError(f"{notebook} is not a notebook: {exc}") from exc
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise ConfigError(
            f"{notebook.name} has no parameter {unknown[0]!r}: "
            + (f"it has {', '.join(known)}" if known else "none of its cells is tagged 'parameters'")
        )


def _verdicts(document: nbformat.NotebookNode) -> Iterator[Mapping[str, Any]]:
    for cell in document.cells:
        for output in cell.get("outputs", []):
            if VERDICT_TYPE in output.get("data", {}):
                yield output["data"][VERDICT_TYPE]


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
