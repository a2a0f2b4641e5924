"""The calls as they end, each once."""
# ruff: noqa: S608 - names in the queries are ours, conditions are the user's own

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from workbench.log.conditions import Conditions
from workbench.log.frame import rows_of
from workbench.log.reference import AMONG, among
from workbench.log.tables import Log

# How much later than it ended a call may be found: its process writes a moment after, a shared store has it
# after seconds, other machines' clocks are late.
LATE = timedelta(minutes=10)
_COLUMNS = (
    "id, started_at, ended_at, status, provider, model, cached, text[:400] AS text, input_tokens, "
    "output_tokens, cost_usd, duration_s, ttft_s, error_type, error_message[:400] AS error_message"
)


class Tail:
    """The newest calls of a log, then those that end after them, each once.

    Args:
        log: The log.
        where: An SQL condition on the columns of `calls`.
        clock: The present.
    """

    def __init__(
        self, log: Log, *, where: str | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._log = log
        self._where = where
        self._clock = clock
        self._looked_at = clock()
        self._seen: set[UUID] = set()

    def last(self, limit: int) -> list[dict[str, Any]]:
        """The `limit` calls that ended last, oldest of them first; `more` goes on from here."""
        self.more()
        conditions = Conditions("started_at", None, None, self._where)
        # A call that a version without `ended_at` logged has ended long ago.
        order = "coalesce(ended_at, started_at) DESC, id DESC"
        with self._log.connect(requests=conditions.of_requests) as db:
            rows = rows_of(
                db.sql(f"SELECT {_COLUMNS} FROM calls {conditions} ORDER BY {order} LIMIT {int(limit)}")
            )
        self._seen.update(row["id"] for row in rows)
        return rows[::-1]

    def more(self) -> list[dict[str, Any]]:
        """The calls that have ended since the first look, each once, in the order of their end.

        Raises:
            BusyError: The log is locked: what has ended meanwhile is given the next time.
        """
        now = self._clock()
        conditions = Conditions("ended_at", self._looked_at - LATE, None, self._where)
        with self._log.connect(requests=conditions.of_requests) as db:
            recent = {
                id_
                for (id_,) in db.execute(f"SELECT id FROM calls {conditions}", conditions.values).fetchall()
            }
            fresh = recent - self._seen
            query = f"SELECT {_COLUMNS} FROM calls WHERE {AMONG} ORDER BY ended_at, id"
            rows = rows_of(db.sql(query, params=among(fresh))) if fresh else []
        # A clock that is put back must not bring old calls back.
        self._looked_at, self._seen = max(now, self._looked_at), recent
        return rows
