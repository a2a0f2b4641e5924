"""AWS's event streams as they come over the wire, with botocore as the judge of our frames."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from struct import pack
from zlib import crc32

import httpx
import orjson
import pytest
from aws_speakers import EVENT_STREAM, aws_client, event, exception, frame, framed
from botocore.eventstream import EventStreamBuffer
from served import answering, stream_head

from workbench import Completion
from workbench.errors import CallTimeoutError, RateLimitError, UnreadableError
from workbench.transport.eventstream import aws_events

GOLDEN = Path(__file__).parents[1] / "protocols" / "golden"
CASES = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((GOLDEN / "bedrock").glob("*.json"))
    if '"body":' in path.read_text("utf-8") and path.stem != "errors"
}
PLAIN = CASES["plain"]["events"]


async def read(*pieces: bytes) -> list[str]:
    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return [text async for text in aws_events(body())]


def cut(whole: bytes, size: int) -> list[bytes]:
    return [whole[at : at + size] for at in range(0, len(whole), size)]


async def asked(folder: Path, *pieces: bytes, model: str = "bedrock/amazon.nova-lite-v1:0") -> Completion:
    keys = {"AWS_BEARER_TOKEN_BEDROCK": "sk-0123456789", "AWS_ACCESS_KEY_ID": "AKID"}
    async with (
        answering(stream_head(EVENT_STREAM), *pieces) as url,
        aws_client(folder, url, **keys, AWS_SECRET_ACCESS_KEY="secret-0123456789") as client,
    ):
        return await client.chat(model, "?", stream=True)


@pytest.mark.parametrize("name", CASES)
async def test_frames_are_read_as_botocore_reads_them(name: str) -> None:
    whole = framed(CASES[name]["events"])
    buffer = EventStreamBuffer()
    buffer.add_data(whole)
    theirs = [{each.headers[":event-type"]: json.loads(each.payload)} for each in buffer]

    assert [json.loads(text) for text in await read(whole)] == theirs == CASES[name]["events"]


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
async def test_it_does_not_matter_where_frames_are_cut(size: int) -> None:
    whole = framed(PLAIN)

    assert await read(*cut(whole, size)) == await read(whole)


async def test_headers_that_are_no_text_are_passed_over() -> None:
    values = [b"\x00", b"\x01", b"\x02\x05", b"\x03" + bytes(2), b"\x04" + bytes(4), b"\x05" + bytes(8)]
    values += [b"\x06" + pack(">H", 3) + b"abc", b"\x08" + bytes(8), b"\x09" + bytes(16)]
    block = b"".join(b"\x01x" + value for value in values) + b"\x0b:event-type\x07" + pack(">H", 1) + b"e"
    whole = reframed(pack(">II", 16 + len(block) + 2, len(block)), block + b"{}")

    assert await read(whole) == ['{"e":{}}']


def reframed(prelude: bytes, rest: bytes) -> bytes:
    """A frame of these parts, with the checksums that belong to them."""
    head = prelude + pack(">I", crc32(prelude)) + rest
    return head + pack(">I", crc32(head))


@pytest.mark.parametrize("at", range(0, 120, 7))
async def test_a_bit_that_flipped_is_noticed(at: int) -> None:
    whole = bytearray(framed(PLAIN))
    whole[at] ^= 4

    with pytest.raises(httpx.DecodingError, match="damaged"):
        await read(bytes(whole))


async def test_headers_that_end_too_early_are_damage() -> None:
    block = b"\x0b:event-type"
    whole = reframed(pack(">II", 16 + len(block), len(block)), block)

    with pytest.raises(httpx.DecodingError, match="not in their format"):
        await read(whole)


async def test_a_frame_that_says_it_is_huge_is_not_waited_for() -> None:
    with pytest.raises(httpx.DecodingError, match="prelude"):
        await read(reframed(pack(">II", 2**31, 0), b""))


async def test_an_error_frame_has_its_words_in_its_headers() -> None:
    told = frame(b"", message_type="error", error_code="InternalError", error_message="Try again")

    assert await read(told) == ['{"__type":"InternalError","message":"Try again"}']


async def test_an_answer_of_bedrock_streams(tmp_path: Path) -> None:
    answer = await asked(tmp_path, *cut(framed(PLAIN), 50))

    assert (answer.text, answer.finish_reason) == ("Oslo, in Norway.", "stop")
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (12, 5)
    assert answer.timing.ttft_s is not None
    assert answer.raw == PLAIN


async def test_a_damaged_stream_is_not_readable(tmp_path: Path) -> None:
    whole = bytearray(framed(PLAIN))
    whole[-60] ^= 1
    with pytest.raises(UnreadableError, match="a frame is damaged") as caught:
        await asked(tmp_path, bytes(whole))
    assert caught.value.partial is not None
    assert caught.value.partial.text == "Oslo, in Norway."


async def test_a_stream_that_ends_within_a_frame_is_cut(tmp_path: Path) -> None:
    with pytest.raises(CallTimeoutError, match="stopped half way"):
        await asked(tmp_path, framed(PLAIN[:3]) + framed(PLAIN[3:4])[:20])


async def test_an_exception_inside_a_stream_is_its_error(tmp_path: Path) -> None:
    with pytest.raises(RateLimitError, match="ThrottlingException: Too many tokens") as caught:
        await asked(tmp_path, framed(PLAIN[:2]), exception("throttlingException", "Too many tokens"))
    assert caught.value.partial is not None
    assert caught.value.partial.text == "Oslo"


def said(text: str | None, reason: str | None = None) -> dict[str, object]:
    delta = {} if text is None else {"content": text}
    return {"model": "lmi", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


@pytest.mark.parametrize("size", [1, 5, 33, 1000])
@pytest.mark.parametrize("form", ["server-sent events", "lines"])
async def test_parts_of_sagemaker_are_cut_anywhere(tmp_path: Path, form: str, size: int) -> None:
    sent = [orjson.dumps(each) for each in (said("Tromsø "), said("🌊"), said(None, "stop"))]
    inner = b"".join(line + b"\n" for line in sent)
    if form == "server-sent events":
        inner = b"".join(
            [b": hello\n\n", *(b"event: x\ndata: " + s + b"\n\n" for s in sent), b"data: [DONE]\n\n"]
        )
    parts = [event("PayloadPart", piece) for piece in cut(inner, size)]

    answer = await asked(tmp_path, *parts, model="sagemaker/llama")

    assert (answer.text, answer.finish_reason) == ("Tromsø 🌊", "stop")


async def test_a_last_line_of_sagemakers_needs_no_line_end(tmp_path: Path) -> None:
    token = {"text": "Oslo", "logprob": -0.1, "special": False}
    whole = orjson.dumps({"token": token, "generated_text": "Oslo", "details": {"finish_reason": "length"}})

    assert (await asked(tmp_path, event("PayloadPart", whole), model="sagemaker/tgi")).text == "Oslo"
