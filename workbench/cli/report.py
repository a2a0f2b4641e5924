"""`workbench report`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from workbench.bundled import bundled
from workbench.cli.console import COULD_NOT_RUN, FINE, WORSE, err, out, plain, tell
from workbench.cli.log import project_log
from workbench.config import load_settings


@click.command(short_help="Run a notebook, and write it as an HTML report.")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "-p",
    "--parameter",
    "parameters",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="A parameter of the notebook, as two words: -p limit 10.",
)
@click.option(
    "--baseline",
    metavar="EXPERIMENT",
    help="Sets the parameter 'baseline': an earlier experiment, or 'last'.",
)
@click.option(
    "--replay",
    metavar="EXPERIMENT",
    help="Answer its calls as they were answered in this experiment, or 'last': nothing is asked.",
)
@click.option("--out", "folder", type=click.Path(path_type=Path), help="Folder for what it writes.")
def report(
    notebook: Path,
    parameters: tuple[tuple[str, str], ...],
    baseline: str | None,
    replay: str | None,
    folder: Path | None,
) -> int:
    """Run a notebook by papermill and write it as an HTML report that opens with no network.

    NOTEBOOK is a file, or the name of one that comes with the workbench: 10_compare.ipynb, 30_usage.ipynb.

    Exit codes: 0 fine, 1 a model got worse than its baseline beyond chance, 2 the notebook could not run.
    """
    if notebook.name == str(notebook) and not notebook.exists():
        ours = bundled("notebooks") / notebook
        notebook = ours if ours.exists() else notebook
    values = {name: _value(text) for name, text in parameters}
    if baseline is not None:
        values["baseline"] = baseline
    settings = load_settings()
    replay = experiment_of(replay)
    # A folder of its own for each run: two at once, or a failed one, leave the others as they are.
    name = f"{notebook.stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}"
    return make_report(notebook, values, folder or settings.home / "reports" / name, replay=replay)


def experiment_of(reference: str | None) -> str | None:
    """The experiment that is to be replayed, if any."""
    if reference is None:
        return None
    from workbench.analysis.results import find_experiment

    return find_experiment(project_log(), reference)


def make_report(notebook: Path, values: dict[str, Any], folder: Path, *, replay: str | None = None) -> int:
    """Run a notebook, asking anew or replaying an experiment, say where its report is, give the exit code."""
    from workbench.report import run_report

    environment = {} if replay is None else {"WORKBENCH_REPLAY": replay}

    with err.status(f"Running {notebook.name}…"):
        made = run_report(notebook, values, folder, environment=environment)
    out.print(f"\nNotebook  {plain(str(made.notebook))}\nReport    {plain(str(made.page))}")
    for words in made.said:
        out.print(f"\n{plain(words)}")
    if made.failure:
        tell(f"{notebook.name} did not run to its end: {made.failure}")
        return COULD_NOT_RUN
    if values.get("baseline") and not made.judged:
        tell(f"{notebook.name} took a baseline but displayed no verdict: end it with wb.regression(…)")
        return COULD_NOT_RUN
    return verdict(made.worse)


def verdict(worse: tuple[str, ...]) -> int:
    """Name what got worse, and give the exit code."""
    for model in worse:
        err.print(f"[bold red]worse than its baseline, beyond chance:[/] {plain(model)}")
    return WORSE if worse else FINE


def _value(text: str) -> Any:
    """A parameter's value: JSON where it is, such as 3, true or ["a/b"]; text otherwise."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
