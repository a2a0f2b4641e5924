"""`workbench providers`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
import orjson
from rich import box
from rich.table import Table

from workbench.cli.console import FINE, out, plain
from workbench.cli.figures import UNKNOWN, count, seconds

if TYPE_CHECKING:
    from workbench.client import Health
    from workbench.providers import Host

_COLOURS = {"ok": "green", "unproven": "yellow", "unauthorised": "red", "unreachable": "red", "error": "red"}


@click.command(
    short_help="List providers: who is configured, who answers, what is wrong.",
    epilog="Example: workbench providers --all",
)
@click.option("--all", "everyone", is_flag=True, help="Also those without a key, not running, or closed.")
@click.option(
    "--json", "as_json", is_flag=True, help="A list of records in JSON, with addresses of documentation."
)
def providers(everyone: bool, as_json: bool) -> int:
    """List the providers that are configured, and the local servers that answer.

    Each is asked for its list of models: that costs nothing. 'unproven' is one that would answer whatever
    the key is, so that only a call can tell whether it is right.
    """
    rows = asyncio.run(_looked_at())
    shown = [
        (host, health) for host, health in rows if everyone or health.configured or health.status == "ok"
    ]
    if as_json:
        records = [_record(host, health) for host, health in shown]
        click.echo(orjson.dumps(records, option=orjson.OPT_INDENT_2).decode())
        return FINE
    if shown:
        out.print(_table(shown), crop=False)
    for _, health in shown:
        if health.wrong or (health.configured and health.status == "unproven"):
            out.print(plain(f"{health.provider}: {health.problem}\n  → {health.remedy}"))
    hidden = len(rows) - len(shown)
    if not shown:
        out.print(
            f"No provider is configured and no local server answers. Of {hidden} providers that are known, "
            "[bold]workbench providers --all[/] shows which setting holds the key of each."
        )
    elif hidden:
        out.print(f"{hidden} more are not set up, do not run here, or have closed: --all shows them.")
    return FINE


async def _looked_at() -> list[tuple[Host, Health]]:
    from workbench.client import Client  # loads the libraries of HTTP
    from workbench.providers import host_of

    async with Client() as client:
        return [(host_of(each.provider, client.settings), each) for each in await client.health()]


def _record(host: Host, health: Health) -> dict[str, Any]:
    return {
        **asdict(health),
        "protocol": host.protocol,
        "key": host.key,
        "needs_key": host.needs_key,
        "local": host.local,
        "aliases": host.aliases,
        "docs": host.docs,
    }


def _table(rows: Sequence[tuple[Host, Health]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("provider", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("models", justify="right", no_wrap=True)
    table.add_column("s", justify="right", no_wrap=True)
    table.add_column("protocol", overflow="fold")
    table.add_column("key", overflow="fold")
    for host, health in rows:
        colour = _COLOURS.get(health.status) if health.configured or health.status == "ok" else None
        table.add_row(
            plain(host.name),
            f"[{colour}]{health.status}[/]" if colour else health.status,
            count(health.models),
            seconds(health.latency_s),
            plain(host.protocol),
            plain(host.key or UNKNOWN),
        )
    return table
