"""`workbench usage`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.cells import cell_len
from rich.table import Table

from workbench.cli.console import FINE, err, harmless, out, plain
from workbench.cli.figures import UNKNOWN, count, known, seconds, tokens, usd
from workbench.cli.log import project_log, since_option, until_option, where_option
from workbench.cli.repriced import basis_in_words, repriced_cells

if TYPE_CHECKING:
    import pandas as pd

Cells = Callable[[dict[str, Any], dict[str, Any]], dict[str, str]]
FORMATS = ("table", "csv", "parquet", "xlsx", "json")
_BINARY = {"parquet", "xlsx"}
# Longer names go on in the next line.
_FOLD = 40
_DAYS = {"day", "week", "month"}
_TIMES = {"duration_p50_s": "p50 s", "duration_p95_s": "p95 s", "ttft_p50_s": "TTFT s"}


@click.command(
    short_help="Show what was used: calls, tokens, money, time.",
    epilog="Example: workbench usage --by provider,model,day --since 7d --format csv > usage.csv",
)
@click.option(
    "--by",
    default="provider,model",
    show_default=True,
    metavar="NAME,…",
    help="Of provider, model, served_model, protocol, hour, day, week, month, run, experiment, session, "
    "host, status and tag:NAME; empty for one row of all.",
)
@since_option
@until_option
@where_option
@click.option(
    "--reprice",
    "model",
    metavar="MODEL",
    help="Beside it, what the same calls would cost on provider/model today, and how long they would take.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="Without it: what --out ends in, or table."
)
@click.option(
    "--out",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write, in place of standard output.",
)
def usage(
    by: str,
    since: str | None,
    until: str | None,
    where: str | None,
    model: str | None,
    form: str | None,
    path: Path | None,
) -> int:
    """Show what was used: calls, tokens, cost, and percentiles of durations.

    Answers from the log count as calls, but no tokens, no cost and no time. Costs that are not known are
    counted beside the sum. The table has p50 and p95 of durations and p50 of the time to the first token; the
    other formats have every figure of `workbench.log.usage`: cost_usd is a number in USD, unknown_cost the
    calls that are not in it, times are UTC and in CSV and JSON as ISO 8601. JSON is a list of records.

    --reprice shows estimates: what they rest on is said below the table, and in the column basis.
    """
    form = form or (path.suffix.removeprefix(".") if path else "table")
    if form not in FORMATS or (form == "table" and path):
        raise click.UsageError(
            f"--out writes {', '.join(FORMATS[1:])}: name one in --format, or as the suffix."
        )
    if form in _BINARY and path is None and sys.stdout.isatty():
        raise click.UsageError(f"{form} is not for a screen: name a file in --out.")
    log = project_log()
    names = [name.strip() for name in by.split(",") if name.strip()]
    chosen = {"since": since, "until": until, "where": where}
    used = partial(log.reprice, model) if model else log.usage
    frame = used(by=names, **chosen)
    if form != "table":
        _write(frame, form, path)
    elif not frame["calls"].sum():
        _print_nothing(log.store.home, any(chosen.values()))
    else:
        total = used(by=(), **chosen) if len(frame) > 1 else None
        table = _table(frame, names, total, repriced_cells if model else _cells)
        # Figures that are cut off are worse than lines that are too long.
        needed = out.measure(table, options=out.options.update(width=10_000)).maximum
        table.width = needed if needed > out.width else None
        out.print(table, crop=False)
        if model:
            out.print(plain(basis_in_words(model, _records(frame if total is None else total)[0])))
    return FINE


def _write(frame: pd.DataFrame, form: str, path: Path | None) -> None:
    from workbench.log.written import written

    content = written(frame, form)
    if path is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        path.write_bytes(content)
        err.print(f"{len(frame)} rows in {plain(str(path))}")


def _print_nothing(home: Path, chosen: bool) -> None:
    if chosen:
        out.print(f"No call in {plain(str(home))} is what --since, --until and --where ask for.")
    else:
        out.print(
            f"No call in {plain(str(home))} yet. To make the first: [bold]workbench compare[/] asks what can "
            "be reached, without a key a simulator."
        )


def _table(frame: pd.DataFrame, names: Sequence[str], total: pd.DataFrame | None, cells_of: Cells) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_footer=total is not None)
    rows = _records(frame)
    sums = rows[0] if total is None else _records(total)[0]
    for number, name in enumerate(names):
        longest = max(len(name), *(cell_len(_group(name, row[name])) for row in rows))
        table.add_column(
            plain(name), footer="" if number else "all", overflow="fold", width=min(longest, _FOLD)
        )
    cells = [cells_of(row, sums) for row in rows]
    for heading, figure in cells_of(sums, sums).items():
        table.add_column(heading, justify="right", no_wrap=True, footer=figure)
    for row, figures in zip(rows, cells, strict=True):
        table.add_row(*(plain(_group(name, row[name])) for name in names), *figures.values())
    return table


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _cells(row: dict[str, Any], sums: dict[str, Any]) -> dict[str, str]:
    """A row's figures by their headings; what no call had is left out."""
    cells = {"calls": count(row["calls"])}
    for name in ("errors", "interrupted", "cached"):
        if sums[name]:
            cells[name] = count(row[name])
    cells["tokens in"] = tokens(row["input_tokens"])
    cells["out"] = tokens(row["output_tokens"])
    cells["cost"] = usd(row["cost_usd"], int(row["unknown_cost"]))
    return cells | {heading: seconds(row[name]) for name, heading in _TIMES.items() if known(sums[name])}


def _group(name: str, value: Any) -> str:
    if not known(value):
        return UNKNOWN
    if name in _DAYS:
        return f"{value:%Y-%m-%d}"
    return f"{value:%Y-%m-%d %H:%M}" if name == "hour" else harmless(str(value))
