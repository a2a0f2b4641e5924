"""Answers of Hugging Face's servers, which are lists, and what is no answer though it is a list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from aiohttp import web
from served import serving

from workbench.client import Client
from workbench.errors import OverloadedError, UnreadableError
from workbench.providers import HOSTS, Host, register

VECTORS = [[0.5, -0.25, 1], [0.125, 0, 0.75]]
TOKENS = (
    b'data:{"index":1,"token":{"id":11,"text":" is","logprob":-0.25,"special":false},"generated_text":null,'
    b'"details":null}\n\n'
    b'data:{"index":2,"token":{"id":2,"text":"</s>","logprob":-0.5,"special":true},"generated_text":" is",'
    b'"details":{"finish_reason":"eos_token","generated_tokens":2,"seed":null,"input_length":3}}\n\n'
)


@pytest.fixture(autouse=True)
def _no_host_stays() -> Iterator[None]:
    yield
    HOSTS.pop("mine", None)


@asynccontextmanager
async def host(
    protocol: str, answer: Any, *, status: int = 200, kind: str = "application/json"
) -> AsyncIterator[list[tuple[str, Any]]]:
    """A provider `mine` that answers like that; gives the paths and bodies that it was asked for."""
    asked: list[tuple[str, Any]] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append((request.path, orjson.loads(await request.read())))
        body = answer if isinstance(answer, bytes) else orjson.dumps(answer)
        return web.Response(body=body, status=status, content_type=kind)

    async with serving(handle) as url:
        register(Host(name="mine", base_url=url, protocol=protocol, needs_key=False))
        yield asked


async def test_a_list_of_vectors_is_an_answer(client: Client) -> None:
    async with host("tei_embeddings", VECTORS) as asked:
        found = await client.embed("mine/embedder", ["one", "two"])

    assert asked == [("/embed", {"inputs": ["one", "two"]})]
    assert found.vectors.tolist() == VECTORS
    (row,) = client.log.calls().itertuples()
    assert (row.status, row.operation, row.finish_reason) == ("ok", "embed", "stop")


async def test_vectors_are_found_again_in_the_log(client: Client) -> None:
    async with host("hf_embeddings", VECTORS) as asked:
        first = await client.embed("mine/org/embedder", ["one", "two"])
        again = await client.embed("mine/org/embedder", ["one", "two"], cache=True)

    assert [path for path, _ in asked] == ["/models/org/embedder/pipeline/feature-extraction"]
    assert again.vectors.tolist() == first.vectors.tolist() == VECTORS


async def test_a_text_in_a_list_of_one_is_an_answer(client: Client) -> None:
    async with host("tgi", [{"generated_text": " is it."}]) as asked:
        answer = await client.complete("mine/one", "Paris", temperature=0, max_tokens=5)

    parameters = {"do_sample": False, "max_new_tokens": 5, "details": True}
    assert asked == [("/generate", {"inputs": "Paris", "parameters": parameters})]
    assert answer.text == " is it."


async def test_events_without_a_blank_after_the_colon_are_read(client: Client) -> None:
    async with host("tgi", TOKENS, kind="text/event-stream") as asked:
        answer = await client.complete("mine/one", "Paris", stream=True)

    assert asked[0][0] == "/generate_stream"
    assert (answer.text, answer.finish_reason) == (" is", "stop")
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (3, 2)
    assert [(token.token, token.logprob) for token in answer.logprobs] == [(" is", -0.25)]


@pytest.mark.parametrize("answer", [[], [{}], [1], [[]], [[[0.5]]], ["x"], [None]])
@pytest.mark.parametrize("protocol", ["openai", "ollama", "cohere"])
async def test_a_list_with_no_answer_in_it_is_unreadable(
    protocol: str, answer: list[Any], client: Client
) -> None:
    async with host(protocol, answer):
        with pytest.raises(UnreadableError, match="not in the protocol"):
            await client.chat("mine/one", "?")


@pytest.mark.parametrize("answer", [[], [[[0.5]]], [["x"]], [{}], {"embeddings": [[0.5]]}])
async def test_what_is_no_list_of_vectors_is_unreadable(answer: Any, client: Client) -> None:
    async with host("tei_embeddings", answer):
        with pytest.raises(UnreadableError, match="not in the protocol"):
            await client.embed("mine/embedder", "one")


async def test_a_model_that_loads_says_for_how_long(client: Client) -> None:
    loading = {"error": "Model org/one is currently loading", "estimated_time": 7200.5}
    async with host("hf_embeddings", loading, status=503):
        with pytest.raises(OverloadedError, match="currently loading") as failed:
            await client.embed("mine/org/one", "one")

    assert failed.value.retry_after_s == 7200.5
