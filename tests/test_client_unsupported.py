"""Parameters that a model refuses, from the call to the row."""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from typing import Any

import orjson
import pytest
from scripted_model import Scripted, client_of

from workbench import Client
from workbench.calls import Params
from workbench.client.options import ChatOptions
from workbench.errors import ConfigError, InvalidRequestError


def refusing(name: str) -> dict[str, Any]:
    words = f"Unsupported parameter: '{name}' is not supported with this model."
    return {"error": {"message": words, "param": name, "code": "unsupported_parameter"}}


async def test_a_dropped_parameter_is_said_in_answer_row_and_cache(tmp_path: Path) -> None:
    server = Scripted(refusing("temperature"), "Oslo", "Rome")
    asked = {"temperature": 0, "unsupported": "drop"}
    async with client_of(server, tmp_path) as client:
        answer = await client.chat("scripted/m", "Which city?", **asked)
        assert (answer.text, answer.dropped) == ("Oslo", ("temperature",))
        assert "without temperature" in answer.facts()
        row = client.log.call(str(answer.call_id))
        assert (row["status"], row["attempts"], row["dropped"]) == ("ok", 2, ["temperature"])
        assert orjson.loads(row["params"]) == {"temperature": 0}  # as it was asked
        assert "temperature" not in orjson.loads(row["request"])  # as it was sent
        cached = await client.chat("scripted/m", "Which city?", cache=True, **asked)
        assert (cached.cached, cached.dropped) == (True, ("temperature",))
        assert (await client.chat("scripted/m", "And now?", **asked)).dropped == ("temperature",)
    assert ["temperature" in body for body in server.asked] == [True, False, False]


async def test_what_was_refused_once_is_known_to_the_next_client_of_the_project(tmp_path: Path) -> None:
    server = Scripted(refusing("seed"), "Oslo")
    async with client_of(server, tmp_path) as client:
        with pytest.raises(InvalidRequestError, match="leave seed out, or say unsupported='drop'"):
            await client.chat("scripted/m", "Which city?", seed=1)
    async with client_of(server, tmp_path) as client:
        with pytest.raises(ConfigError, match="takes no parameter seed, got 1"):
            await client.chat("scripted/m", "Which city?", seed=1)
        assert len(server.asked) == 1
        assert (await client.chat("scripted/m", "Which city?", seed=1, unsupported="drop")).text == "Oslo"


async def test_what_is_neither_error_nor_drop_is_refused(tmp_path: Path) -> None:
    async with client_of(Scripted(), tmp_path) as client:
        with pytest.raises(ConfigError, match="unsupported is 'ignore': write 'error' or 'drop'"):
            await client.chat("scripted/m", "Which city?", unsupported="ignore")  # type: ignore[arg-type]


def test_every_parameter_of_a_conversation_is_an_option_of_chat() -> None:
    of_embeddings = {"dimensions", "input_type"}
    names = {name for name in Params.__dataclass_fields__ if name not in of_embeddings}
    assert names <= set(ChatOptions.__annotations__)
    assert set(ChatOptions.__annotations__) <= set(signature(Client.chat).parameters)
