"""What it costs to log a call, and what it does to the loop, beside what one would write by hand."""

from __future__ import annotations

from typing import Any

from log_load import AT_ONCE, PACED_S
from loggers import LOGGERS
from rounds import Result, child, interleaved, middle, spread

BASE = "nothing"


def measure(rounds: int, seconds: float) -> Result:
    """The table of rows per second, CPU per call logged, added latency and lag of the loop."""

    def once(name: str) -> dict[str, Any]:
        load: dict[str, Any] = child("benchmarks/log_load.py", name, str(seconds))
        return load

    measured = interleaved(list(LOGGERS), rounds, once)

    def cells(name: str) -> list[str]:
        def of(level: str, figure: str) -> list[float]:
            return [load[level][figure] for load in measured[name]]

        base_s = [load["fast"]["cpu_s"] for load in measured[BASE]]
        more_ms = [(cpu_s - base) * 1000 for cpu_s, base in zip(of("fast", "cpu_s"), base_s, strict=True)]
        return [
            middle(of("fast", "calls_per_s")),
            "–" if name == BASE else spread(more_ms),
            "–" if name == BASE else spread([each * 1000 for each in of("paced", "added_p50_s")]),
            middle([each * 1000 for each in of("paced", "added_p99_s")]),
            spread([each * 1000 for each in of("paced", "lag_p99_s")]),
            spread([each * 1000 for each in of("paced", "lag_max_s")]),
        ]

    low_ms, high_ms = (each * 1000 for each in PACED_S)
    return Result(
        title=f"Logging, {AT_ONCE} calls in flight (rounds: {rounds}, {seconds:g} s each)",
        columns=[
            "log",
            *("calls/s", "CPU ms per call"),
            *("added p50 ms", "added p99 ms", "lag p99 ms", "lag max ms"),
        ],
        rows=[[name, *cells(name)] for name in LOGGERS],
        notes=[
            "calls/s and CPU: as fast as it goes; CPU is what the log adds in all threads until every row is "
            "where it stays (with the journal only: until it is there)",
            f"added and lag: calls of {low_ms:g} to {high_ms:g} ms, some 1,250 a second; the workbench loads "
            "DuckDB meanwhile, which is in the lag",
        ],
        raw={"seconds": seconds, "loggers": measured},
    )
