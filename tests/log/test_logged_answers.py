"""A row of the log, read back as the completion that it tells of."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from uuid6 import uuid7

from workbench.calls import Attempt, Call, Chunk, Completion, Timing, Usage, fold
from workbench.errors import CallTimeoutError, DataError, RateLimitError
from workbench.log import Recorder, Store, record
from workbench.log.answers import completion_of
from workbench.protocols import PROTOCOLS

MakeCall = Callable[..., Call]
GOLDEN = Path(__file__).parents[1] / "protocols" / "golden"
KNOWN_LATER = {
    "timing": Timing(duration_s=3.0, ttft_s=1.0, ttfv_s=1.5, queued_s=0.25, waited_s=0.5),
    "cost_usd": Decimal("0.000000123"),
    "price_version": "today's",
    "provider": "here",
    "model": "small",
}


def row(home: Path) -> dict[str, Any]:
    """The only row of the log."""
    with Store(home).connect() as db:
        found = db.execute("SELECT * EXCLUDE (started_at, ended_at) FROM calls")
        names = [column[0] for column in found.description or ()]
        [values] = found.fetchall()
    return dict(zip(names, values, strict=True))


def answers() -> list[Any]:
    """Protocol, way, answer as received and completion of every golden answer."""
    found = []
    for path in sorted(GOLDEN.glob("*/*.json")):
        case, wire = json.loads(path.read_text("utf-8")), PROTOCOLS[path.parent.name]
        name = f"{path.parent.name}-{path.stem}"
        if "body" in case:
            answer = wire.decode(case["body"])
            found.append(pytest.param(path.parent.name, case["body"], answer, id=f"{name}-whole"))
        if "body" in case and "events" in case:
            answer = fold(wire.decode_event(event) for event in case["events"])
            found.append(pytest.param(path.parent.name, case["events"], answer, id=f"{name}-streamed"))
    return found


@pytest.mark.parametrize(("protocol", "received", "answer"), answers())
async def test_the_completion_of_a_row_is_the_one_that_was_given(
    recorder: Recorder, home: Path, call: MakeCall, *, protocol: str, received: object, answer: Completion
) -> None:
    made = call()
    made = replace(made, endpoint=replace(made.endpoint, protocol=protocol))
    given = replace(answer, **KNOWN_LATER, call_id=made.id, attempts=(Attempt(duration_s=3.0),))

    async def send(call: Call) -> Completion:
        call.progress.received = orjson.dumps(received)
        return given

    await record(recorder)(made, send)
    assert completion_of(row(home)) == given
    assert completion_of(row(home)).raw == received


async def test_the_tries_that_failed_come_before_the_one_that_did_not(
    recorder: Recorder, home: Path, call: MakeCall
) -> None:
    tries = (
        Attempt(duration_s=0.5, status=429, error="RateLimitError", message="slow down"),
        Attempt(duration_s=3.0),
    )

    async def send(call: Call) -> Completion:
        return Completion(timing=Timing(duration_s=3.0), attempts=tries)

    await record(recorder)(call(), send)
    assert completion_of(row(home)).attempts == tries


async def test_of_a_call_that_broke_off_there_is_what_had_arrived(
    recorder: Recorder, home: Path, call: MakeCall
) -> None:
    events = [
        {"choices": [{"delta": {"reasoning_content": "Hm."}}], "model": "small-2"},
        {"choices": [{"delta": {"content": "Hel"}}]},
        {"error": {"message": "out of memory", "code": 500}},
    ]

    async def send(call: Call) -> Completion:
        call.progress.chunks += [Chunk(reasoning="Hm.", served_model="small-2"), Chunk(text="Hel")]
        call.progress.received = orjson.dumps(events)
        call.progress.ttft_s = 0.25
        raise CallTimeoutError("stopped half way")

    with pytest.raises(CallTimeoutError):
        await record(recorder)(call(), send)
    answer = completion_of(row(home))
    assert (answer.text, answer.reasoning, answer.served_model) == ("Hel", "Hm.", "small-2")
    assert (answer.finish_reason, answer.timing.ttft_s) == (None, 0.25)


@pytest.mark.parametrize("body", ["<html>busy</html>", '{"error": "busy"}', "[1]", ""])
async def test_a_call_that_was_refused_has_an_empty_completion(
    body: str, recorder: Recorder, home: Path, call: MakeCall
) -> None:
    async def send(call: Call) -> Completion:
        call.progress.received = body.encode()
        raise RateLimitError("busy", body=body)

    with pytest.raises(RateLimitError):
        await record(recorder)(call(), send)
    answer = completion_of(row(home))
    assert (answer.text, answer.usage, answer.model) == ("", Usage(), "small")


async def test_a_cached_row_has_its_text_and_names_where_the_rest_is(
    recorder: Recorder, home: Path, call: MakeCall
) -> None:
    source = uuid7()

    async def send(call: Call) -> Completion:
        return Completion(text="Hello.", cached=True, source_id=source, received=b'{"id": 1}')

    made = call()
    await record(recorder)(made, send)
    answer = completion_of(row(home))
    assert (answer.text, answer.cached, answer.received) == ("Hello.", True, b"")
    assert (answer.source_id, answer.call_id) == (UUID(str(source)), made.id)


async def test_an_answer_that_cannot_be_read_any_more_is_named(
    recorder: Recorder, home: Path, call: MakeCall
) -> None:
    async def send(call: Call) -> Completion:
        call.progress.received = b'{"content": "of another protocol"}'
        return Completion(text="Hello.")

    made = call()
    await record(recorder)(made, send)
    with pytest.raises(DataError, match=f"call {made.id} cannot be read as protocol 'openai'"):
        completion_of(row(home))
