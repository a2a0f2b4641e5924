"""What a call costs: CPU and time, alone and at concurrency 50, against a server that answers at once."""

from __future__ import annotations

from typing import Any

from clients import CLIENTS
from rounds import Result, child, installed, interleaved, middle, missing, ratios, spread
from server import start

LEVELS = (1, 50)
BASE = "httpx"
OURS = "workbench"


def measure(rounds: int, calls: int) -> Result:
    """The table of CPU and time per call, and each client's ratio to bare httpx in the same round."""
    names = [name for name, client in CLIENTS.items() if installed(client.package)]
    served_us: list[float] = []
    with start(latency_s=0) as server:

        def once(name: str) -> dict[str, Any]:
            before = server.figures()
            load: dict[str, Any] = child(
                "benchmarks/load.py", name, server.url, str(calls), *map(str, LEVELS)
            )
            after = server.figures()
            served_us.append((after.cpu_s - before.cpu_s) / after.calls * 1e6)
            return load

        measured = interleaved(names, rounds, once)

    def cells(name: str, level: int) -> list[str]:
        found = [load["levels"][level] for load in measured[name]]
        cpu_s = [each["cpu_s"] for each in found]
        base_s = [load["levels"][level]["cpu_s"] for load in measured[BASE]]
        return [
            spread([each * 1000 for each in cpu_s]),
            spread(ratios(cpu_s, base_s)),
            middle([each["wall_s"] * 1000 / calls for each in found]),
        ]

    closing_ms = [load["closing_cpu_s"] * 1000 for load in measured.get(OURS, [])]
    notes = [f"the server's own CPU: {middle(served_us)} µs a call in the median"]
    if closing_ms:
        notes.append(
            "not in the table: later, in bulk, the workbench moves its rows into DuckDB, "
            f"{spread(closing_ms)} ms of CPU a call, loading DuckDB included"
        )
    return Result(
        title=f"CPU and time per call ({calls:,} calls, rounds: {rounds})",
        columns=["client", "alone: CPU ms", "÷ httpx", "wall ms", "50 at once: CPU ms", "÷ httpx", "wall ms"],
        rows=[[name, *cells(name, 0), *cells(name, 1)] for name in names],
        notes=[*notes, *missing(client.package for client in CLIENTS.values())],
        raw={"levels": LEVELS, "calls": calls, "clients": measured, "server_us": served_us},
    )
