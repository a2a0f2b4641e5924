"""The log as pandas frames: usage tables, calls, runs, scores, and plain SQL for the rest."""
# ruff: noqa: S608 - names in the queries are ours, conditions are the user's own

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd

from workbench.errors import ConfigError, DataError
from workbench.log.moment import Since, moment
from workbench.log.schema import tables_in_words, text
from workbench.log.store import Store

_BY = {
    "provider": "provider",
    "model": "model",
    "day": "date_trunc('day', started_at)",
    "hour": "date_trunc('hour', started_at)",
    "run": "run",
    "experiment": "experiment",
    "session": "session",
    "status": "status",
}
_TAG = "tag:"
# What a cached call used was paid for by an earlier one, whose row has it.
_USED = "CASE WHEN cached THEN 0 ELSE {0} END"
_TIMED = "FILTER (status = 'ok' AND NOT cached)"
_FIGURES = {
    "calls": "count(*)",
    "errors": "count(*) FILTER (status = 'error')",
    "interrupted": "count(*) FILTER (status = 'interrupted')",
    "cached": "count(*) FILTER (cached)",
    "input_tokens": f"sum({_USED.format('input_tokens')})::BIGINT",
    "output_tokens": f"sum({_USED.format('output_tokens')})::BIGINT",
    "reasoning_tokens": f"sum({_USED.format('reasoning_tokens')})::BIGINT",
    "cache_read_tokens": f"sum({_USED.format('cache_read_tokens')})::BIGINT",
    "cost_usd": f"sum({_USED.format('cost_usd')})",
    "unknown_cost": "count(*) FILTER (status <> 'error' AND NOT cached AND cost_usd IS NULL)",
    "duration_p50_s": f"quantile_cont(duration_s, 0.5) {_TIMED}",
    "duration_p95_s": f"quantile_cont(duration_s, 0.95) {_TIMED}",
    "duration_p99_s": f"quantile_cont(duration_s, 0.99) {_TIMED}",
    "ttft_p50_s": f"quantile_cont(ttft_s, 0.5) {_TIMED}",
    "ttft_p95_s": f"quantile_cont(ttft_s, 0.95) {_TIMED}",
}


class Log:
    """The call log in the folder `home`, to read: every row that was reported done, of every process.

    A folder without a log gives empty frames. Times are UTC. `None`, `NaN` and `<NA>` mean not known.

    Every method raises `DataError` where the log cannot be read (see `Store.connect`), and `ConfigError`
    where a name or an SQL expression is wrong.
    """

    def __init__(self, home: Path) -> None:
        self.store = Store(home)

    def usage(
        self,
        by: str | Sequence[str] = ("provider", "model"),
        *,
        since: Since | None = None,
        until: Since | None = None,
        where: str | None = None,
    ) -> pd.DataFrame:
        """What was used, one row per group.

        Args:
            by: Of `provider`, `model`, `day`, `hour`, `run`, `experiment`, `session`, `status` and
                `tag:NAME`; none gives a single row.
            since: Leave out calls before; a datetime, a date, ISO text, or a while ago such as `'7d'`.
            until: Leave out calls from then on.
            where: An SQL condition on the columns of `calls`.

        Returns:
            The columns of `by`, then `calls`, `errors`, `interrupted`, `cached`, tokens, `cost_usd` (sum of
            the costs that are known), `unknown_cost` (calls answered or interrupted whose cost is not known),
            and percentiles of `duration_s` and `ttft_s`, seconds, over calls that a provider answered. Those
            that our own cache answered count no tokens, no cost and no time.
        """
        names = [by] if isinstance(by, str) else list(by)
        conditions = _Conditions(where)
        keys = [f'{_key(name)} AS "{name.replace(_QUOTE, _QUOTE * 2)}"' for name in names]
        figures = [f"{figure} AS {name}" for name, figure in _FIGURES.items()]
        conditions.since("started_at", since)
        conditions.until("started_at", until)
        order = ", ".join(str(number) for number in range(1, len(keys) + 1))
        return self._frame(
            f"SELECT {', '.join(keys + figures)} FROM calls {conditions}"
            + (f" GROUP BY {order} ORDER BY {order}" if keys else ""),
            conditions.values,
        )

    def calls(
        self,
        *,
        limit: int | None = None,
        experiment: str | None = None,
        run: str | None = None,
        model: str | None = None,
        since: Since | None = None,
        where: str | None = None,
    ) -> pd.DataFrame:
        """Calls, newest first; `model` is its id or `provider/model`, `where` an SQL condition."""
        conditions = _Conditions(where)
        conditions.equal("experiment", experiment)
        conditions.equal("run", run)
        if model is not None:
            conditions.add("(model = ? OR provider || '/' || model = ?)", model, model)
        conditions.since("started_at", since)
        return self._newest("calls", "started_at", conditions, limit)

    def runs(
        self,
        *,
        limit: int | None = None,
        experiment: str | None = None,
        since: Since | None = None,
        where: str | None = None,
    ) -> pd.DataFrame:
        """Runs, newest first."""
        conditions = _Conditions(where)
        conditions.equal("experiment", experiment)
        conditions.since("started_at", since)
        return self._newest("runs", "started_at", conditions, limit)

    def scores(
        self,
        *,
        limit: int | None = None,
        experiment: str | None = None,
        run: str | None = None,
        scorer: str | None = None,
        since: Since | None = None,
        where: str | None = None,
    ) -> pd.DataFrame:
        """Scores, newest first."""
        conditions = _Conditions(where)
        conditions.equal("experiment", experiment)
        conditions.equal("run", run)
        conditions.equal("scorer", scorer)
        conditions.since("scored_at", since)
        return self._newest("scores", "scored_at", conditions, limit)

    def sql(self, query: str, params: Sequence[object] | Mapping[str, object] | None = None) -> pd.DataFrame:
        """A query in DuckDB's SQL over the views `calls`, `runs` and `scores`.

        Args:
            query: The query; `?` or `$name` stand for values.
            params: The values, in order or by name.
        """
        return self._frame(query, params)

    def _newest(self, table: str, time: str, conditions: _Conditions, limit: int | None) -> pd.DataFrame:
        query = f"SELECT * FROM {table} {conditions} ORDER BY {time} DESC, id DESC"
        return self._frame(query + ("" if limit is None else f" LIMIT {int(limit)}"), conditions.values)

    def _frame(self, query: str, params: Sequence[object] | Mapping[str, object] | None) -> pd.DataFrame:
        with self.store.connect() as db:
            try:
                return _utc_frame(db.sql(query, params=params or None))
            except duckdb.IOException as exc:
                raise DataError(f"the call log in {str(self.store.home)!r} cannot be read: {exc}") from exc
            except duckdb.Error as exc:
                raise ConfigError(f"the query failed: {exc}\nThe tables are: {tables_in_words()}") from exc


class _Conditions:
    """The WHERE of a query, and the values that its marks stand for."""

    def __init__(self, where: str | None) -> None:
        self._parts = [f"({where})"] if where else []
        self.values: list[object] = []

    def add(self, condition: str, *values: object) -> None:
        self._parts.append(condition)
        self.values += values

    def equal(self, column: str, value: str | None) -> None:
        if value is not None:
            self.add(f"{column} = ?", value)

    def since(self, column: str, since: Since | None) -> None:
        if since is not None:
            self.add(f"{column} >= ?", moment(since, datetime.now(UTC)))

    def until(self, column: str, until: Since | None) -> None:
        if until is not None:
            self.add(f"{column} < ?", moment(until, datetime.now(UTC)))

    def __str__(self) -> str:
        return "WHERE " + " AND ".join(self._parts) if self._parts else ""


_QUOTE = '"'


def _key(name: str) -> str:
    if name.startswith(_TAG) and name != _TAG:
        return f"tags[{text(name.removeprefix(_TAG))}]"
    if name not in _BY:
        raise ConfigError(f"usage by {name!r} is not known: write one of {', '.join(_BY)}, or 'tag:NAME'")
    return _BY[name]


def _utc_frame(relation: duckdb.DuckDBPyRelation | None) -> pd.DataFrame:
    """A relation as a frame, its times aware and in UTC."""
    if relation is None:  # a statement that has no result
        return pd.DataFrame()
    times = [
        name
        for name, kind in zip(relation.columns, relation.types, strict=True)
        if str(kind) == "TIMESTAMP WITH TIME ZONE"
    ]
    if times:
        # DuckDB's own conversion of such columns warns with pandas 3.1 (it drops columns in place).
        quoted = {name: '"' + name.replace(_QUOTE, _QUOTE * 2) + '"' for name in times}
        replaced = ", ".join(f"{column} AT TIME ZONE 'UTC' AS {column}" for column in quoted.values())
        relation = relation.project(f"* REPLACE ({replaced})")
    frame: pd.DataFrame = relation.df()
    for name in times:
        frame[name] = frame[name].dt.tz_localize("UTC")
    return frame
