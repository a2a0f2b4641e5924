"""The measured process: one usage table, as a pandas frame; a line of JSON comes of it.

`python benchmarks/usage_load.py NAME FOLDER`, the folder having a log and `calls.sqlite` with the same rows.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from workbench.log import Log

BY = ["provider", "model", "day"]
_TOKENS = ("input_tokens", "output_tokens", "reasoning_tokens", "cache_read_tokens", "cache_write_tokens")
_USED = "sum(CASE WHEN cached THEN 0 ELSE {0} END) AS {0}"
_COUNTED = f"""
SELECT provider, model, substr(started_at, 1, 10) AS day, count(*) AS calls,
    sum(status = 'error') AS errors, sum(status = 'interrupted') AS interrupted, sum(cached) AS cached,
    {", ".join(_USED.format(name) for name in (*_TOKENS, "cost_usd", "duration_s", "queued_s", "waited_s"))},
    sum(status <> 'error' AND NOT cached AND cost_usd IS NULL) AS unknown_cost
FROM calls GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_TIMED = """
SELECT provider, model, substr(started_at, 1, 10) AS day, duration_s, ttft_s
FROM calls WHERE status = 'ok' AND NOT cached
"""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a table cost, and what is in it, so that one can see that it is the same one.

    Attributes:
        wall_s: From the question to the frame, the file opened in between, seconds.
        cpu_s: CPU seconds of it.
        groups: Rows of the table.
        calls: Sum of its calls.
        cost_usd: Sum of its costs.
        p95_s: Sum of the 95th percentiles of the durations.
    """

    wall_s: float
    cpu_s: float
    groups: int
    calls: int
    cost_usd: float
    p95_s: float


def from_log(folder: Path) -> pd.DataFrame:
    """By the workbench."""
    return Log(folder).usage(by=BY)


def from_sqlite(folder: Path) -> pd.DataFrame:
    """By SQLite, which has no percentiles: those by pandas."""
    with sqlite3.connect(folder / "calls.sqlite") as db:
        counted = pd.read_sql_query(_COUNTED, db)
        timed = pd.read_sql_query(_TIMED, db)
    db.close()
    percentiles = timed.groupby(BY)[["duration_s", "ttft_s"]].quantile([0.5, 0.95, 0.99]).unstack()
    percentiles.columns = [f"{name[:-2]}_p{share * 100:.0f}_s" for name, share in percentiles.columns]
    return counted.join(percentiles, on=BY)


WAYS: dict[str, Callable[[Path], pd.DataFrame]] = {"workbench": from_log, "SQLite and pandas": from_sqlite}
"""By the name of the table's row; the first one is what the others are compared with."""


def measure(name: str, folder: Path) -> Usage:
    """One table."""
    wall, cpu = time.perf_counter(), time.process_time()
    table = WAYS[name](folder)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Usage(
        wall_s=wall,
        cpu_s=cpu,
        groups=len(table),
        calls=int(table["calls"].sum()),
        cost_usd=float(table["cost_usd"].sum()),
        p95_s=float(table["duration_p95_s"].sum()),
    )


if __name__ == "__main__":
    print(f"\n{json.dumps(asdict(measure(sys.argv[1], Path(sys.argv[2]))))}")
