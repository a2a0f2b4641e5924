"""Not at all, where the same request was answered before."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from uuid6 import uuid7

from workbench.calls import Call, Completion, Timing, ToolCall, Usage, in_one_chunk
from workbench.pipeline import Policy, Send
from workbench.protocols import protocol

# What of a completion is kept. Its timing and cost belong to the call that was made, not to the answer.
KEPT = ("text", "reasoning", "tool_calls", "finish_reason", "usage", "served_model", "response_id")


def cache(folder: Path, redact: Callable[[bytes], bytes]) -> Policy:
    """Answer from `folder` what was answered before; one small file an answer, shared by all processes.

    The key is the wire format, the base URL and the body as it would be sent, so that any change of a
    parameter is another request. A completion from the cache costs 0 and has no timing. Only calls with
    `use_cache` look here, and only whole answers are kept. Each epoch of a sample has an answer of its own.

    Args:
        folder: Where the answers are kept.
        redact: Takes keys out of an answer, given and returned as JSON.
    """

    async def policy(call: Call, send: Send) -> Completion:
        if not call.use_cache:
            return await send(call)
        path = _path(folder, call)
        found = await asyncio.to_thread(_read, path)
        if found is not None:
            if call.on_chunk is not None:
                call.on_chunk(in_one_chunk(found))
            return replace(found, provider=call.endpoint.provider, model=call.request.model, call_id=call.id)
        completion = await send(call)
        if completion.finish_reason != "error":
            await asyncio.to_thread(_write, path, completion, redact)
        return completion

    return policy


def _path(folder: Path, call: Call) -> Path:
    path, body = protocol(call.endpoint.protocol).encode(replace(call.request, stream=False))
    request = [call.endpoint.protocol, call.endpoint.base_url, path, body, call.epoch or 0]
    key = hashlib.sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return folder / key[:2] / f"{key}.json"


def _read(path: Path) -> Completion | None:
    try:
        kept: dict[str, Any] = orjson.loads(path.read_bytes())
        return Completion(
            **kept
            | {
                "received": kept["received"].encode(),
                "usage": Usage(**kept["usage"]),
                "tool_calls": tuple(ToolCall(**call) for call in kept["tool_calls"]),
                "timing": Timing(),
                "cost_usd": Decimal(0),
                "price_version": "cache",
                "cached": True,
            }
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None  # not there, or from another version: the call is made, and its answer takes the place


def _write(path: Path, completion: Completion, redact: Callable[[bytes], bytes]) -> None:
    try:
        kept = {name: getattr(completion, name) for name in KEPT} | {"received": completion.received.decode()}
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{uuid7()}.draft")
        draft.write_bytes(redact(orjson.dumps(kept)))
        draft.replace(path)
    except (OSError, TypeError, ValueError):
        pass  # a cache that cannot be written is a slower cache, not a failed call
