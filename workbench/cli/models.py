"""`workbench models`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import click
import orjson
from rich import box
from rich.table import Table

from workbench.cli.console import COULD_NOT_RUN, FINE, harmless, out, plain, tell
from workbench.cli.figures import UNKNOWN, known, tokens
from workbench.errors import CallError, ConfigError

_ABILITIES = {
    "images": "images",
    "files": "files",
    "tools": "tools",
    "output": "schema",
    "reasoning": "thinks",
}


@click.command(
    short_help="List models: context, prices, what each can do.",
    epilog="Example: workbench models openrouter --search claude",
)
@click.argument("provider", required=False)
@click.option("--search", metavar="TEXT", default="", help="Only models whose name has this text.")
@click.option("--refresh", is_flag=True, help="Ask anew; otherwise a listing is asked for once a day.")
@click.option("--json", "as_json", is_flag=True, help="A list of records in JSON, with everything known.")
def models(provider: str | None, search: str, refresh: bool, as_json: bool) -> int:
    """List the models of PROVIDER, or of every provider with a key and every local server that answers.

    Prices are US dollars per million tokens of short prompts. A dash is what nobody tells: neither the
    provider's listing, nor the price list, nor our own table.
    """
    rows, problems = asyncio.run(_rows(provider, refresh))
    found = [row for row in rows if search.lower() in f"{row['provider']}/{row['model']}".lower()]
    for problem in problems:
        tell(problem)
    if as_json:
        click.echo(orjson.dumps(found, default=float, option=orjson.OPT_INDENT_2).decode())
    elif found:
        out.print(_table(found), crop=False)
        out.print(plain(_summary(found, rows)))
    elif rows:
        out.print(plain(f"None of {len(rows):,} models has {search!r} in its name."))
    elif not problems:
        out.print(plain(_nothing(provider)))
    return COULD_NOT_RUN if problems and not rows else FINE


async def _rows(provider: str | None, refresh: bool) -> tuple[list[dict[str, Any]], list[str]]:
    from workbench.client import Client  # loads the libraries of HTTP

    rows: list[dict[str, Any]] = []
    problems: list[str] = []
    async with Client() as client:
        if provider is not None:
            return await client.catalog(provider, refresh=refresh), problems
        for each in await client.reachable():
            try:
                if each.problem:
                    problems.append(each.problem)
                else:
                    rows += await client.catalog(each.provider)
            except (CallError, ConfigError) as exc:
                problems.append(str(exc))
    return rows, problems


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("model", overflow="fold", min_width=20)
    for heading in ("context", "$/M in", "out"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("can", overflow="fold")
    for row in rows:
        name = harmless(f"{row['provider']}/{row['model']}")
        cells = [tokens(row["context_tokens"]), _price(row, "input"), _price(row, "output")]
        table.add_row(plain(name), *cells, _abilities(row))
    return table


def _price(row: dict[str, Any], kind: str) -> str:
    value = row[f"{kind}_usd_per_mtok"]
    return f"{value:,.4f}".rstrip("0").rstrip(".") if known(value) else UNKNOWN


def _abilities(row: dict[str, Any]) -> str:
    if row["chat"] is False:
        return "no conversation"
    can = [word for name, word in _ABILITIES.items() if row[name]]
    unknown = not any(known(row[name]) for name in _ABILITIES)
    return UNKNOWN if unknown else ", ".join(can) or "text only"


def _summary(found: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]]) -> str:
    of = f" of {len(rows):,}" if len(found) < len(rows) else ""
    unlisted = sorted({row["provider"] for row in found if row["listed"] is False})
    said = f"{len(found):,}{of} models"
    if unlisted:
        said += f"; {', '.join(unlisted)} lists none: these are from our own table, there may be others"
    return said


def _nothing(provider: str | None) -> str:
    if provider is not None:
        return f"{provider} lists no models, and our own table has none of it: see its documentation."
    return (
        "Nobody to ask: set a provider's key, or start a local server. "
        "workbench providers --all shows whom there is."
    )
