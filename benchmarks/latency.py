"""What a client adds to the latency that it is there to measure: 1,000 calls of 20 ms each."""

from __future__ import annotations

from typing import Any

from clients import CLIENTS
from rounds import Result, child, installed, interleaved, middle, missing, spread
from server import start

TRUE_S = 0.020
LEVELS = (10, 50)
OURS = "workbench"


def measure(rounds: int, calls: int) -> Result:
    """The table of wall time over the ideal, and of the median latency that callers see and clients note."""
    names = [name for name, client in CLIENTS.items() if installed(client.package)]
    held_ms: list[float] = []
    with start(latency_s=TRUE_S) as server:

        def once(name: str) -> dict[str, Any]:
            load: dict[str, Any] = child(
                "benchmarks/load.py", name, server.url, str(calls), *map(str, LEVELS)
            )
            held_ms.append(server.figures().held_p50_s * 1000)
            return load

        measured = interleaved(names, rounds, once)

    def cells(name: str, level: int) -> list[str]:
        found = [load["levels"][level] for load in measured[name]]
        ideal_s = calls / LEVELS[level] * TRUE_S
        noted_ms = [each["noted_p50_s"] * 1000 for each in found if each["noted_p50_s"] is not None]
        return [
            spread([each["wall_s"] / ideal_s for each in found]),
            middle([each["asked_p50_s"] * 1000 for each in found]),
            spread(noted_ms) if noted_ms else "–",
        ]

    def said(level: int) -> str:
        found = [load["levels"][level] for load in measured[OURS]]
        share = spread([100 * each["under_load"] for each in found])
        times = [each["believed_p50_s"] * 1000 for each in found if each["believed_p50_s"] is not None]
        others = f"p50 of the others {spread(times)} ms" if times else "of the others there are none"
        return f"{LEVELS[level]} at once: {share} % of the calls measured under load, {others}"

    flagged = [f"the workbench's log says itself, {said(level)}" for level in range(len(LEVELS))]
    return Result(
        title=f"Latency of {calls:,} calls of {TRUE_S * 1000:g} ms (rounds: {rounds})",
        columns=[
            "client",
            *("10 at once: wall ÷ ideal", "p50 of the caller, ms", "p50 noted, ms"),
            *("50 at once: wall ÷ ideal", "p50 of the caller, ms", "p50 noted, ms"),
        ],
        rows=[[name, *cells(name, 0), *cells(name, 1)] for name in names],
        notes=[
            *(flagged if OURS in measured else ()),
            f"the truth: the server held a call for {spread(held_ms)} ms, medians of each client's calls",
            *missing(client.package for client in CLIENTS.values()),
        ],
        raw={"levels": LEVELS, "calls": calls, "clients": measured, "server_held_p50_ms": held_ms},
    )
