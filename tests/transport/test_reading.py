"""Events as servers really write them."""

from __future__ import annotations

import orjson
import pytest
from served import answering, sent_event, stream_head

from workbench import Chunk
from workbench.client import Client
from workbench.providers import HOSTS, Host, register

DONE = b"data: [DONE]\n\n"
# A line of JSON may have these inside its texts, though they end lines elsewhere.
LINE_ENDS = "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg"


async def asked(client: Client, pieces: list[bytes], kind: str = "text/event-stream") -> list[Chunk]:
    """What an observer sees of an answer that comes in these pieces."""
    seen: list[Chunk] = []
    async with answering(stream_head(kind), *pieces) as url:
        if "event-stream" in kind:
            await client.chat("small", "?", base_url=url, on_chunk=seen.append)
        else:
            register(Host(name="lines", base_url=url, protocol="ollama", needs_key=False))
            await client.chat("lines/small", "?", on_chunk=seen.append)
            del HOSTS["lines"]
    return seen


def text(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


@pytest.mark.parametrize("kind", ["text/event-stream; charset=utf-8", "text/event-stream"])
async def test_comments_other_line_ends_and_unnamed_events_are_read(kind: str, client: Client) -> None:
    event = sent_event("Oslo", "stop").replace(b"\n", b"\r\n")
    pieces = [b": OPENROUTER PROCESSING\n\n", b"event: ping\ndata:\n\n", event, DONE]
    assert text(await asked(client, pieces, kind)) == "Oslo"


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_it_does_not_matter_where_the_network_cuts(size: int, client: Client) -> None:
    whole = sent_event("Tromsø 🌊 ") + sent_event("Ålesund", "stop") + DONE
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert text(await asked(client, pieces)) == "Tromsø 🌊 Ålesund"


async def test_line_ends_inside_a_text_end_no_event(client: Client) -> None:
    assert text(await asked(client, [sent_event(LINE_ENDS, "stop"), DONE])) == LINE_ENDS


async def test_line_ends_inside_a_text_end_no_line(client: Client) -> None:
    lines = [
        {"model": "small", "message": {"content": LINE_ENDS}, "done": False},
        {"model": "small", "message": {"content": "!"}, "done": True, "done_reason": "stop"},
    ]
    # JSON forbids the three controls unescaped; the other three may stand there as they are.
    sent = b"".join(orjson.dumps(line) + b"\r\n" for line in lines)
    assert "\u2028".encode() in sent
    assert text(await asked(client, [sent[:30], sent[30:]], "application/x-ndjson")) == LINE_ENDS + "!"


async def test_a_last_line_without_a_line_end_is_a_line(client: Client) -> None:
    line = orjson.dumps({"message": {"content": "Oslo"}, "done": True, "done_reason": "stop"})
    assert text(await asked(client, [b"\n", line], "application/x-ndjson")) == "Oslo"


async def test_usage_after_the_last_choice_is_counted(client: Client) -> None:
    usage = b'data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 1}}\n\n'
    async with answering(stream_head(), sent_event("Oslo", "stop"), usage, DONE) as url:
        answer = await client.chat("small", "?", base_url=url, stream=True)
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (7, 1)
    assert answer.finish_reason == "stop"
    assert len(answer.raw) == 2
