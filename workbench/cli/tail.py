"""`workbench log tail`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import click
from rich.text import Text

from workbench.cli.console import FINE, err, harmless, out, tell
from workbench.cli.figures import known, seconds, tokens, usd
from workbench.cli.log import project_log, where_option
from workbench.errors import DataError

if TYPE_CHECKING:
    from workbench.log.tail import Tail

# A new row is shown within a second of its end: this, and the time that a look takes.
_LOOK_S = 0.4
_TEXT = 100
_STYLES = {"ok": "green", "error": "bold red", "interrupted": "yellow"}
_Rows = Sequence[Mapping[str, Any]]


@click.command(
    short_help="Show the newest calls, and follow what comes.",
    epilog="Example: workbench log tail -f --where \"status <> 'ok'\"",
)
@click.option(
    "-n", "--lines", default=20, show_default=True, type=click.IntRange(min=0), help="How many calls."
)
@click.option("-f", "--follow", is_flag=True, help="Go on with calls as they end, until Ctrl-C.")
@where_option
def tail(lines: int, follow: bool, where: str | None) -> int:
    """Show the calls that ended last, one line each, the newest at the bottom.

    A line has the time of its end (UTC), status, the last 8 characters of the id (for `workbench log show`),
    model, duration and time to first token in seconds, tokens in and out, cost, and how the answer begins, or
    the error.
    """
    try:
        from workbench.log.tail import Tail

        calls = Tail(project_log(), where=where)
        if follow:
            _follow(calls, lines)
        newest = calls.last(lines)
        _print(newest)
        if lines and not newest:
            err.print("No call is what --where asks for." if where else "The log has no call yet.")
    except KeyboardInterrupt:
        if not follow:
            raise
    return FINE


def _follow(calls: Tail, lines: int) -> NoReturn:
    from workbench.log.lock import BusyError

    look: Callable[[], _Rows] = partial(calls.last, lines)
    passing: type[DataError] = BusyError
    told = False
    while True:
        try:
            rows = look()
        except passing as exc:
            if not told:
                tell(f"{exc}. Trying again until it can be read.")
            told = True
        else:
            _print(rows)
            # A log that could be read once is there again later, whatever is in the way now.
            look, passing, told = calls.more, DataError, False
        time.sleep(_LOOK_S)


def _print(rows: _Rows) -> None:
    for row in rows:
        # On a screen a call has one line; who reads from a pipe gets all of it.
        out.print(_line(row), overflow="ellipsis" if out.is_terminal else "ignore", no_wrap=True)


def _line(row: Mapping[str, Any]) -> Text:
    status = "cached" if row["cached"] else row["status"]
    line = Text(f"{row['ended_at'] or row['started_at']:%m-%d %H:%M:%S} ")
    line.append(f"{status:<6} ", style=_STYLES.get(status, ""))
    line.append(f"{str(row['id'])[-8:]} ", style="bold")
    facts = [_one_line(f"{row['provider']}/{row['model']}")]
    if known(row["duration_s"]):
        facts.append(f"{seconds(row['duration_s'])} s")
    if known(row["ttft_s"]):
        facts.append(f"TTFT {seconds(row['ttft_s'])} s")
    if known(row["input_tokens"]) or known(row["output_tokens"]):
        facts.append(f"{tokens(row['input_tokens'])}→{tokens(row['output_tokens'])}")
    if row["status"] == "ok" or known(row["cost_usd"]):
        facts.append(usd(row["cost_usd"]) if known(row["cost_usd"]) else "cost unknown")
    line.append("  ".join(facts))
    return line.append("  " + _words(row), style="dim")


def _words(row: Mapping[str, Any]) -> str:
    said = row["text"] if row["status"] == "ok" else f"{row['error_type']}: {row['error_message']}"
    words = _one_line(said or "")
    return words if len(words) <= _TEXT else words[:_TEXT] + "…"


def _one_line(text: str) -> str:
    return harmless(" ".join(text.split()))
