"""`workbench config`: every setting in force, and where it is from."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from rich.table import Table

from workbench.cli.console import FINE, out, plain
from workbench.config import Settings, load_settings
from workbench.config.file import FILE_NAME
from workbench.providers.in_force import in_force


@click.command(short_help="Show the settings in force.", epilog="Example: workbench config --json")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def config(*, as_json: bool) -> int:
    """Every setting in force, and where it is from: the environment, .env, workbench.toml, or a default.

    Keys are masked.
    """
    settings = load_settings()
    rows = list(in_force(settings))
    if as_json:
        click.echo(json.dumps(_as_json(settings, rows), indent=2))
        return FINE
    out.print(f"project  {plain(str(settings.project))}\nlog      {plain(str(settings.home))}\n")
    table = Table("setting", "value", "from", box=None, pad_edge=False, header_style="bold")
    for name, value, origin in rows:
        table.add_row(plain(name), plain(value), origin)
    out.print(table)
    for name, changes in settings.providers.items():
        _section(f"providers.{name}", ", ".join(changes))
    for name, limits in settings.limits.items():
        words = ", ".join(f"{what} {most}" for what, most in asdict(limits).items() if most is not None)
        _section(f"limits.{name}", words)
    return FINE


def _section(name: str, words: str) -> None:
    out.print(f"\n{plain(f'[{name}]')} in {FILE_NAME}: {plain(words)}")


def _as_json(settings: Settings, rows: list[tuple[str, str, str]]) -> dict[str, object]:
    return {
        "project": str(settings.project),
        "log": str(settings.home),
        "settings": [{"name": name, "value": value, "from": origin} for name, value, origin in rows],
        "providers": {name: sorted(changes) for name, changes in settings.providers.items()},
        "limits": {name: asdict(limits) for name, limits in settings.limits.items()},
    }
