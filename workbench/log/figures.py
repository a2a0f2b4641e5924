"""The query behind `Log.usage`: what the calls are grouped by, and what is counted of each group."""
# ruff: noqa: S608 - names in the queries are ours, conditions are the user's own

from __future__ import annotations

from collections.abc import Sequence

from workbench.calls.completion import UNDER_LOAD as SHARE
from workbench.errors import ConfigError
from workbench.log.conditions import Conditions
from workbench.log.frame import quoted
from workbench.log.schema import text

BY = {
    "provider": "provider",
    "model": "model",
    "served_model": "served_model",
    "protocol": "protocol",
    "operation": "coalesce(operation, 'chat')",
    "hour": "date_trunc('hour', started_at)",
    "day": "date_trunc('day', started_at)",
    "week": "date_trunc('week', started_at)",
    "month": "date_trunc('month', started_at)",
    "run": "run",
    "experiment": "experiment",
    "session": "session",
    "host": "host",
    "status": "status",
}
TAG = "tag:"
TOKENS = ("input_tokens", "output_tokens", "reasoning_tokens", "cache_read_tokens", "cache_write_tokens")
# `Timing.under_load` of a row.
UNDER_LOAD = f"coalesce(lag_s > {SHARE} * coalesce(ttft_s, duration_s), false)"
_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_TIMES = {"duration": "duration_s", "ttft": "ttft_s"}
_WAITING = ("duration_s", "queued_s", "waited_s")

# What a cached call used was paid for by an earlier one, whose row has it.
_USED = "sum(CASE WHEN cached THEN 0 ELSE {0} END)"
_COUNTED = {
    "calls": "count(*)",
    "errors": "count(*) FILTER (status = 'error')",
    "interrupted": "count(*) FILTER (status = 'interrupted')",
    "cached": "count(*) FILTER (cached)",
    **{name: f"{_USED.format(name)}::BIGINT" for name in TOKENS},
    "cost_usd": _USED.format("cost_usd"),
    "unknown_cost": "count(*) FILTER (status <> 'error' AND NOT cached AND cost_usd IS NULL)",
    **{name: _USED.format(name) for name in _WAITING},
    "under_load": f"count(*) FILTER (status = 'ok' AND {UNDER_LOAD})",
    # All percentiles of a column at once: its values are sorted once.
    **{
        name: f"quantile_cont({column}, {list(_SHARES.values())}) "
        f"FILTER (status = 'ok' AND NOT cached AND NOT {UNDER_LOAD})"
        for name, column in _TIMES.items()
    },
}
_PERCENTILES = [
    f"{name}[{number}] AS {name}_{share}_s"
    for name in _TIMES
    for number, share in enumerate(_SHARES, start=1)
]


def usage_query(by: Sequence[str], conditions: Conditions) -> str:
    """The usage of the calls that meet the conditions, one row per group, groups in order.

    Raises:
        ConfigError: A name in `by` is not known.
    """
    keys = [f"{key_of(name)} AS {quoted(name)}" for name in by]
    counted = [f"{figure} AS {name}" for name, figure in _COUNTED.items()]
    order = ", ".join(str(number) for number in range(1, len(keys) + 1))
    groups = f"GROUP BY {order} ORDER BY {order}" if keys else ""
    return (
        f"SELECT * EXCLUDE ({', '.join(_TIMES)}), {', '.join(_PERCENTILES)} "
        f"FROM (SELECT {', '.join(keys + counted)} FROM calls {conditions} {groups})"
    )


def key_of(name: str) -> str:
    """What calls are grouped by, as SQL.

    Raises:
        ConfigError: It is not known.
    """
    if name.startswith(TAG) and name != TAG:
        return f"tags[{text(name.removeprefix(TAG))}]"
    if name not in BY:
        raise ConfigError(f"usage by {name!r} is not known: write one of {', '.join(BY)}, or 'tag:NAME'")
    return BY[name]
