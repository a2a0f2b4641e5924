"""`workbench extensions`: what installed packages add."""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict

import click
from rich.table import Table

from workbench.cli.console import COULD_NOT_RUN, FINE, out, plain
from workbench.extensions import GROUPS, installed


@click.command(short_help="Show what packages add.", epilog="Example: workbench extensions --json")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def extensions(*, as_json: bool) -> int:
    """Providers, protocols, authorisations and facts about models that installed packages add.

    The exit code is 2 where one of them cannot be loaded.
    """
    with warnings.catch_warnings(action="ignore"):  # the table has each problem
        found = installed()
    code = COULD_NOT_RUN if any(each.problem for each in found) else FINE
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
        return code
    if not found:
        out.print(f"No package adds anything: an extension has entry points in {', '.join(GROUPS)}.")
        return code
    table = Table("group", "name", "package", "version", "problem", box=None, pad_edge=False)
    for each in found:
        table.add_row(
            *(plain(cell) for cell in (each.group, each.name, each.package, each.version, each.problem))
        )
    out.print(table)
    return code
