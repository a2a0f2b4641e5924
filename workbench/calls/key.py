"""Which calls ask the same thing."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from uuid import UUID

import orjson

from workbench.calls.call import Call

_KEY_BYTES = 16


def cache_key(call: Call) -> UUID | None:
    """What of a call changes its answer, hashed: calls with the same key may share an answer.

    It covers the protocol, the base URL, the whole request but for `stream` (pictures by their bytes), and
    the epoch, of which `None` is the first: each repetition of a sample wants an answer of its own.

    Returns:
        128 bits of BLAKE2b; `None` where the request cannot be written as JSON, and so not be sent.
    """
    request = replace(call.request, stream=False) if call.request.stream else call.request
    asked = (call.endpoint.protocol, call.endpoint.public_url, request, call.epoch or 0)
    try:
        # The dataclass as a whole, so that a field that it gets one day counts without anyone's doing.
        written = orjson.dumps(asked, default=_plain, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return None
    return UUID(bytes=blake2b(written, digest_size=_KEY_BYTES).digest())


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return {"blake2b": blake2b(value, digest_size=_KEY_BYTES).hexdigest()}
    return dict(value)  # type: ignore[call-overload]  # a mapping of another kind; orjson says what is none
