"""Which calls are meant: by their ids, or by enough of the beginning or end of one."""
# ruff: noqa: S608 - names in the queries are ours

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

import duckdb

from workbench.errors import ConfigError

# Requests are put together for the range of ids, not for each: DuckDB leaves out what lies outside a range,
# but not what is in no list.
AMONG = "id BETWEEN ? AND ? AND id IN (SELECT unnest(?::UUID[]))"
"""The condition of being one of the calls whose ids `among` gives."""

SHORTEST = 6
_SHOWN = 5


def among(ids: Iterable[UUID]) -> list[object]:
    """The values of the marks in `AMONG`."""
    words = sorted(str(id_) for id_ in ids)
    return [words[0], words[-1], words] if words else [None, None, []]


def find_call(db: duckdb.DuckDBPyConnection, reference: str | UUID) -> UUID:
    """The id of the call that a reference names.

    Args:
        db: A connection with the view `calls`.
        reference: An id, or its beginning or end: at least 6 characters that no other call has there.

    Raises:
        ConfigError: No call has it, or several have, or it is no piece of an id.
    """
    words = str(reference).strip().lower()
    if not re.fullmatch(rf"(?=.*[0-9a-f])[0-9a-f-]{{{SHORTEST},36}}", words):
        raise ConfigError(
            f"no id of a call in {reference!r}: write the whole id, or at least {SHORTEST} characters "
            "of its beginning or end"
        )
    if len(words) == 36:
        found = db.execute(
            "SELECT id, model, started_at::VARCHAR FROM calls WHERE id = TRY_CAST(? AS UUID)", [words]
        ).fetchall()
    else:
        found = db.execute(
            "SELECT id, model, started_at::VARCHAR FROM calls WHERE starts_with(id::VARCHAR, ?) "
            f"OR ends_with(id::VARCHAR, ?) ORDER BY id DESC LIMIT {_SHOWN + 1}",
            [words, words],
        ).fetchall()
    if not found:
        raise ConfigError(
            f"no call in the log has the id {reference!r}: `workbench log tail` shows the newest"
        )
    if len(found) > 1:
        named = [f"{id_} ({model}, {time[:19]})" for id_, model, time in found[:_SHOWN]]
        more = ["…"] if len(found) > _SHOWN else []
        raise ConfigError(
            f"several calls have {reference!r} in their id, write more of it: {', '.join(named + more)}"
        )
    return UUID(str(found[0][0]))
