"""The chunks of an answer as an asynchronous iterator."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from served import Steered

from workbench.client import Client
from workbench.errors import CallTimeoutError, ConfigError, ModelNotFoundError

SEA = "Tell me about the sea."


async def test_a_stream_gives_chunks_and_then_the_completion(client: Client) -> None:
    stream = client.stream("sim/swift", SEA, max_tokens=9)
    assert stream.completion is None
    texts = [chunk.text async for chunk in stream]
    assert stream.completion is not None
    assert "".join(texts) == stream.completion.text
    assert stream.completion.usage.output_tokens == 9
    assert client.log.calls()["status"].tolist() == ["ok"]


async def test_leaving_early_stops_the_call_and_is_a_row(client: Client, steered: Steered) -> None:
    stream = client.stream("sim/sage", f"{SEA} mark-leaving")
    async for chunk in stream:
        if chunk.text:
            break
    assert await steered.disconnected("mark-leaving")
    assert stream.completion is None
    [row] = (await rows(client, 1)).to_dict("records")
    assert (row["status"], row["error_type"]) == ("interrupted", "CancelledError")
    assert row["text"]
    assert row["ttft_s"] <= row["duration_s"]


async def test_when_a_stream_is_closed_its_call_has_ended(client: Client) -> None:
    chunks = client.stream("sim/sage", SEA).__aiter__()
    await anext(chunks)
    await chunks.aclose()  # type: ignore[attr-defined]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_cancelling_the_reader_stops_the_call_and_is_a_row(client: Client, steered: Steered) -> None:
    begun = asyncio.Event()

    async def read() -> None:
        async for _ in client.stream("sim/sage", f"{SEA} mark-cancelling"):
            begun.set()

    reader = asyncio.create_task(read())
    await begun.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert await steered.disconnected("mark-cancelling")
    assert (await rows(client, 1))["status"].tolist() == ["interrupted"]


async def test_an_error_reaches_the_reader_after_what_had_arrived(client: Client, steered: Steered) -> None:
    await steered.fault("cut", chunks=3)
    texts: list[str] = []

    async def read() -> None:
        async for chunk in client.stream("sim/swift", SEA):
            texts.append(chunk.text)  # noqa: PERF401 - the error must not take the list away

    with pytest.raises(CallTimeoutError) as caught:
        await read()
    assert caught.value.partial is not None
    assert "".join(texts) == caught.value.partial.text != ""


async def test_an_error_after_the_reader_has_left_is_not_complained_of(
    client: Client, steered: Steered
) -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    await steered.fault("cut", chunks=3)
    chunks = client.stream("sim/swift", SEA).__aiter__()
    assert await anext(chunks)
    await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})  # the call has failed by then
    assert client.log.calls()["status"].tolist() == ["error"]
    await chunks.aclose()  # type: ignore[attr-defined]
    gc.collect()
    await asyncio.sleep(0)
    assert complaints == []


async def test_a_call_that_fails_at_once_is_an_error_for_the_reader(client: Client) -> None:
    with pytest.raises(ModelNotFoundError):
        await anext(aiter(client.stream("sim/nobody", SEA)))


async def rows(client: Client, count: int) -> Any:
    """The log's calls, once there are so many: an interrupted call does not wait for its row."""
    async with asyncio.timeout(5):
        while len(found := await asyncio.to_thread(client.log.calls)) < count:
            pass
    return found


async def test_a_stream_is_read_once(client: Client) -> None:
    stream = client.stream("sim/swift", "What is the capital of Norway?")
    async for _ in stream:
        pass
    with pytest.raises(ConfigError, match="read once"):
        await anext(aiter(stream))
    assert len(client.log.calls()) == 1
