"""AWS's event streams: frames with checksums, and the events in them as text.

Source: https://docs.aws.amazon.com/lexv2/latest/dg/event-stream-encoding.html
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from struct import unpack_from
from zlib import crc32

import httpx
import orjson

EVENT_STREAM = "application/vnd.amazon.eventstream"
_PRELUDE_BYTES = 12  # length of the frame, length of its headers, checksum of the two
_LONGEST_BYTES = 24 * 2**20  # what AWS's own libraries accept
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}  # of a header's value, by its type
_TEXTS = {6, 7}  # bytes and text, whose length stands before them
_NOT_DATA = (b":", b"event:", b"id:", b"retry:")


async def aws_events(pieces: AsyncIterable[bytes]) -> AsyncGenerator[str]:
    """The events of a body, each as JSON text.

    An event is `{"<its type>": payload}`, an exception its payload with `__type`. SageMaker's `PayloadPart`s
    are pieces of what a model's server sent, cut anywhere: of those it is the data of server-sent events, or
    the lines.

    Raises:
        httpx.DecodingError: A frame is damaged.
    """
    begun = b""
    inner = b""
    async for piece in pieces:
        begun += piece
        while (length := _length(begun)) is not None and len(begun) >= length:
            headers, payload = _frame(begun[:length])
            begun = begun[length:]
            if headers.get(":event-type") == "PayloadPart":
                *lines, inner = (inner + payload).split(b"\n")
                for line in _data(lines):
                    yield line
            else:
                yield _event(headers, payload)
    for line in _data([inner]):
        yield line


def _length(begun: bytes) -> int | None:
    """The bytes of the frame that begins here; `None` where that is not known yet."""
    if len(begun) < _PRELUDE_BYTES:
        return None
    length, headers, checksum = unpack_from(">III", begun)
    if crc32(begun[:8]) != checksum or not headers + 16 <= length <= _LONGEST_BYTES:
        raise httpx.DecodingError("a frame's prelude is damaged")
    return int(length)


def _frame(frame: bytes) -> tuple[dict[str, str], bytes]:
    """The headers that are text, and the payload."""
    (headers_length,) = unpack_from(">I", frame, 4)
    (checksum,) = unpack_from(">I", frame, len(frame) - 4)
    if crc32(frame[:-4]) != checksum:
        raise httpx.DecodingError("a frame is damaged")
    end = _PRELUDE_BYTES + headers_length
    try:
        return dict(_headers(frame[_PRELUDE_BYTES:end])), frame[end:-4]
    except (IndexError, KeyError, ValueError) as exc:
        raise httpx.DecodingError(f"a frame's headers are not in their format ({exc!r})") from exc


def _headers(block: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(block):
        name = block[at + 1 : at + 1 + block[at]].decode()
        at += 1 + block[at]
        kind = block[at]
        at += 1
        if kind in _TEXTS:
            size = int.from_bytes(block[at : at + 2], "big")
            at += 2
        else:
            size = _SIZES[kind]
        if kind == 7:
            yield name, block[at : at + size].decode()
        at += size


def _event(headers: dict[str, str], payload: bytes) -> str:
    kind = headers.get(":message-type")
    if kind == "error":
        return _text({"__type": headers.get(":error-code"), "message": headers.get(":error-message", "")})
    if kind == "exception":
        try:
            told = orjson.loads(payload)
        except ValueError:
            told = {"message": payload.decode(errors="replace")}
        name = headers.get(":exception-type", "")
        # Bedrock writes the name small here and with a capital in the header of an error.
        return _text({**(told if isinstance(told, dict) else {}), "__type": name[:1].upper() + name[1:]})
    name = orjson.dumps(headers.get(":event-type", "")).decode()
    return f"{{{name}:{payload.decode(errors='replace') or 'null'}}}"


def _text(value: object) -> str:
    return orjson.dumps(value).decode()


def _data(lines: list[bytes]) -> Iterator[str]:
    for line in lines:
        data = line.strip()
        if data and not data.startswith(_NOT_DATA):
            yield data.removeprefix(b"data:").strip().decode(errors="replace")
