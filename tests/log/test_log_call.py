from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from workbench.errors import ConfigError
from workbench.log import Log, Recorder, Store

Line = Callable[..., bytes]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
IDS = ("019a0000-1111-7000-8000-aaaaaaaaaaaa", "019a0000-2222-7000-8000-aaaaaaaabbbb")


@pytest.fixture(params=["journal", "file"])
def log(request: pytest.FixtureRequest, home: Path, recorder: Recorder, line: Line) -> Log:
    """Two calls whose ids begin alike."""
    for id_ in IDS:
        body = {"model": "one", "messages": [{"role": "user", "content": f"I am {id_}."}]}
        fields: dict[str, Any] = {"model": "one", "started_at": NOON, "cost_usd": "0.000000123"}
        recorder.append("calls", line(id=id_, request=body, tags={"team": "red"}, **fields))
    recorder.close()
    if request.param == "file":
        Store(home).ingest()
    return Log(home)


@pytest.mark.parametrize(
    "reference", [IDS[1], UUID(IDS[1]), IDS[1].upper(), "019a0000-2", "aaaabbbb", " aabbbb\n"]
)
def test_a_call_is_found_by_its_id_and_by_enough_of_it(log: Log, reference: str | UUID) -> None:
    assert log.call(reference)["id"] == UUID(IDS[1])


def test_a_call_has_everything_in_types_that_lose_nothing(log: Log) -> None:
    row = log.call(IDS[0])
    assert list(row) == list(log.calls(limit=0).columns)
    assert row["started_at"] == NOON
    assert row["cost_usd"] == Decimal("0.000000123")
    assert row["tags"] == {"team": "red"}
    assert row["text"] is None
    assert orjson.loads(row["request"])["messages"] == [{"role": "user", "content": f"I am {IDS[0]}."}]


def test_a_reference_that_fits_several_calls_names_them(log: Log) -> None:
    with pytest.raises(ConfigError, match=rf"several calls have '019a00'.*{IDS[1]} \(one, 2026.*{IDS[0]} \("):
        log.call("019a00")


@pytest.mark.parametrize("reference", ["ffffff", IDS[0].replace("1", "3")])
def test_a_call_that_is_not_there_is_told(log: Log, reference: str) -> None:
    with pytest.raises(ConfigError, match=f"no call in the log has the id '{reference}'"):
        log.call(reference)


@pytest.mark.parametrize("reference", ["", "aaaaa", "%%%%%%", "call aaaaaaaabbbb", 36 * "-"])
def test_what_is_no_piece_of_an_id_is_told(log: Log, reference: str) -> None:
    with pytest.raises(ConfigError, match=f"no id of a call in '{reference}'"):
        log.call(reference)
