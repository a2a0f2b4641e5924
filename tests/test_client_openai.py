"""A client at OpenAI's four endpoints, which a server of ours stands for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from served import serving

from workbench import Client
from workbench.config import Settings

GOLDEN = Path(__file__).parent / "protocols" / "golden"


@pytest.fixture
async def heard(tmp_path: Path) -> AsyncIterator[tuple[Client, list[tuple[str, dict[str, Any]]]]]:
    """A client, and the paths and bodies that it sends."""
    bodies: list[tuple[str, dict[str, Any]]] = []

    async def handle(request: web.Request) -> web.Response:
        bodies.append((request.path, json.loads(await request.read())))
        kind = "openai" if "/chat/" in request.path else f"openai_{request.path.rpartition('/')[2]}"
        return web.json_response(json.loads((GOLDEN / kind / "plain.json").read_text("utf-8"))["body"])

    async with serving(handle) as url:
        values = {"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": "none"}
        client = Client(tmp_path, settings=Settings(project=tmp_path, values=values))
        yield client, bodies
        await client.aclose()


async def test_the_limit_has_its_newer_name_in_conversations_alone(
    heard: tuple[Client, list[tuple[str, dict[str, Any]]]],
) -> None:
    client, bodies = heard
    await client.chat("openai/gpt", "Hi", max_tokens=5)
    await client.complete("openai/davinci-002", "Hi", max_tokens=5)
    await client.chat("openai_responses/gpt", "Hi", max_tokens=16)
    (_, chat), (_, completion), (_, response) = bodies
    assert [path for path, _ in bodies] == ["/v1/chat/completions", "/v1/completions", "/v1/responses"]
    assert {"max_completion_tokens": 5}.items() <= chat.items()
    assert {"max_tokens": 5}.items() <= completion.items()
    assert "max_completion_tokens" not in completion
    assert {"max_output_tokens": 16, "store": False}.items() <= response.items()


async def test_vectors_come_in_the_order_of_their_texts(
    heard: tuple[Client, list[tuple[str, dict[str, Any]]]],
) -> None:
    client, bodies = heard
    found = await client.embed("openai/text-embedding-3-small", ["Hi", "Ho"])
    assert found.vectors.tolist() == [[1.0, 0.0], [0.5, -0.25]]
    assert bodies == [
        (
            "/v1/embeddings",
            {"model": "text-embedding-3-small", "input": ["Hi", "Ho"], "encoding_format": "float"},
        )
    ]
