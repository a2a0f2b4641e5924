"""From a row of the log back to the completion that it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from workbench.calls import USAGE_FIELDS, Attempt, Completion, Timing, Usage, fold
from workbench.errors import DataError
from workbench.protocols import SHAPE_ERRORS, decode_received, protocol

ANSWER_COLUMNS = ", ".join(
    (
        *("id", "status", "provider", "model", "served_model", "protocol", "cached", "source_id"),
        *("response", "text", "finish_reason", *USAGE_FIELDS, "cost_usd", "price_version"),
        *("duration_s", "ttft_s", "ttfv_s", "queued_s", "waited_s", "lag_s"),
        *("attempts", "attempt_errors", "response_id", "service_tier", "dropped"),
    )
)
"""The columns of `calls` that `completion_of` looks at."""


def completion_of(row: Mapping[str, Any]) -> Completion:
    """A logged call's completion: what was received, read anew, with the times and the cost of then.

    Of a call that failed or was interrupted it is what had arrived. A cached row has no `response` of its
    own, nor has one whose bodies were pruned: its completion has the text, if the row has, but neither
    reasoning nor tool calls; the answer in full is that of the row `source_id`.

    Args:
        row: `ANSWER_COLUMNS` by name, JSON as text, `None` where not known.

    Raises:
        DataError: The call was answered, but the answer cannot be read.
    """
    answer = _answer(row)
    cost_usd = row["cost_usd"]
    return replace(
        answer,
        text=answer.text or row["text"] or "",
        finish_reason=row["finish_reason"],
        usage=Usage(**{name: row[name] for name in USAGE_FIELDS}),
        cost_usd=None if cost_usd is None else Decimal(str(cost_usd)),
        price_version=row["price_version"],
        timing=Timing(
            duration_s=row["duration_s"],
            ttft_s=row["ttft_s"],
            ttfv_s=row["ttfv_s"],
            queued_s=row["queued_s"] or 0.0,
            waited_s=row["waited_s"] or 0.0,
            lag_s=row["lag_s"],
        ),
        provider=row["provider"],
        model=row["model"],
        served_model=row["served_model"],
        response_id=row["response_id"],
        service_tier=row["service_tier"],
        dropped=tuple(row["dropped"] or ()),
        attempts=_attempts(row),
        cached=bool(row["cached"]),
        source_id=_uuid(row["source_id"]),
        call_id=_uuid(row["id"]),
        received=(row["response"] or "").encode(),
    )


def _answer(row: Mapping[str, Any]) -> Completion:
    """What the body says that has no column: reasoning and tool calls, beside the text."""
    if row["response"] is None:
        return Completion()
    received = orjson.loads(row["response"])
    wire = protocol(row["protocol"])
    try:
        if row["status"] == "ok":
            return decode_received(wire, received)
        # The last event may be the error itself; a body without events is one, or nothing at all.
        events = received if isinstance(received, list) else []
        return fold(wire.decode_event(event) for event in events if wire.decode_error(event) is None)
    except SHAPE_ERRORS as exc:
        if row["status"] != "ok":
            return Completion()
        raise DataError(
            f"the answer of call {row['id']} cannot be read as protocol {row['protocol']!r} ({exc!r}): "
            "look at its column `response`"
        ) from exc


def _attempts(row: Mapping[str, Any]) -> tuple[Attempt, ...]:
    failed = tuple(Attempt(**attempt) for attempt in orjson.loads(row["attempt_errors"] or "[]"))
    if (row["attempts"] or 0) == len(failed):
        return failed
    return (*failed, Attempt(duration_s=row["duration_s"] or 0.0))


def _uuid(value: UUID | str | None) -> UUID | None:
    return UUID(value) if isinstance(value, str) else value
