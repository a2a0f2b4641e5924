"""`workbench replay`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from workbench.cli.console import FINE, out, plain

if TYPE_CHECKING:
    from workbench.client import Replay


@click.command(
    short_help="Send a logged call again, and compare the answers.",
    epilog="Example: workbench replay 7f3a90 --model ollama/llama3.2",
)
@click.argument("call", metavar="ID")
@click.option(
    "-m", "--model", metavar="PROVIDER/MODEL", help="Another model to ask, in place of the one of then."
)
def replay(call: str, model: str | None) -> int:
    """Send the very same request again, and show the old answer and the new one.

    ID is a call's id in the log, or at least 6 characters of its beginning or end. Words that only one of the
    answers has are marked [-like this-] in the old one and {+like this+} in the new one.
    """
    out.print(plain(str(asyncio.run(_replay(call, model)))))
    return FINE


async def _replay(call: str, model: str | None) -> Replay:
    from workbench.client import Client

    async with Client() as client:
        return await client.replay(call, model)
