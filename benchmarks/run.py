"""The figures of the README.

`python benchmarks/run.py [NAME…] [--rounds N] [--calls N] [--seconds N] [--rows N] [--runs N] [--json FILE]`,
the names being calls, latency, encode, imports, log, usage, storage, panes, lab, evaluate and gates.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import calls as calls_
import click
import encode
import evaluate
import gates
import imports
import latency
import log as log_
import opening
import panes
import storage
import usage
from clients import CLIENTS
from rich.console import Console
from rounds import Result, installed

NAMES = (
    *("calls", "latency", "encode", "imports", "log", "usage", "storage", "panes", "lab", "evaluate"),
    "gates",
)


def machine() -> dict[str, str]:
    """What the figures were measured on; the load is that of the last minute, this run's own included."""
    packages = sorted(
        {client.package for client in CLIENTS.values()}
        | set(imports.STATEMENTS.values())
        | {"inspect-ai", "duckdb", "pandas", "jupyterlab", "ipywidgets", "anywidget"}
    )
    return {
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "load": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{package: found for package in packages if (found := installed(package))},
    }


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True)
@click.option(
    "--calls",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="In each round; once ten times as many for `evaluate`.",
)
@click.option("--seconds", type=float, default=5, show_default=True, help="Of each level of `log`.")
@click.option(
    "--rows",
    type=click.IntRange(min=1000),
    default=1_000_000,
    show_default=True,
    help="Of the log that `usage` asks; `storage` takes a fiftieth of them.",
)
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Pairs of experiments in each scenario of `gates`; promptfoo itself judges one a round.",
)
@click.option("--json", "path", type=click.Path(path_type=Path), help="Write every figure of every round.")
def main(  # noqa: PLR0917 - click passes by name
    names: tuple[str, ...],
    rounds: int,
    calls: int,
    seconds: float,
    rows: int,
    runs: int,
    path: Path | None,
) -> None:
    """Measure everything, or only what is named, and print Markdown tables."""
    out = Console(width=240, highlight=False, markup=False, soft_wrap=True)
    measures: dict[str, Callable[[], Result]] = {
        "calls": partial(calls_.measure, rounds, calls),
        "latency": partial(latency.measure, rounds, calls),
        "encode": partial(encode.measure, rounds, calls),
        "imports": partial(imports.measure, rounds),
        "log": partial(log_.measure, rounds, seconds),
        "usage": partial(usage.measure, rounds, rows),
        "storage": partial(storage.measure, rows // 50),
        "panes": partial(panes.measure, rounds),
        "lab": partial(opening.measure, rounds),
        "evaluate": partial(evaluate.measure, rounds, calls),
        "gates": partial(gates.measure, rounds, runs),
    }
    raw: dict[str, object] = {"before": machine()}
    out.print(" · ".join(f"{name} {value}" for name, value in machine().items()))
    for name in names or NAMES:
        result = measures[name]()
        raw[name] = result.raw
        out.print(f"\n### {result.title}\n")
        out.print(result.markdown())
        for note in result.notes:
            out.print(f"- {note}")
    raw["after"] = machine()
    if path is not None:
        path.write_text(json.dumps(raw, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
