"""`workbench baseline`: what reports compare with, saved, tagged, listed and shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from workbench.cli.console import FINE, out, plain
from workbench.cli.figures import UNKNOWN, known
from workbench.cli.log import project_log
from workbench.config import load_settings

if TYPE_CHECKING:
    from workbench.analysis.regression.baselines import Baseline
    from workbench.log import Log

_MOST = 10
_COMMIT = 12  # of its digits, as git shows it


@click.group(
    short_help="Save, tag and show what reports compare with.",
    epilog="Example: workbench baseline tag v1.2 && workbench report 90_regression.ipynb --baseline v1.2",
)
def baseline() -> None:
    """A baseline is what later experiments are compared with, known by an id, a tag, a commit or a file.

    It never changes: one that was scored again, resumed, pruned or edited since is refused.
    """


@baseline.command(
    short_help="Write experiments to a file to be kept in a repository.",
    epilog="Example: workbench baseline save baselines/release-1.2.parquet last",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT]…")
def save(file: Path, experiments: tuple[str, ...]) -> int:
    """Write experiments, one for each data set, or the last one, to FILE, which ends in .parquet.

    The file has scores, texts of answers, times, tokens and costs. It is not written over.
    """
    from workbench.analysis.regression.baselines import find_baseline, save_baselines

    log, project = project_log(), load_settings().project
    found = [find_baseline(log, each, project=project) for each in experiments or ("last",)]
    written = save_baselines(log, found, file)
    names = ", ".join(f"{each.measured.experiment} ({each.hash})" for each in found)
    out.print(plain(f"{names}: {file}" if written else f"{file} has {names} already."))
    return FINE


@baseline.command(
    short_help="Give an experiment a name, for good.",
    epilog='Example: workbench baseline tag v1.2 20261121-0816-dfxj --note "before the new prompt"',
)
@click.argument("name")
@click.argument("experiment", default="last")
@click.option("--note", metavar="TEXT", help="What is to be known of it.")
def tag(name: str, experiment: str, note: str | None) -> int:
    """Give EXPERIMENT, or the last one, the tag NAME.

    A name is given once for each data set, and is never moved.
    """
    from workbench.analysis.regression.baselines import find_baseline, tag_baseline

    log = project_log()
    found = find_baseline(log, experiment, project=load_settings().project)
    given = tag_baseline(log, name, found, note=note)
    what = f"{found.measured.experiment} on {found.measured.dataset!r}, content {found.hash}"
    out.print(plain(f"{name} is {what}." if given else f"{name} was {what} already."))
    return FINE


@baseline.command(
    "list", short_help="Print tags and the latest experiments.", epilog="Example: workbench baseline list"
)
def list_() -> int:
    """Print the tags, and the latest experiments with the commit that each was begun at."""
    log = project_log()
    tags, runs = log.baselines(), log.runs().drop_duplicates("experiment").head(_MOST)
    if tags.empty:
        out.print("No tags: workbench baseline tag NAME gives the last experiment one.")
    else:
        table = Table("tag", "experiment", "data set", "tagged", "content", "note", box=None, pad_edge=False)
        for row in tags.itertuples():
            _add(table, row.name, row.experiment, row.dataset, f"{row.tagged_at:%F %R}", row.hash, row.note)
        out.print(table)
    if not runs.empty:
        table = Table("experiment", "data set", "began", "commit", "branch", box=None, pad_edge=False)
        for row in runs.itertuples():
            at = (
                f"{row.revision:.{_COMMIT}}{' + changes' if row.dirty is True else ''}"
                if known(row.revision)
                else None
            )
            _add(table, row.experiment, row.dataset, f"{row.started_at:%F %R}", at, row.branch)
        out.print()
        out.print(table)
    return FINE


@baseline.command(
    short_help="Say what a reference means, and whether it still is that.",
    epilog='Example: workbench baseline show "last green on main"',
)
@click.argument("reference")
def show(reference: str) -> int:
    """Say what REFERENCE means: an id, a tag, a commit, a .parquet file, 'last' or 'last green on main'.

    What was tagged or saved is looked at: where its content changed since, this says so and exits with 2.
    """
    from workbench.analysis.regression.baselines import find_baselines

    log = project_log()
    for place, each in enumerate(find_baselines(log, reference, project=load_settings().project)):
        out.print("\n" * (place > 0) + "\n".join(plain(line) for line in _facts(log, each)))
    return FINE


def _facts(log: Log, found: Baseline) -> Iterator[str]:
    measured = found.measured
    still = {"tag": ", and still is what was tagged", "file": ", and still is what was saved"}
    yield f"{measured.experiment}  (found by {found.found_by}{still.get(found.found_by, '')})"
    size = f"{measured.samples} samples × {measured.epochs}"
    yield f"  data set  {measured.dataset}, {size} ({measured.dataset_hash})"
    yield f"  began     {measured.started_at:%F %R} UTC, commit {(found.revision or UNKNOWN):.{_COMMIT}}"
    yield f"  content   {found.hash}"
    for model in measured.models:
        rows = measured.of(model)
        answered, scores = rows[rows["status"] == "ok"], rows["value"].dropna()
        mean = UNKNOWN if scores.empty else f"{scores.mean():.3f}, n={len(scores)}"
        yield f"  model     {model}: {len(answered)} of {len(rows)} calls answered, mean score {mean}"
    for row in log.baselines(experiment=measured.experiment).itertuples():
        yield f"  tag       {row.name}{f': {row.note}' if known(row.note) else ''}"


def _add(table: Table, *cells: object) -> None:
    table.add_row(*(plain(str(cell)) if known(cell) else UNKNOWN for cell in cells))
