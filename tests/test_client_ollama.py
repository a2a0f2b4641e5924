"""Ollama's own client as the measure: what it sends for the same question, and that it reads what we read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import ollama
import orjson
import pytest
from aiohttp import web
from served import serving

from workbench.calls import Message, Tool, ToolCall
from workbench.client import Client
from workbench.providers import HOSTS, Host, register

LOOK = Tool(name="look", description="Looks.", parameters={"type": "object", "properties": {}})
ANSWERS: dict[str, Any] = {
    "/api/chat": {
        "model": "small",
        "message": {
            "role": "assistant",
            "content": "",
            "thinking": "I should look.",
            "tool_calls": [{"id": "call_1", "function": {"name": "look", "arguments": {"zoom": 2}}}],
        },
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": 9,
        "eval_count": 3,
    },
    "/api/generate": {"model": "small", "response": " is it.", "done": True, "done_reason": "stop"},
    "/api/embed": {"model": "small", "embeddings": [[0.5, 1], [0.25, 0]], "prompt_eval_count": 4},
    "/api/tags": {"models": [{"name": "small", "model": "small", "details": {}}]},
    "/api/show": {"capabilities": ["completion"], "model_info": {"qwen3.context_length": 4096}},
}


@pytest.fixture(autouse=True)
def _no_host_stays() -> Iterator[None]:
    yield
    HOSTS.pop("mine", None)


@asynccontextmanager
async def asked_of() -> AsyncIterator[tuple[ollama.AsyncClient, list[tuple[str, Any]]]]:
    """A server that both ask, as the provider `mine` or by Ollama's client; gives what it was asked."""
    asked: list[tuple[str, Any]] = []

    async def handle(request: web.Request) -> web.Response:
        content = await request.read()
        asked.append((request.path, orjson.loads(content) if content else None))
        return web.Response(body=orjson.dumps(ANSWERS[request.path]), content_type="application/json")

    async with serving(handle) as url:
        register(Host(name="mine", base_url=url, protocol="ollama", needs_key=False))
        async with ollama.AsyncClient(host=url) as theirs:
            yield theirs, asked


async def test_a_conversation_with_tools_is_asked_as_by_ollamas_client(client: Client) -> None:
    schema = {"type": "object", "properties": {"zoom": {"type": "integer"}}}
    async with asked_of() as (theirs, asked):
        answer = await client.chat(
            "mine/small",
            "Look!",
            temperature=0,
            top_k=1,
            seed=0,
            reasoning_effort="low",
            logprobs=2,
            tools=[LOOK],
        )
        again = (Message(role="user", content="Look!"), answer.message)
        result = Message(role="tool", tool_call_id="call_1", content="a cat")
        await client.chat("mine/small", [*again, result], extra={"format": schema})
        function = {
            "name": "look",
            "description": "Looks.",
            "parameters": {"type": "object", "properties": {}},
        }
        read = await theirs.chat(
            "small",
            [{"role": "user", "content": "Look!"}],
            tools=[{"type": "function", "function": function}],
            options={"temperature": 0, "top_k": 1, "seed": 0},
            think="low",
            logprobs=True,
            top_logprobs=2,
        )
        turns = [
            {"role": "user", "content": "Look!"},
            read.message,
            {"role": "tool", "tool_name": "look", "content": "a cat"},
        ]
        await theirs.chat("small", turns, format=schema)

    ours, ours_again, first, second = (body for _, body in asked)
    assert ours == known(first)
    assert answer.tool_calls == (ToolCall(id="call_1", name="look", arguments='{"zoom":2}'),)
    assert answer.reasoning == read.message.thinking
    # Their client does not know the ids of calls yet, which the server does, and leaves an empty text out.
    _, turn, result_turn = ours_again["messages"]
    (call,) = turn["tool_calls"]
    assert (call.pop("id"), result_turn.pop("tool_call_id"), turn.pop("content")) == ("call_1", "call_1", "")
    assert ours_again == known(second)


async def test_prompts_and_texts_are_asked_as_by_ollamas_client(client: Client) -> None:
    async with asked_of() as (theirs, asked):
        answer = await client.complete("mine/small", "Paris", max_tokens=5, stop=["."])
        vectors = (await client.embed("mine/small", ["one", "two"], dimensions=2)).vectors
        read = await theirs.generate("small", "Paris", raw=True, options={"num_predict": 5, "stop": ["."]})
        embedded = await theirs.embed("small", ["one", "two"], dimensions=2)

    ours, theirs_asked = asked[:2], asked[2:]
    assert [path for path, _ in ours] == [path for path, _ in theirs_asked] == ["/api/generate", "/api/embed"]
    assert known(ours[0][1]) == known(theirs_asked[0][1])
    assert ours[1] == theirs_asked[1]
    assert answer.text == read.response == " is it."
    assert vectors.tolist() == [list(vector) for vector in embedded.embeddings]


async def test_the_server_is_asked_about_each_model(client: Client) -> None:
    async with asked_of() as (theirs, asked):
        (model,) = await client.models("mine")
        shown = await theirs.show("small")

    assert (model.id, model.context_tokens, model.chat, model.tools) == ("small", 4096, True, False)
    assert shown.capabilities == ["completion"]
    assert [body for path, body in asked if path == "/api/show"] == [{"model": "small"}] * 2


def known(body: dict[str, Any]) -> dict[str, Any]:
    """The body without what is empty: their client writes empty texts where nothing is said."""
    return {name: value for name, value in body.items() if value not in ("", None, [])}
