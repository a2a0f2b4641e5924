"""What we send, beside what the openai SDK sends for the same request to the same server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openai
import pytest
from aiohttp import web
from served import serving
from uuid6 import uuid7

from workbench.calls import (
    Call,
    Endpoint,
    File,
    Image,
    Message,
    OutputSchema,
    Params,
    Request,
    Secret,
    Text,
    Thought,
    Tool,
    ToolCall,
)
from workbench.transport import Transport

GOLDEN = Path(__file__).parent / "golden"
KEY = "sk-canary-4711"
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOL = Tool(name="weather", description="Tells the weather.", parameters=SCHEMA)
FUNCTION = {"name": "weather", "description": "Tells the weather.", "parameters": SCHEMA}
PNG = "data:image/png;base64,iVBORw=="
PDF = "data:application/pdf;base64,JVBERg=="
PIXEL, PAPER = Image(data=b"\x89PNG"), File(data=b"%PDF", name="paper.pdf")
CALL = ToolCall(id="call_a", name="weather", arguments='{"city": "Oslo"}')
CONVERSATION = (
    Message(role="system", content="Be brief."),
    Message(role="user", content=(Text(text="Where?"), PIXEL, PAPER)),
    Message(role="assistant", tool_calls=(CALL,), thoughts=(Thought(text="Hm", data="gAAA", id="rs_1"),)),
    Message(role="tool", tool_call_id="call_a", content="rain"),
)
HELLO = (Message(role="user", content="Hi"),)
SAMPLING: dict[str, Any] = {"temperature": 0.0, "top_p": 1.0}
Ask = Callable[[Any], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A request as a server got it."""

    path: str
    query: dict[str, str]
    authorised: tuple[str | None, str | None]
    body: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Listener:
    url: str
    heard: list[Sent] = field(default_factory=list)


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """A server that keeps what it is sent, and gives the golden answer to it."""
    heard: list[Sent] = []

    async def handle(request: web.Request) -> web.Response:
        authorised = (request.headers.get("Authorization"), request.headers.get("api-key"))
        query, body = dict(request.query), json.loads(await request.read())
        heard.append(Sent(path=request.path, query=query, authorised=authorised, body=body))
        kind = "openai" if "/chat/" in request.path else f"openai_{request.path.rpartition('/')[2]}"
        answer = json.loads((GOLDEN / kind / "plain.json").read_text("utf-8"))["body"]
        return web.json_response(answer)

    async with serving(handle) as url:
        yield Listener(url=url, heard=heard)


async def ours(listener: Listener, protocol: str, base: str, request: Request, **auth: Any) -> None:
    endpoint = Endpoint(
        provider="test", protocol=protocol, base_url=listener.url + base, secret=Secret(KEY), **auth
    )
    call = Call(id=uuid7(), started_at=datetime.now(UTC), endpoint=endpoint, request=request)
    transport = Transport()
    await transport.send(call)
    await transport.aclose()


CHAT = (
    "openai",
    Request(
        model="gpt",
        messages=CONVERSATION,
        params=Params(
            **SAMPLING, max_tokens=0, stop=("END",), seed=0, frequency_penalty=0.5, presence_penalty=0.0,
            reasoning_effort="none", logprobs=0, n=2, service_tier="flex", parallel_tool_calls=False,
        ),
        tools=(TOOL,),
        tool_choice="weather",
        output=OutputSchema(schema=SCHEMA, name="place"),
    ),
    lambda sdk: sdk.chat.completions.create(
        model="gpt",
        messages=[
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Where?"},
                    {"type": "image_url", "image_url": {"url": PNG}},
                    {"type": "file", "file": {"filename": "paper.pdf", "file_data": PDF}},
                ],
            },
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_a",
                        "type": "function",
                        "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_a", "content": "rain"},
        ],
        **SAMPLING, max_tokens=0, stop=["END"], seed=0, frequency_penalty=0.5, presence_penalty=0.0,
        reasoning_effort="none", logprobs=True, top_logprobs=0, n=2, service_tier="flex",
        parallel_tool_calls=False,
        tools=[{"type": "function", "function": FUNCTION}],
        tool_choice={"type": "function", "function": {"name": "weather"}},
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "place", "schema": SCHEMA, "strict": True},
        },
    ),
)  # fmt: skip
RESPONSES = (
    "openai_responses",
    Request(
        model="gpt",
        messages=CONVERSATION,
        params=Params(
            **SAMPLING, max_tokens=16, reasoning_effort="low", logprobs=2, service_tier="flex",
            parallel_tool_calls=True,
        ),
        tools=(TOOL,),
        tool_choice="weather",
        output=OutputSchema(schema=SCHEMA, name="place"),
    ),
    lambda sdk: sdk.responses.create(
        model="gpt",
        instructions="Be brief.",
        input=[
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "Where?"},
                    {"type": "input_image", "image_url": PNG, "detail": "auto"},
                    {"type": "input_file", "filename": "paper.pdf", "file_data": PDF},
                ],
            },
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": "Hm"}],
                "encrypted_content": "gAAA",
            },
            {
                "type": "function_call",
                "call_id": "call_a",
                "name": "weather",
                "arguments": '{"city": "Oslo"}',
            },
            {"type": "function_call_output", "call_id": "call_a", "output": "rain"},
        ],
        **SAMPLING, max_output_tokens=16, reasoning={"effort": "low"}, top_logprobs=2, service_tier="flex",
        parallel_tool_calls=True, store=False,
        include=["message.output_text.logprobs", "reasoning.encrypted_content"],
        tools=[{"type": "function", **FUNCTION, "strict": False}],
        tool_choice={"type": "function", "name": "weather"},
        text={"format": {"type": "json_schema", "name": "place", "schema": SCHEMA, "strict": True}},
    ),
)  # fmt: skip
COMPLETION = (
    "openai_completions",
    Request(
        model="gpt",
        messages=HELLO,
        params=Params(**SAMPLING, max_tokens=0, stop=("END",), seed=0, logprobs=0, n=2),
    ),
    lambda sdk: sdk.completions.create(
        model="gpt", prompt="Hi", **SAMPLING, max_tokens=0, stop=["END"], seed=0, logprobs=0, n=2
    ),
)
EMBEDDING = (
    "openai_embeddings",
    Request(
        model="gpt",
        messages=(*HELLO, Message(role="user", content="Ho")),
        params=Params(dimensions=2),
    ),
    lambda sdk: sdk.embeddings.create(model="gpt", input=["Hi", "Ho"], dimensions=2, encoding_format="float"),
)


@pytest.mark.parametrize(("protocol", "request_", "ask"), [CHAT, RESPONSES, COMPLETION, EMBEDDING])
async def test_we_send_what_the_sdk_sends(protocol: str, request_: Request, ask: Ask) -> None:
    async with listening() as listener:
        async with openai.AsyncOpenAI(base_url=f"{listener.url}/v1", api_key=KEY, max_retries=0) as sdk:
            await ask(sdk)
        await ours(listener, protocol, "/v1", request_)
    theirs, own = listener.heard
    assert own == theirs
    assert own.authorised == (f"Bearer {KEY}", None)


@pytest.mark.parametrize(
    ("protocol", "request_", "ask"),
    [("azure", *CHAT[1:]), ("azure_completions", *COMPLETION[1:]), ("azure_embeddings", *EMBEDDING[1:])],
)
async def test_we_send_what_the_sdk_sends_to_deployments(protocol: str, request_: Request, ask: Ask) -> None:
    query = {"api-version": "2024-10-21"}
    async with listening() as listener:
        async with openai.AsyncAzureOpenAI(
            azure_endpoint=listener.url, api_version="2024-10-21", api_key=KEY, max_retries=0
        ) as sdk:
            await ask(sdk)
        await ours(
            listener, protocol, "/openai", request_, auth_header="api-key", auth_prefix="", query=query
        )
    theirs, own = listener.heard
    assert own == theirs
    assert own.path.startswith("/openai/deployments/gpt/")
    assert (own.query, own.authorised) == (query, (None, KEY))
