"""The WHERE of a query."""

from __future__ import annotations

from datetime import UTC, datetime

from workbench.log.moment import Since, moment


class Conditions:
    """The WHERE of a query over the time column `time`.

    Args:
        time: The column that `since` and `until` speak of.
        since: The earliest moment.
        until: The first moment that is too late.
        where: A condition in the user's own SQL.
        equal: Columns and what they have to be; `None` is anything.

    Attributes:
        values: What the marks stand for, in order.
        of_requests: Whether `where` may speak of the column `request`, which not every connection has.

    Raises:
        ConfigError: `since` or `until` is no moment.
    """

    def __init__(
        self, time: str, since: Since | None, until: Since | None, where: str | None, **equal: str | None
    ) -> None:
        # A line of its own, so that a comment at the end of a condition ends there too.
        self._parts = [f"({where}\n)"] if where else []
        self.of_requests = "request" in (where or "").lower()
        self.values: list[object] = []
        now = datetime.now(UTC)
        if since is not None:
            self.add(f"{time} >= ?", moment(since, now))
        if until is not None:
            self.add(f"{time} < ?", moment(until, now))
        for column, value in equal.items():
            if value is not None:
                self.add(f"{column} = ?", value)

    def add(self, condition: str, *values: object) -> None:
        """Ask for one more, with the values of its marks in order."""
        self._parts.append(condition)
        self.values += values

    def __str__(self) -> str:
        return "WHERE " + " AND ".join(self._parts) if self._parts else ""
