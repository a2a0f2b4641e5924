"""How many bytes a call takes at rest: in the log, as JSON lines and in SQLite, all with the same rows."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from rounds import Result
from sqlite_copy import copy_to_sqlite, size_of
from traffic import Exchange, conversation, single

from workbench.calls import Call, Completion
from workbench.log import Log, Recorder, Store, record

TURNS = 20
OPEN_AT_ONCE = 25


def measure(calls: int) -> Result:
    """The table of bytes per call; nothing here varies between rounds."""
    rng = random.Random(0)
    found = {
        "single calls": _sizes(single(rng) for _ in range(calls)),
        f"conversations of {TURNS} turns": _sizes(_conversations(rng, max(1, calls // TURNS))),
    }
    rows = []
    for traffic, sizes in found.items():
        for name, size in sizes.items():
            rows.append([f"{traffic}: {name}", f"{size:,.0f}", f"{size / sizes['JSON lines']:.2f}"])
    return Result(
        title=f"Bytes at rest ({calls:,} calls of each kind)",
        columns=["", "bytes per call", "÷ JSON lines"],
        rows=rows,
        notes=[
            "a single call is a request of 2 KB and an answer of 4 KB; the answer's text is a column besides",
            "the log's file has up to 16 MB of holes, which the next ingests fill, however large it is",
            f"{OPEN_AT_ONCE} conversations take turns; a question has 300 characters, an answer 1,200",
        ],
        raw={"calls": calls, "bytes_per_call": found},
    )


def _conversations(rng: random.Random, number: int) -> Iterator[Exchange]:
    """The turns of so many conversations; between two turns of one lie those of others."""
    for begin in range(0, number, OPEN_AT_ONCE):
        some = [conversation(rng, TURNS) for _ in range(begin, min(begin + OPEN_AT_ONCE, number))]
        for turns in zip(*some, strict=True):
            yield from turns


def _sizes(exchanges: Iterable[Exchange]) -> dict[str, float]:
    """Bytes per call in each format, once they are logged and ingested."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        calls = asyncio.run(_log(folder, exchanges))
        Store(folder).ingest()
        Log(folder).export(folder / "calls.jsonl")
        copy_to_sqlite(folder, folder / "calls.sqlite")
        files = {"workbench": "log.duckdb", "JSON lines": "calls.jsonl", "SQLite": "calls.sqlite"}
        return {name: size_of(folder / file) / calls for name, file in files.items()}


async def _log(folder: Path, exchanges: Iterable[Exchange]) -> int:
    recorder = Recorder(folder)
    policy = record(recorder)
    calls = 0
    for exchange in exchanges:

        async def send(call: Call, exchange: Exchange = exchange) -> Completion:
            return exchange.answer(call, duration_s=1.0)

        await policy(exchange.call(run="benchmark"), send)
        calls += 1
    recorder.close()
    return calls
