"""`workbench log export`, `import` and `prune`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.console import FINE, INTERRUPTED, out, plain
from workbench.cli.log import project_log, since_option, until_option, where_option

if TYPE_CHECKING:
    from workbench.log.pruning import Pruned

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    short_help="Write calls to a Parquet, CSV, JSONL or DuckDB file.",
    epilog="Example: workbench log export november.duckdb --since 2026-11-01 --where \"provider = 'openai'\"",
)
@click.argument("file", type=_FILE)
@since_option
@until_option
@where_option
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
def export(file: Path, since: str | None, until: str | None, where: str | None, overwrite: bool) -> int:
    """Write calls to FILE, with their requests and answers.

    Its suffix says what it is: .parquet, .csv or .jsonl with the calls, or .duckdb, a database with the
    tables calls, runs, scores, labels, reports and baselines that any DuckDB opens. `workbench log import`
    takes each of them back.
    """
    calls = project_log().export(file, since=since, until=until, where=where, overwrite=overwrite)
    out.print(plain(f"{_counted(calls, 'call')}, {file.stat().st_size / 1e6:,.1f} MB: {file}"))
    return FINE


@click.command(
    "import",
    short_help="Add the calls of an exported file to the log.",
    epilog="Example: workbench log import november.duckdb",
)
@click.argument("file", type=_FILE)
def import_(file: Path) -> int:
    """Add to the log what `workbench log export` wrote to FILE, here or elsewhere.

    Rows that the log has are passed over; it may be repeated, or be interrupted at any moment.
    """
    rows = project_log().load(file)
    out.print(f"{_counted(rows, 'row')} added to the log." if rows else "The log had all of it.")
    return FINE


@click.command(
    short_help="Take old calls, or their texts, off the disk.",
    epilog="Example: workbench log prune --older-than 90d --bodies",
)
@click.option("--older-than", metavar="WHEN", help="Calls before then: 90d, or a date such as 2026-11-01.")
@where_option
@click.option("--bodies", is_flag=True, help="Only requests and answers; the figures stay.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def prune(older_than: str | None, where: str | None, bodies: bool, dry_run: bool, yes: bool) -> int:
    """Take calls out of the log for good, with their scores and labels, and runs that have no others.

    The log's file is written anew without them, which takes as much free disk as what stays. Exported files
    and reports are left alone.
    """
    if older_than is None and where is None:
        raise click.UsageError("which calls are to go? Give --older-than 90d, or --where.")
    kept = project_log()
    planned = kept.prune(older_than, where=where, bodies=bodies, dry_run=True)
    out.print(_in_words(planned, bodies=bodies))
    if dry_run or not planned.calls:
        return FINE
    if not yes and not click.confirm("There is no way back. Go on?"):
        out.print("Nothing was changed.")
        return INTERRUPTED
    done = kept.prune(older_than, where=where, bodies=bodies)
    out.print(f"Done: {_counted(done.calls, 'call')}; the log is {done.freed_bytes / 1e6:,.1f} MB smaller.")
    return FINE


def _in_words(pruned: Pruned, *, bodies: bool) -> str:
    words = f"The request and the answer of {_counted(pruned.calls, 'call')}"
    if not bodies:
        went = {
            "call": pruned.calls,
            "score": pruned.scores,
            "label": pruned.labels,
            "run": pruned.runs,
        }
        words = ", ".join(_counted(number, noun) for noun, number in went.items())
    words += " to go."
    if pruned.waiting:
        words += (
            f" {_counted(pruned.waiting, 'more call')} can go once the processes that made them have ended, "
            "or a few minutes later."
        )
    return words


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
