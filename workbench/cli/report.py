"""`workbench report`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from workbench.bundled import bundled
from workbench.cli.console import FINE, WORSE, err, out, plain, tell
from workbench.cli.log import project_log
from workbench.cli.running import shown_progress
from workbench.config import load_settings
from workbench.errors import ConfigError, WorkbenchError
from workbench.log.redaction import REDACTED

if TYPE_CHECKING:
    from workbench.report.making import Made
    from workbench.report.outcome import FailOn

_LATEST = 1_000  # reports among which a notebook's last one is looked for
_CHANGES = 20  # so many lines a person still reads; the page has all


@click.command(
    short_help="Run a notebook, and write it as a report for people and CI.",
    epilog="Example: workbench report 10_compare.ipynb -p limit 10 --baseline last --out report",
)
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
    metavar="REFERENCE",
    help="Sets the parameter 'baseline': an experiment, 'last', a tag, a commit, a file.",
)
@click.option(
    "--replay",
    metavar="EXPERIMENT",
    help="Answer its calls as they were answered in this experiment, or in the notebook's 'last' report: "
    "nothing is asked. Parameters and baseline are those of that report, unless they are given.",
)
@click.option("--out", "folder", type=click.Path(path_type=Path), help="Folder for what it writes.")
@click.option(
    "--fail-on",
    type=click.Choice(["worse", "undecided", "never"]),
    default="worse",
    show_default=True,
    help="Which verdicts are an error: 'undecided' exits with 3 where too little was asked to tell.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="End the notebook after this long; the report has what there is by then.",
)
def report(
    notebook: Path,
    parameters: tuple[tuple[str, str], ...],
    baseline: str | None,
    replay: str | None,
    folder: Path | None,
    fail_on: FailOn,
    timeout_s: float | None,
) -> int:
    """Run a notebook by papermill and write what it found: the page, report.json, JUnit, a summary.

    NOTEBOOK is a file, or the name of one that comes with the workbench: 10_compare.ipynb, 30_usage.ipynb.

    Exit codes: 0 fine, 1 worse (beyond chance, or a gate failed), 2 could not run (the notebook failed, or a
    file could not be written), 3 undecided, with --fail-on undecided; 130 or 143 interrupted.
    """
    if notebook.name == str(notebook) and not notebook.exists():
        ours = bundled("notebooks") / notebook
        notebook = ours if ours.exists() else notebook
    values = {name: _value(name, text) for name, text in parameters}
    if baseline is not None:
        values["baseline"] = baseline
    if replay is not None:
        replay, values = _replayed(notebook.name, replay, values)
    settings = load_settings()
    # A folder of its own for each run: two at once, or a failed one, leave the others as they are.
    name = f"{notebook.stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}"
    folder = folder or settings.home / "reports" / name
    return make_report(notebook, values, folder, replay=replay, fail_on=fail_on, timeout_s=timeout_s)


def experiment_of(reference: str) -> str:
    """The experiment that is to be replayed."""
    from workbench.analysis.results import find_experiment

    return find_experiment(project_log(), reference)


def _replayed(notebook: str, reference: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The experiment to be replayed, and what is set: as in the notebook's latest report of it, or as given.

    `last` is the experiment of the notebook's last report; of none, the last whole one.
    """
    made = project_log().reports(limit=_LATEST)
    own = made[(made["notebook"] == notebook) & (made["experiments"].map(len) > 0)]
    if reference == "last" and not own.empty:
        experiments = own["experiments"].iloc[0]
        if len(experiments) > 1:
            raise ConfigError(
                f"the last report of {notebook} is of {len(experiments)} experiments, and one at a time can "
                f"be replayed: judge them again by -p candidate {','.join(experiments)}"
            )
        experiment = str(experiments[0])
    else:
        experiment = experiment_of(reference)
    of_it = own[own["experiments"].map(lambda each: list(each) == [experiment])]
    then = {} if of_it.empty else orjson.loads(of_it["parameters"].iloc[0])
    for name in then.keys() - given.keys():
        if REDACTED.encode() in orjson.dumps(then[name]):
            raise ConfigError(
                f"the log has the parameter {name!r} of the report of {experiment} without what was redacted "
                f"in it: set it again by -p {name} VALUE"
            )
    return experiment, {**then, **given}


def make_report(
    notebook: Path,
    values: dict[str, Any],
    folder: Path,
    *,
    replay: str | None = None,
    fail_on: FailOn = "worse",
    timeout_s: float | None = None,
) -> int:
    """Run a notebook, asking anew or replaying an experiment; say how it came out, and give the exit code."""
    from workbench.report.making import make

    environment = {} if replay is None else {"WORKBENCH_REPLAY": replay}
    with shown_progress(notebook.name) as on_progress:
        made = make(
            notebook,
            values,
            folder,
            environment=environment,
            fail_on=fail_on,
            timeout_s=timeout_s,
            on_progress=on_progress,
        )
    _say(made)
    for told in (partial(_tell_ci, made, folder), *([] if replay else [partial(_keep, made)])):
        try:
            told()
        except (WorkbenchError, OSError) as exc:
            tell(f"the report is made, but not told to all: {exc}")
    return int(made.document["exit_code"])


def verdict(worse: tuple[str, ...]) -> int:
    """Name what got worse, and give the exit code."""
    for model in worse:
        err.print(f"[bold red]worse than its baseline, beyond chance:[/] {plain(model)}")
    return WORSE if worse else FINE


def _say(made: Made) -> None:
    from workbench.report.formats.worded import SYMBOLS, worst_first

    document, failure = made.document, made.report.failure
    if document["outcome"] != "failed":
        out.print(f"\n{SYMBOLS[document['outcome']]} [bold]{plain(document['why'])}.[/]")
    judged = [*worst_first(document["changes"]), *worst_first(document["verdicts"]), *document["gates"]]
    same = sum(one.get("verdict") == "same" for one in judged)
    judged = [one for one in judged if one.get("verdict") != "same"]
    for one in judged[:_CHANGES]:
        out.print(f"  {plain(one['said'])}")
    if len(judged) > _CHANGES:
        out.print(f"  and {len(judged) - _CHANGES} more")
    if same:
        out.print(f"  the same, within the margin: {same}")
    for said in document["sees"]:
        out.print(f"\n{plain(said)}")
    out.print(f"\nNotebook  {plain(str(made.report.notebook))}\nReport    {plain(str(made.report.page))}")
    out.print("Beside    report.json, junit.xml, summary.md, metrics.txt, gl-code-quality-report.json")
    verdict(
        tuple(
            f"{change['model']}: {change['metric']}"
            for change in document["changes"]
            if change["verdict"] == "worse"
        )
    )
    if document["outcome"] == "failed":
        name = document["notebook"]
        tell(f"{name} did not run to its end: {failure}" if failure else f"{name}: {document['why']}")
    for problem in made.problems:
        tell(problem)


def _tell_ci(made: Made, folder: Path) -> None:
    from workbench.report.formats.annotations import annotations_of
    from workbench.report.formats.markdown import markdown_of
    from workbench.report.github import tell_github

    document = made.document
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in annotations_of(document):
            click.echo(line)
    outputs = {"outcome": document["outcome"], "exit-code": document["exit_code"], "report": folder}
    tell_github(markdown_of(document), outputs)


def _keep(made: Made) -> None:
    """A row in the log, by which `last green` is found; there is none of what nothing ran of."""
    from workbench.revision import revision_of

    document, failure = made.document, made.report.failure
    if failure is not None and failure.kind in {"notebook", "parameter"}:
        return
    baseline = made.report.parameters.get("baseline")
    project_log().reported(
        notebook=document["notebook"],
        parameters=made.report.parameters,
        experiments=[one["experiment"] for one in document["candidates"]],
        baseline=None if not baseline else str(baseline),
        baselines=[one["experiment"] for one in document["baselines"]],
        outcome=document["outcome"],
        exit_code=document["exit_code"],
        revision=revision_of(load_settings().project),
    )


def _value(name: str, text: str) -> Any:
    """A parameter's value: JSON where it is, such as 3, true or ["a/b"]; text otherwise."""
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise ConfigError(f"parameter {name!r} is {text!r}, which is not UTF-8: write it in UTF-8") from exc
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
