"""Since when: a moment, a day, or a while ago."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, date, datetime, timedelta

from workbench.errors import ConfigError

Since = datetime | date | timedelta | str
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(since: Since, now: datetime) -> datetime:
    """The moment that `since` means, aware.

    Args:
        since: A moment or a day (UTC where it names no zone; a day begins at midnight UTC), as ISO 8601 text
            too, or a while before `now`: a timedelta, or a number with `m`, `h`, `d` or `w`, as in `'7d'`.
        now: The present, aware.

    Raises:
        ConfigError: It is none of these.
    """
    if isinstance(since, timedelta):
        return now - since
    if isinstance(since, str):
        if ago := re.fullmatch(r"(\d+)\s*([mhdw])", since.strip()):
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        with contextlib.suppress(ValueError):
            since = datetime.fromisoformat(since)
    elif isinstance(since, date) and not isinstance(since, datetime):
        since = datetime(since.year, since.month, since.day, tzinfo=UTC)
    if not isinstance(since, datetime):
        raise ConfigError(
            f"no moment in {since!r}: write a date as '2026-11-01', or a while as '24h' or '7d'"
        )
    return since if since.tzinfo else since.replace(tzinfo=UTC)
