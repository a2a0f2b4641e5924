from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from uuid6 import uuid7

from workbench.calls import (
    Attempt,
    Call,
    Chunk,
    Completion,
    Image,
    Message,
    Params,
    Request,
    Secret,
    Text,
    Timing,
    Usage,
    cache_key,
)
from workbench.errors import CallTimeoutError, RateLimitError
from workbench.log import Log, Recorder, Store, record
from workbench.pipeline import Policy

MakeCall = Callable[..., Call]


@pytest.fixture
def policy(recorder: Recorder) -> Policy:
    return record(recorder)


def row(home: Path) -> dict[str, Any]:
    """The only row of the log, `None` for what is not known."""
    frame = Log(home).sql("SELECT * FROM calls")
    (found,) = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return found


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def journal(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (home / "journal").iterdir())


async def test_an_answered_call_is_a_row(policy: Policy, home: Path, call: MakeCall) -> None:
    answer = Completion(
        text="Hello.",
        finish_reason="stop",
        usage=Usage(
            input_tokens=10, output_tokens=5, cache_read_tokens=4, cache_write_tokens=0, reasoning_tokens=2
        ),
        cost_usd=Decimal("0.000000123"),
        price_version="today's",
        timing=Timing(duration_s=3.0, ttft_s=1.0, ttfv_s=1.5, queued_s=0.25, waited_s=0.5),
        served_model="small-2",
        response_id="answer-1",
        attempts=(
            Attempt(duration_s=0.5, status=429, error="RateLimitError", message="slow down"),
            Attempt(duration_s=3.0, status=200),
        ),
    )

    async def send(call: Call) -> Completion:
        call.progress.sent_body = b'{"model":"small","temperature":0}'
        call.progress.received = b'{\n  "id": "answer-1"\n}\n'
        call.progress.gaps_s += [0.1, 0.3, 0.2]
        return answer

    made = call(experiment="e", run="r", sample="s", epoch=0, tags={"project": "house"}, stream=True)
    assert await policy(made, send) is answer
    found = row(home)
    assert found["id"] == made.id
    assert found["started_at"] == made.started_at
    expected = {
        "status": "ok",
        "provider": "here",
        "model": "small",
        "served_model": "small-2",
        "protocol": "openai",
        "stream": True,
        "cached": False,
        "request": '{"model":"small","temperature":0}',
        "text": "Hello.",
        "finish_reason": "stop",
        "input_tokens": 10,
        "output_tokens": 5,
        "cache_read_tokens": 4,
        "cache_write_tokens": 0,
        "reasoning_tokens": 2,
        "cost_usd": 1.23e-7,
        "price_version": "today's",
        "duration_s": 3.0,
        "ttft_s": 1.0,
        "ttfv_s": 1.5,
        "tpot_s": 0.5,  # (3.0 - 1.0) / (5 - 1)
        "gap_p50_s": 0.2,
        "gap_max_s": 0.3,
        "queued_s": 0.25,
        "waited_s": 0.5,
        "attempts": 2,
        "error_type": None,
        "error_message": None,
        "error_status": None,
        "response_id": "answer-1",
        "experiment": "e",
        "run": "r",
        "sample": "s",
        "epoch": 0,
        "tags": {"project": "house"},
    }
    assert {name: found[name] for name in expected} == expected
    assert orjson.loads(found["response"]) == {"id": "answer-1"}
    assert list(found["gaps_s"]) == [0.1, 0.3, 0.2]
    assert orjson.loads(found["attempt_errors"]) == [
        {"duration_s": 0.5, "status": 429, "error": "RateLimitError", "message": "slow down"}
    ]


async def test_the_row_is_written_before_the_answer_is_given(
    policy: Policy, home: Path, call: MakeCall
) -> None:
    async def send(call: Call) -> Completion:
        return Completion()

    await policy(call(), send)
    assert journal(home).count(b"\n") == 1


async def test_a_failed_call_is_a_row_too(policy: Policy, home: Path, call: MakeCall) -> None:
    async def send(call: Call) -> Completion:
        call.progress.attempts.append(
            Attempt(duration_s=0.5, status=429, error="RateLimitError", message="slow")
        )
        call.progress.duration_s = 0.5
        call.progress.waited_s = 2.0
        raise RateLimitError("slow down", status=429, request_id="req-1", body='{"error":"slow"}')

    with pytest.raises(RateLimitError):
        await policy(call(), send)
    found = row(home)
    assert found["status"] == "error"
    assert found["error_type"] == "RateLimitError"
    assert found["error_message"] == "slow down"
    assert found["error_status"] == 429
    assert found["request_id"] == "req-1"
    assert found["duration_s"] == 0.5
    assert found["waited_s"] == 2.0
    assert found["attempts"] == 1
    assert found["input_tokens"] is None
    assert found["cost_usd"] is None


async def test_what_arrived_before_an_answer_broke_off_is_kept(
    policy: Policy, home: Path, call: MakeCall
) -> None:
    async def send(call: Call) -> Completion:
        call.progress.chunks += [
            Chunk(text="Hel", usage=Usage(input_tokens=10), served_model="small-2", response_id="answer-1"),
            Chunk(text="lo"),
        ]
        call.progress.received = b'[{"text":"Hel"},{"text":"lo"}]'
        call.progress.ttft_s = 0.25
        raise CallTimeoutError("stopped half way")

    with pytest.raises(CallTimeoutError):
        await policy(call(stream=True), send)
    found = row(home)
    assert found["text"] == "Hello"
    assert found["input_tokens"] == 10
    assert found["output_tokens"] is None
    assert found["served_model"] == "small-2"
    assert found["response_id"] == "answer-1"
    assert found["ttft_s"] == 0.25
    assert orjson.loads(found["response"]) == [{"text": "Hel"}, {"text": "lo"}]


async def test_an_error_of_our_own_is_a_row_too(policy: Policy, home: Path, call: MakeCall) -> None:
    async def send(call: Call) -> Completion:
        raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        await policy(call(), send)
    found = row(home)
    assert (found["status"], found["error_type"], found["error_message"]) == (
        "error",
        "ZeroDivisionError",
        "a bug",
    )


async def test_a_cancelled_call_is_a_row(
    policy: Policy, recorder: Recorder, home: Path, call: MakeCall
) -> None:
    started = asyncio.Event()

    async def send(call: Call) -> Completion:
        call.progress.chunks.append(Chunk(text="Hel"))
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    task = asyncio.ensure_future(policy(call(), send))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    recorder.flush()
    found = row(home)
    assert (found["status"], found["error_type"], found["text"]) == ("interrupted", "CancelledError", "Hel")


def test_an_interrupted_call_is_a_row(policy: Policy, recorder: Recorder, home: Path, call: MakeCall) -> None:
    async def send(call: Call) -> Completion:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(policy(call(), send))  # type: ignore[arg-type]
    recorder.flush()
    assert row(home)["error_type"] == "KeyboardInterrupt"


async def test_a_call_that_is_cancelled_while_its_row_is_written_keeps_the_row(
    policy: Policy, recorder: Recorder, home: Path, call: MakeCall
) -> None:
    async def send(call: Call) -> Completion:
        return Completion(text="Hello.")

    task = asyncio.ensure_future(policy(call(), send))
    await asyncio.sleep(0)  # one turn of the loop: it has its answer, and waits for its row
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    recorder.flush()
    assert row(home)["status"] == "ok"


async def test_a_cache_hit_is_a_row_that_names_the_call_which_has_the_answer(
    policy: Policy, home: Path, call: MakeCall
) -> None:
    source = uuid7()

    async def send(call: Call) -> Completion:
        return Completion(text="Hello.", cached=True, source_id=source, received=b'{"id":"answer-1"}')

    await policy(call(), send)
    found = row(home)
    assert (found["cached"], found["source_id"]) == (True, source)
    assert (found["attempts"], found["text"], found["response"]) == (0, "Hello.", None)
    assert orjson.loads(found["request"])["messages"][0]["content"] == "Say hello."


async def test_every_row_says_what_was_asked_where_and_when_it_ended(
    policy: Policy, home: Path, call: MakeCall
) -> None:
    async def send(call: Call) -> Completion:
        raise RateLimitError("slow down")

    made = call()
    params = Params(temperature=0, stop=("a", "b"), extra={"top_k": 3})
    endpoint = replace(made.endpoint, base_url="http://me:canary@localhost/v1")
    made = replace(made, endpoint=endpoint, request=replace(made.request, params=params))
    with pytest.raises(RateLimitError):
        await policy(made, send)
    found = row(home)
    assert found["cache_key"] == cache_key(made)
    assert found["base_url"] == "http://localhost/v1"
    assert orjson.loads(found["params"]) == {"temperature": 0, "stop": ["a", "b"], "extra": {"top_k": 3}}
    assert made.started_at <= found["ended_at"] <= datetime.now(UTC)
    assert found["source_id"] is None


async def test_a_request_that_was_not_sent_shows_its_pictures_by_their_size(
    policy: Policy, home: Path, call: MakeCall
) -> None:
    async def send(call: Call) -> Completion:
        return Completion()

    message = Message(role="user", content=(Text(text="What is it?"), Image(data=b"12345")))
    request = Request(model="small", messages=(message,), params=Params(extra={"top_k": 3}))
    await policy(replace(call(), request=request), send)
    logged = orjson.loads(row(home)["request"])
    assert logged["messages"][0]["content"][1]["data"] == "5 bytes"
    assert logged["params"]["extra"] == {"top_k": 3}


@pytest.mark.parametrize(
    ("received", "logged"),
    [
        (b"<html>502\n</html>", "<html>502\n</html>"),
        (b'{"cut": ', '{"cut": '),
        (b'{"half": "\xff"}', '{"half": "\ufffd"}'),
        (b'{"nan": NaN}', '{"nan": NaN}'),
        (b'"\\ud800"', '"\\ud800"'),
        (b'{"a":\r\n "line\\nend"}', {"a": "line\nend"}),
        (b'{"zero":"\\u0000"}', {"zero": "\0"}),
        (b"0", 0),
        (b"", None),
    ],
)
async def test_any_body_is_logged_as_json_or_as_a_string(
    policy: Policy, home: Path, call: MakeCall, received: bytes, logged: object
) -> None:
    async def send(call: Call) -> Completion:
        call.progress.received = received
        return Completion(text="a\0b\r\nc")

    await policy(call(), send)
    found = row(home)
    assert found["text"] == "a\0b\r\nc"
    assert logged is found["response"] is None or orjson.loads(found["response"]) == logged


async def test_half_a_surrogate_pair_does_not_lose_the_row(
    policy: Policy, home: Path, call: MakeCall
) -> None:
    async def send(call: Call) -> Completion:
        call.progress.received = b'{"id":1}'
        return Completion(text="cut \ud83d")

    await policy(call(tags={"who": "\udc00"}), send)
    found = row(home)
    assert (found["text"], found["tags"], found["response"]) == ("cut ?", {"who": "?"}, '{"id":1}')


async def test_a_prompt_with_half_a_surrogate_pair_is_a_row_though_it_cannot_be_sent(
    policy: Policy, home: Path, call: MakeCall
) -> None:
    async def send(call: Call) -> Completion:
        raise UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed")

    request = Request(model="small", messages=(Message(role="user", content="cut \ud83d"),))
    with pytest.raises(UnicodeEncodeError):
        await policy(replace(call(), request=request), send)
    assert orjson.loads(row(home)["request"])["messages"][0]["content"] == "cut ?"


async def test_keys_are_taken_out_of_the_whole_row(recorder: Recorder, home: Path, call: MakeCall) -> None:
    key = "sk-canary-1234"

    async def send(call: Call) -> Completion:
        call.progress.sent_body = orjson.dumps({"header": key})
        call.progress.received = orjson.dumps({"echo": key})
        call.progress.attempts.append(Attempt(duration_s=0.1, error="X", message=f"bad key {key}"))
        call.progress.chunks.append(Chunk(text=key))
        raise RateLimitError(f"wrong key {key}", body=key, request_id=key)

    recorder.redaction.hide(Secret(key))
    policy = record(recorder)
    with pytest.raises(RateLimitError):
        await policy(call(tags={"key": key}, sample=key), send)
    recorder.close()
    everything = journal(home)
    assert b"canary" not in everything
    assert everything.count(b"***") >= 8


async def test_a_long_line_is_a_row_too(policy: Policy, home: Path, call: MakeCall) -> None:
    async def send(call: Call) -> Completion:
        return Completion(text="x" * 20_000_000)

    await policy(call(), send)
    assert Log(home).sql("SELECT length(text) AS n FROM calls")["n"].tolist() == [20_000_000]


@pytest.mark.parametrize("number", [10**30, -(10**30), 1e30, float("nan"), "many", [1], {"n": 1}])
async def test_a_number_that_is_none_is_not_known_and_the_row_is_there(
    policy: Policy, recorder: Recorder, home: Path, call: MakeCall, number: Any
) -> None:
    async def send(call: Call) -> Completion:
        return Completion(text="Hello.", usage=Usage(input_tokens=number, output_tokens=5))

    await policy(call(), send)
    recorder.close()
    Store(home).ingest()
    found = row(home)
    assert (found["text"], found["input_tokens"], found["output_tokens"]) == ("Hello.", None, 5)
    assert not (home / "journal" / "corrupt").exists()


async def test_a_cost_beyond_all_money_is_not_known(
    policy: Policy, recorder: Recorder, home: Path, call: MakeCall
) -> None:
    async def send(call: Call) -> Completion:
        return Completion(text="Hello.", cost_usd=Decimal(10) ** 15)

    await policy(call(), send)
    recorder.close()
    Store(home).ingest()
    assert row(home)["cost_usd"] is None
    assert not (home / "journal" / "corrupt").exists()


@pytest.mark.parametrize(
    "value", [10**30, {1: "a", None: "b"}, object(), {"a", "b"}, nested(300), nested(5000)]
)
async def test_what_json_cannot_say_does_not_lose_the_row(
    policy: Policy, home: Path, call: MakeCall, value: Any
) -> None:
    async def send(call: Call) -> Completion:
        return Completion(text="Hello.")

    asked = call(tags={1: "one", "two": 2})
    params = Params(seed=7, extra={"value": value})
    await policy(replace(asked, request=replace(asked.request, params=params)), send)
    found = row(home)
    assert (found["text"], found["tags"]) == ("Hello.", {"1": "one", "two": "2"})
    assert orjson.loads(found["params"])["seed"] == 7
