"""What tests of AWS's services share: frames of its event streams, and clients of such servers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from struct import pack
from typing import Any
from zlib import crc32

from workbench.client import Client
from workbench.config import Settings

EVENT_STREAM = "application/vnd.amazon.eventstream"


def frame(payload: bytes, **headers: str) -> bytes:
    """One frame; `event_type="chunk"` is its header `:event-type`."""
    block = b"".join(
        pack(">B", len(name)) + name + b"\x07" + pack(">H", len(value)) + value
        for name, value in ((f":{n.replace('_', '-')}".encode(), v.encode()) for n, v in headers.items())
    )
    prelude = pack(">II", 16 + len(block) + len(payload), len(block))
    head = prelude + pack(">I", crc32(prelude)) + block + payload
    return head + pack(">I", crc32(head))


def event(name: str, payload: Any) -> bytes:
    """A frame with an event."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return frame(body, event_type=name, content_type="application/json", message_type="event")


def exception(name: str, message: str) -> bytes:
    """A frame with an exception."""
    body = json.dumps({"message": message}).encode()
    return frame(body, exception_type=name, content_type="application/json", message_type="exception")


def framed(events: Iterable[dict[str, Any]]) -> bytes:
    """The events of a golden file as frames."""
    return b"".join(event(name, payload) for each in events for name, payload in each.items())


def aws_client(folder: Path, url: str, **settings: str) -> Client:
    """A client whose AWS is at this URL; it tries once."""
    places = {f"{name}_BASE_URL": url for name in ("BEDROCK", "BEDROCK_INVOKE", "SAGEMAKER")}
    at = Settings(project=folder, values={**places, **settings})
    return Client(home=folder / "home", settings=at, attempts=1)
