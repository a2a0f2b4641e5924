"""The latest answers to given requests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import duckdb
import uuid6

from workbench.calls import Completion
from workbench.errors import DataError
from workbench.log.answers import ANSWER_COLUMNS, completion_of
from workbench.log.frame import rows_of
from workbench.log.store import Store

# A request that was answered again is answered from then on by the new answer. Only what a model said to its
# end is an answer to others: what was cut off, filtered or failed may come out well next time. What a pattern
# of the user's took something out of is not what the model said.
_LATEST = """
SELECT max(id) AS id FROM calls
WHERE cache_key IN (SELECT unnest(?::UUID[])) AND status = 'ok' AND NOT cached
      AND finish_reason IN ('stop', 'tool_calls') AND redacted IS NOT TRUE
GROUP BY cache_key
"""
# DuckDB passes over what lies outside a range of ids unread, but reads on where they are in no list.
_ANSWERS = f"""
SELECT cache_key, started_at, {ANSWER_COLUMNS} FROM calls
WHERE id BETWEEN ? AND ? AND id IN (SELECT unnest(?::UUID[])) AND response IS NOT NULL
"""  # noqa: S608 - the names are ours
# A query of its own costs as much as reading over some thousand rows.
_FAR = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A logged answer, and when it was asked for."""

    completion: Completion
    asked_at: datetime


def latest_answers(store: Store, keys: Iterable[UUID]) -> dict[UUID, Answer]:
    """The latest whole answer to each request that has one.

    Args:
        store: The log.
        keys: Of the requests, by `cache_key`.

    Raises:
        DataError: The log cannot be read.
    """
    found: dict[UUID, Answer] = {}
    with store.connect() as db:
        try:
            latest = db.execute(_LATEST, [[str(key) for key in keys]]).fetchall()
            for ids in _neighbours(sorted(id_ for (id_,) in latest)):
                for row in rows_of(db.sql(_ANSWERS, params=[ids[0], ids[-1], [str(id_) for id_ in ids]])):
                    with contextlib.suppress(DataError):  # it was read once, perhaps by another version
                        completion = completion_of(row)
                        found[row["cache_key"]] = Answer(completion=completion, asked_at=row["started_at"])
        except duckdb.Error as exc:
            raise DataError(f"the call log in {str(store.home)!r} cannot be read: {exc}") from exc
    return found


def _neighbours(ids: list[UUID]) -> Iterator[list[UUID]]:
    """The ids, in order, in groups of calls that were made one soon after the other."""
    group: list[UUID] = []
    for id_ in ids:
        if group and _made_at_ms(id_) - _made_at_ms(group[-1]) > _FAR.total_seconds() * 1000:
            yield group
            group = []
        group.append(id_)
    if group:
        yield group


def _made_at_ms(id_: UUID) -> int:
    return uuid6.UUID(int=id_.int).time
