"""Answers that are kept, and which requests they answer."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from served import Steered

from workbench.calls import Call, Chunk, Completion, FinishReason, Message, Timing, ToolCall, Usage
from workbench.client import Client
from workbench.config import Settings
from workbench.errors import OverloadedError
from workbench.policies import cache

MakeCall = Callable[..., Call]
WHOLE = Completion(
    text="Tromsø 🌊",
    reasoning="Hm.",
    tool_calls=(ToolCall(id="1", name="look", arguments="{}"),),
    finish_reason="stop",
    usage=Usage(input_tokens=7, output_tokens=3, reasoning_tokens=0),
    cost_usd=Decimal("0.1"),
    timing=Timing(duration_s=1.0),
    served_model="m-1",
    response_id="r-1",
    received='{"text": "Tromsø 🌊"}'.encode(),
)


def kept_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*.json"))


class Server:
    def __init__(self, answer: Completion = WHOLE) -> None:
        self.answer = answer
        self.asked = 0

    async def send(self, call: Call) -> Completion:
        self.asked += 1
        return self.answer


async def test_a_kept_answer_is_the_same_but_free_and_without_a_time(
    tmp_path: Path, a_call: MakeCall
) -> None:
    server, policy = Server(), cache(tmp_path, bytes)
    await policy(a_call(use_cache=True), server.send)
    call = a_call(use_cache=True)
    answer = await policy(call, server.send)
    assert server.asked == 1
    assert answer.cached
    assert (answer.cost_usd, answer.price_version, answer.timing) == (Decimal(0), "cache", Timing())
    assert (answer.provider, answer.model, answer.call_id, answer.attempts) == ("p", "m", call.id, ())
    kept = ("text", "reasoning", "tool_calls", "finish_reason", "usage", "served_model", "response_id", "raw")
    assert [getattr(answer, name) for name in kept] == [getattr(WHOLE, name) for name in kept]


async def test_an_observer_sees_a_kept_answer_at_once(tmp_path: Path, a_call: MakeCall) -> None:
    server, policy, seen = Server(), cache(tmp_path, bytes), list[Chunk]()
    for _ in range(2):
        await policy(a_call(use_cache=True, on_chunk=seen.append), server.send)
    [chunk] = seen  # the first call's chunks are the transport's to show
    assert (chunk.text, chunk.usage, chunk.done) == (WHOLE.text, WHOLE.usage, True)
    assert chunk.tool_calls[0].name == "look"


async def test_a_call_that_did_not_ask_for_it_is_neither_answered_nor_kept(
    tmp_path: Path, a_call: MakeCall
) -> None:
    server, policy = Server(), cache(tmp_path, bytes)
    for use_cache in (False, True, False):
        await policy(a_call(use_cache=use_cache), server.send)
    assert server.asked == 3


@pytest.mark.parametrize(
    "change",
    [
        {"text": "another question"},
        {"provider": "another"},
        {"params": {"temperature": 0}},
        {"params": {"temperature": 0.0, "seed": 1}},
        {"params": {"max_tokens": 5}},
        {"params": {"stop": ("a",)}},
        {"params": {"extra": {"logprobs": True}}},
    ],
    ids=str,
)
async def test_another_parameter_is_another_request(
    change: dict[str, Any], tmp_path: Path, a_call: MakeCall
) -> None:
    server, policy = Server(), cache(tmp_path, bytes)
    await policy(a_call(use_cache=True), server.send)
    await policy(a_call(use_cache=True, **change), server.send)
    assert server.asked == 2


async def test_streaming_or_not_is_the_same_request(tmp_path: Path, a_call: MakeCall) -> None:
    server, policy = Server(), cache(tmp_path, bytes)
    call = a_call(use_cache=True)
    await policy(call, server.send)
    await policy(replace(call, request=replace(call.request, stream=True)), server.send)
    assert server.asked == 1


async def test_a_system_prompt_is_another_request_than_the_same_words_of_the_user(
    tmp_path: Path, a_call: MakeCall
) -> None:
    server, policy = Server(), cache(tmp_path, bytes)
    call = a_call(use_cache=True, text="Be brief.")
    system = replace(call.request, messages=(Message(role="system", content="Be brief."),))
    await policy(call, server.send)
    await policy(replace(call, request=system), server.send)
    assert server.asked == 2


async def test_a_failed_call_is_not_kept(tmp_path: Path, a_call: MakeCall) -> None:
    async def fail(call: Call) -> Completion:
        raise OverloadedError("busy")

    server, policy = Server(), cache(tmp_path, bytes)
    with pytest.raises(OverloadedError):
        await policy(a_call(use_cache=True), fail)
    await policy(a_call(use_cache=True), server.send)
    assert server.asked == 1


@pytest.mark.parametrize(("reason", "asked"), [("error", 2), ("length", 1), ("content_filter", 1)])
async def test_an_answer_that_ended_in_an_error_is_not_kept(
    reason: FinishReason, asked: int, tmp_path: Path, a_call: MakeCall
) -> None:
    server, policy = Server(replace(WHOLE, finish_reason=reason)), cache(tmp_path, bytes)
    for _ in range(2):
        await policy(a_call(use_cache=True), server.send)
    assert server.asked == asked


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"text": "x"}', b'{"received": 1}'])
async def test_a_broken_file_is_an_answer_that_was_not_kept(
    content: bytes, tmp_path: Path, a_call: MakeCall
) -> None:
    server, policy = Server(), cache(tmp_path, bytes)
    await policy(a_call(use_cache=True), server.send)
    [path] = kept_in(tmp_path)
    path.write_bytes(content)
    assert not (await policy(a_call(use_cache=True), server.send)).cached
    assert (await policy(a_call(use_cache=True), server.send)).cached


async def test_a_cache_that_cannot_be_written_fails_no_call(tmp_path: Path, a_call: MakeCall) -> None:
    (tmp_path / "file").write_text("not a folder")
    answer = await cache(tmp_path / "file", bytes)(a_call(use_cache=True), Server().send)
    assert answer is WHOLE


async def test_a_hit_is_a_row_that_costs_nothing(client: Client, steered: Steered) -> None:
    for _ in range(2):
        answer = await client.chat("sim/swift", "mark-cache", cache=True)
    assert answer.cached
    assert len(await steered.requests("mark-cache")) == 1
    hit, miss = client.log.calls().to_dict("records")
    assert (bool(hit["cached"]), bool(miss["cached"])) == (True, False)
    assert hit["cost_usd"] == 0 < miss["cost_usd"]
    assert hit["text"] == miss["text"]
    assert (hit["attempts"], miss["attempts"]) == (0, 1)
    assert str(hit["duration_s"]) in {"nan", "None", "<NA>"}
    assert hit["id"] != miss["id"]


async def test_two_processes_share_what_is_kept(
    client: Client, steered: Steered, simulated: Settings
) -> None:
    await client.chat("sim/swift", "mark-shared", cache=True)
    script = f"""
import pathlib, workbench
from workbench.config import Settings
settings = Settings(project=pathlib.Path(), values={dict(simulated.values)!r})
client = workbench.Client({str(client.home)!r}, settings=settings, cache=True)
print(workbench.run(client.chat("sim/swift", "mark-shared")).cached)
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE
    )
    assert (await process.communicate())[0] == b"True\n"
    assert len(await steered.requests("mark-shared")) == 1
