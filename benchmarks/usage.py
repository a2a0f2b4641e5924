"""How long a usage table of very many calls takes, from the log and from SQLite with the same rows."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

from million import make_log
from rounds import Result, child, interleaved, middle, ratios, spread
from sqlite_copy import copy_to_sqlite, size_of
from usage_load import BY, WAYS, Usage

OURS = "workbench"


def measure(rounds: int, calls: int) -> Result:
    """The table of time, CPU and bytes."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        store = make_log(folder, calls)
        copy_to_sqlite(folder, folder / "calls.sqlite")
        sizes = {OURS: size_of(store.file.path), "SQLite and pandas": size_of(folder / "calls.sqlite")}

        def once(name: str) -> Usage:
            return Usage(**child("benchmarks/usage_load.py", name, home))

        interleaved(list(WAYS), 1, once)  # warms the file cache
        measured = interleaved(list(WAYS), rounds, once)

    def wall_s(name: str) -> list[float]:
        return [each.wall_s for each in measured[name]]

    return Result(
        title=f"Usage by {', '.join(BY)} of {calls:,} calls (rounds: {rounds})",
        columns=["from", "wall s", "÷ ours", "CPU s", "file MB", "rows of the table"],
        rows=[
            [
                name,
                spread(wall_s(name)),
                spread(ratios(wall_s(name), wall_s(OURS))),
                middle([each.cpu_s for each in found]),
                middle([sizes[name] / 1e6]),
                f"{found[-1].groups:,}",
            ]
            for name, found in measured.items()
        ],
        notes=[
            "the generated bodies are short, some 150 bytes a call: the sizes say what everything else takes",
            "SQLite has no percentiles: the durations are loaded, and pandas takes them",
        ],
        raw={
            "calls": calls,
            "bytes": sizes,
            "ways": {name: [asdict(each) for each in found] for name, found in measured.items()},
        },
    )
