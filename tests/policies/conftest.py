from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from uuid6 import uuid7

from workbench.calls import Call, Endpoint, Message, Params, Request


@pytest.fixture
def a_call() -> Callable[..., Call]:
    """Makes a call; parameters of the request and fields of the call by name."""

    def make(
        *, provider: str = "p", text: str = "?", params: dict[str, Any] | None = None, **fields: Any
    ) -> Call:
        return Call(
            id=uuid7(),
            started_at=datetime(2026, 11, 21, tzinfo=UTC),
            endpoint=Endpoint(provider=provider, protocol="openai", base_url=f"http://{provider}.example"),
            request=Request(
                model="m", messages=(Message(role="user", content=text),), params=Params(**(params or {}))
            ),
            **fields,
        )

    return make
