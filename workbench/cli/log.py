"""`workbench log`: the group of commands that show and keep the call log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from workbench.cli.console import FINE
from workbench.config import load_settings

if TYPE_CHECKING:
    from workbench.log import Log

# What commands that speak of some of the calls have in common.
since_option = click.option(
    "--since", metavar="WHEN", help="Leave out calls before: 7d, 24h, 30m, 2w or a date, UTC."
)
until_option = click.option("--until", metavar="WHEN", help="Leave out calls from then on.")
where_option = click.option(
    "--where", metavar="SQL", help="A condition on the columns of calls: \"tags['team'] = 'red'\"."
)


def project_log() -> Log:
    """The log of the project that the command is run in."""
    from workbench.log import Log  # duckdb and pandas load with the command that needs them

    settings = load_settings()
    return Log(settings.home, settings.shared_log)


@click.group(
    "log", short_help="Show the call log, and keep it.", epilog="Example: workbench log tail --follow"
)
def log() -> None:
    """Every call is a row of the log, whichever kernel, report or command made it."""


@log.command(short_help="Print where the log is.", epilog="Example: cd $(workbench log path)")
def path() -> int:
    """Print the folder of the log: WORKBENCH_HOME, or the project's .workbench.

    With WORKBENCH_LOG the rows are in a shared store, and in this folder until they are there.
    """
    click.echo(load_settings().home)
    return FINE
