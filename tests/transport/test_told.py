"""What Python's log is told of requests: where they went and what came of it, and no secret."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from workbench.client import Client
from workbench.config import Settings
from workbench.simulator import Simulator

KEY = "sk-canary-0123456789"


async def test_each_request_is_told_to_who_listens(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="workbench"):
        await client.chat("sim/swift", "Hello")
    told = [record.getMessage() for record in caplog.records if record.name == "workbench"]
    assert told == ["POST 127.0.0.1/chat/completions: 200"]


async def test_no_key_and_no_password_is_told(
    tmp_path: Path, locked_simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    url = locked_simulator.url.replace("://", f"://ann:{KEY}@")
    settings = Settings(project=tmp_path, values={"SIM_BASE_URL": url})
    with caplog.at_level(logging.DEBUG):
        async with Client(home=tmp_path / "home", settings=settings, attempts=1) as client:
            with pytest.raises(Exception, match="401"):
                await client.chat("sim/swift", "Hello")
    assert "POST 127.0.0.1/chat/completions: 401" in caplog.text
    assert "canary" not in caplog.text
