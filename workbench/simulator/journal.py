"""What the simulator received, for tests that look at a request from the other end of the wire."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_SECRET = frozenset({"authorization", "x-api-key", "api-key", "cookie"})
LONGEST_BODY_BYTES = 100_000


@dataclass(kw_only=True, slots=True)
class Entry:
    """One request.

    Attributes:
        method: As received, likewise `path`.
        path: Without the query.
        headers: With names in lower case; those that carry keys are left out.
        body: Its JSON; text where it is no JSON, and then cut at `LONGEST_BODY_BYTES`, as are longer bodies.
        model: The model that was asked for; `None` where the body names none.
        status: What was answered; `None` where nothing was.
        fault: The fault that was applied.
        disconnected: Whether the client left before the answer was whole.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    model: str | None
    status: int | None = None
    fault: str | None = None
    disconnected: bool = False


class Journal:
    """The last requests, oldest first.

    Args:
        length: How many are kept.
    """

    def __init__(self, length: int = 1_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=length)

    def add(self, *, method: str, path: str, headers: Mapping[str, str], raw: bytes) -> Entry:
        """Note a request; the entry is filled in when it is answered."""
        body = _readable(raw)
        model = body.get("model") if isinstance(body, dict) else None
        entry = Entry(
            method=method,
            path=path,
            headers={name.lower(): value for name, value in headers.items() if name.lower() not in _SECRET},
            body=body,
            model=model if isinstance(model, str) else None,
        )
        self._entries.append(entry)
        return entry

    def entries(self) -> list[dict[str, Any]]:
        """The requests as JSON objects."""
        return [asdict(entry) for entry in self._entries]


def _readable(raw: bytes) -> Any:
    if len(raw) <= LONGEST_BODY_BYTES:
        try:
            return json.loads(raw) if raw else None
        except ValueError:
            pass
    return raw[:LONGEST_BODY_BYTES].decode(errors="replace")
