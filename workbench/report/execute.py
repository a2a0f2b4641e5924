"""Run a parameterised notebook, and always leave the executed notebook and a report behind."""

from __future__ import annotations

import asyncio
import json
import signal
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import nbformat

from workbench.analysis.regression.telling.reported import REPORT_TYPE
from workbench.config import load_settings
from workbench.errors import ConfigError
from workbench.report.inside.telling import TOLD
from workbench.report.page import page_of
from workbench.report.running.cells import Progress, Run
from workbench.report.running.failure import Failure, NotRunnableError
from workbench.report.running.files import prepare, write_whole
from workbench.report.running.secrets import Secrets
from workbench.report.running.source import notebook_of, parameterised
from workbench.report.running.stops import Stops
from workbench.report.running.streams import joined

TURN_S = 0.2


@contextmanager
def stopping() -> Iterator[Stops]:
    """Ctrl-C and SIGTERM stop a run, where they can be heard: in the main thread.

    A second one, as CI sends it soon after the first, takes nothing away from what is being written. Within
    another such block this is the same one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield Stops()
        return
    heard = signal.getsignal(signal.SIGTERM)
    if isinstance(heard, Stops):
        yield heard
        return
    stops = Stops()
    before = {number: signal.signal(number, stops) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stops
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a run of a notebook left behind; no secret is in any of it.

    Attributes:
        notebook: The executed notebook; up to the failing cell, where it failed.
        page: The report, one HTML file that opens with no network. Where the failure is of the kind `disk`,
            an earlier one of that name may still be there.
        parameters: What was set.
        payloads: What the notebook displayed for its report, in its order, whatever that is; then what it
            said by `workbench.report` and took away again.
        failure: Why the notebook did not run to its end; `None` where it did.
        cells_run: How many cells with code were begun.
        cells: How many there are, with the one that sets the parameters.
    """

    notebook: Path
    page: Path
    parameters: Mapping[str, Any]
    payloads: tuple[Any, ...] = ()
    failure: Failure | None = None
    cells_run: int = 0
    cells: int = 0


@stopping()
def run_report(
    notebook: Path,
    parameters: Mapping[str, Any],
    out: Path,
    *,
    environment: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
    cell_timeout_s: float | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    banner: Callable[[Report], str] | None = None,
) -> Report:
    """Run a notebook by papermill in the current folder and write its report to `out`.

    The kernel is the Python that runs this, whatever kernel the notebook names. While it runs, what there is
    so far is in a file whose name ends in `.partial.ipynb`; an earlier report stays until the new one takes
    its place, whole. Ctrl-C and SIGTERM end the run: the report is written, and its failure says so.

    Args:
        notebook: The notebook; the cell tagged `parameters` says what may be set, and of which type.
        parameters: Values to set.
        out: Folder for the executed notebook and the page; made where it is not there.
        environment: Settings for the notebook's kernel.
        timeout_s: How long it may take, in seconds; then its cell is interrupted, and soon killed.
        cell_timeout_s: The same for each of its cells.
        on_progress: Called where a cell begins, from another thread.
        banner: Gives the HTML of what stands at the top of the page.

    Raises:
        ConfigError: Before anything ran: there is no such notebook, or `out` cannot be written or is the
            notebook's own folder.
    """
    if not notebook.is_file():
        raise ConfigError(f"no notebook {str(notebook)!r}: give the path of an .ipynb file")
    executed = out / notebook.name
    if executed.resolve() == notebook.resolve():
        raise ConfigError(f"the report would replace {str(notebook)!r}: name another folder with --out")
    settings = load_settings()
    secrets = Secrets(replace(settings, values={**settings.values, **(environment or {})}))
    prepare(out)
    page = executed.with_suffix(".html")
    made = Report(notebook=executed, page=page, parameters=secrets.masked(parameters))
    partial = executed.with_suffix(".partial.ipynb")
    document = nbformat.v4.new_notebook()
    told: list[str] = []
    try:
        document = notebook_of(notebook)
        document = parameterised(document, notebook.name, parameters, secrets)
    except NotRunnableError as exc:
        made = replace(made, failure=exc.failure)
    else:
        with stopping() as stops, _heard() as heard:
            run = Run(
                document,
                environment={
                    "WORKBENCH_HEADLESS": "1",
                    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
                    TOLD: heard.name,
                    **(environment or {}),
                },
                write=lambda so_far: write_whole(partial, nbformat.writes(secrets.hide(joined(so_far)))),
                stops=stops,
                cell_timeout_s=cell_timeout_s,
                timeout_s=timeout_s,
                on_progress=on_progress,
            )
            failure = _waited(run)
            told = heard.read().decode("utf-8", "replace").splitlines()
        made = replace(made, failure=failure, cells_run=run.cells_run, cells=run.cells)
    document = secrets.hide(joined(document))
    shown = list(_payloads(document))
    payloads = (*shown, *_unshown(told, shown, secrets))
    made = replace(made, failure=_hidden(made.failure, secrets), payloads=payloads)
    try:
        write_whole(partial, nbformat.writes(document))
        above = "" if banner is None else banner(made)
        content = page_of(document, title=notebook.stem, failure=made.failure, banner=above)
        write_whole(page, content)
        with suppress(FileNotFoundError):  # where another report into the same folder was quicker
            partial.replace(executed)
    except OSError as exc:
        return replace(made, notebook=partial, failure=_unwritten(exc, out, made.failure))
    return made


@contextmanager
def _heard() -> Iterator[IO[bytes]]:
    """A file for what the notebook says; the notebook may clear it away, as it may any other."""
    with tempfile.NamedTemporaryFile(prefix="workbench-", delete=False) as heard:
        try:
            yield heard
        finally:
            Path(heard.name).unlink(missing_ok=True)


def _waited(run: Run) -> Failure | None:
    """Run in a thread of its own: a loop may run in this one already, and signals find it free."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="report") as pool:
        running = pool.submit(lambda: asyncio.run(run()))
        # A signal that another thread was given is heard here when this one next does anything.
        while not running.done():
            wait([running], timeout=TURN_S)
        return running.result()


def _payloads(document: nbformat.NotebookNode) -> Iterator[Any]:
    for cell in document.cells:
        for output in cell.get("outputs", []):
            if REPORT_TYPE in (data := output.get("data", {})):
                yield json.loads(
                    json.dumps(data[REPORT_TYPE])
                )  # plain dictionaries, which nbformat's are not


def _unshown(told: Iterable[str], shown: Iterable[Any], secrets: Secrets) -> Iterator[dict[str, Any]]:
    """What was said and is in no output any more, as it was cleared, captured or put into a widget."""
    known = Counter(json.dumps(payload, sort_keys=True) for payload in shown)
    for line in told:
        try:
            payload = secrets.hide(json.loads(line))
        except ValueError:  # the kernel died while it wrote this
            continue
        if isinstance(payload, dict):
            words = json.dumps(payload, sort_keys=True)
            if known[words] > 0:
                known[words] -= 1
            else:
                yield payload


def _hidden(failure: Failure | None, secrets: Secrets) -> Failure | None:
    if failure is None:
        return None
    hidden = {name: secrets.hide(getattr(failure, name)) for name in ("message", "heading", "traceback")}
    return replace(failure, **hidden)


def _unwritten(error: OSError, out: Path, before: Failure | None) -> Failure:
    earlier = "" if before is None else f"; and before that, {before}"
    message = f"the report could not be written to {str(out)!r}: {error.strerror or error}{earlier}"
    return Failure(kind="disk", message=message)
