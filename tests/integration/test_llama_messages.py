"""Anthropic's Messages against llama.cpp's server: tools and their results, the count of tokens."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from project import Project
from servers import LlamaServer

from workbench import Client
from workbench.calls import Message, Request, Tool
from workbench.config import Settings
from workbench.protocols import anthropic

pytestmark = pytest.mark.server

QUESTION = "What is six times seven?"
WEATHER = Tool(
    name="weather",
    description="Tells the weather.",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string", "enum": ["Oslo"]}},
        "required": ["city"],
    },
)


@pytest.fixture
async def client(llama_server: LlamaServer, project: Project) -> AsyncIterator[Client]:
    values = {"ANTHROPIC_BASE_URL": llama_server.url, "ANTHROPIC_API_KEY": "none"}
    client = Client(project.home, settings=Settings(project=project.home.parent, values=values), attempts=2)
    yield client
    await client.aclose()


@pytest.mark.parametrize("stream", [False, True])
async def test_a_tool_of_anthropics_protocol_is_called_and_its_result_goes_back(
    stream: bool, client: Client
) -> None:
    options: dict[str, Any] = {"temperature": 0, "max_tokens": 80, "stream": stream, "tools": [WEATHER]}
    asked = await client.chat("anthropic/tiny", QUESTION, tool_choice="required", **options)
    (call,) = asked.tool_calls
    assert (call.name, json.loads(call.arguments)) == ("weather", {"city": "Oslo"})
    assert (asked.finish_reason, bool(call.id)) == ("tool_calls", True)
    result = Message(role="tool", tool_call_id=call.id, content="rain")
    turns = [Message(role="user", content=QUESTION), asked.message, result]
    answer = await client.chat("anthropic/tiny", turns, **options)
    assert (answer.text, answer.tool_calls, answer.finish_reason) == ("The answer is 42.", (), "stop")


@pytest.mark.parametrize("tools", [(), (WEATHER,)], ids=["bare", "with a tool"])
async def test_the_tokens_counted_before_are_those_used(
    tools: tuple[Tool, ...], client: Client, llama_server: LlamaServer
) -> None:
    turns = (Message(role="system", content="Be brief."), Message(role="user", content=QUESTION))
    path, body = anthropic.encode_count(Request(model="tiny", messages=turns, tools=tools))
    async with aiohttp.ClientSession(llama_server.url) as session, session.post(path, json=body) as counted:
        tokens = anthropic.decode_count(await counted.json())

    answer = await client.chat("anthropic/tiny", list(turns), max_tokens=1, tools=tools)

    assert answer.usage.input_tokens == tokens > 0
