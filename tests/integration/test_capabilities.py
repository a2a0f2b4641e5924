"""What the client can do besides chatting, with llama.cpp's server and a tiny model of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Literal

import numpy as np
import pytest
from project import Project
from pydantic import BaseModel
from servers import LlamaServer, free_port, running

from workbench import Client
from workbench.config import Settings
from workbench.errors import InvalidRequestError, OutputError
from workbench.providers import HOSTS, Host

pytestmark = pytest.mark.server

QUESTION = "What is six times seven?"
EVERY = ["llamacpp/tiny", "openai_responses/tiny", "anthropic/tiny"]


class City(BaseModel):
    name: Literal["Oslo", "Bergen"]
    country: Literal["Norway"] = "Norway"


def weather(city: Literal["Oslo"]) -> str:
    """Tell the weather.

    Args:
        city: Where.
    """
    return f"It is cold in {city}."


@pytest.fixture(scope="module")
def server(llama_server: LlamaServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of the same model that gives vectors too."""
    port = free_port()
    command = [*llama_server.command, str(port), "--embeddings", "--pooling", "mean"]
    url = f"http://127.0.0.1:{port}"
    with running(command, url=f"{url}/health", log=tmp_path_factory.mktemp("capabilities") / "log"):
        yield url


@pytest.fixture
async def client(server: str, project: Project) -> AsyncIterator[Client]:
    values = {
        "LLAMACPP_BASE_URL": f"{server}/v1",
        "OPENAI_BASE_URL": f"{server}/v1",
        "OPENAI_API_KEY": "none",
        "ANTHROPIC_BASE_URL": server,
        "ANTHROPIC_API_KEY": "none",
    }
    settings = Settings(project=project.folder, values=values)
    async with Client(project.home, settings=settings, attempts=1) as client:
        yield client


@pytest.fixture
def by_tool(server: str) -> Iterator[None]:
    """Hosts of the same server that are said to know no schemas, by their protocol."""
    for name, url in (("openai", f"{server}/v1"), ("anthropic", server)):
        HOSTS[f"by-{name}"] = Host(
            name=f"by-{name}",
            base_url=url,
            needs_key=False,
            protocol=name,
            refuses=frozenset({"output"}),
        )
    yield
    del HOSTS["by-openai"], HOSTS["by-anthropic"]


@pytest.mark.usefixtures("by_tool")
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(
    ("model", "means"),
    [("llamacpp/tiny", "native"), ("by-openai/tiny", "tool"), ("by-anthropic/tiny", "tool")],
)
async def test_an_answer_fits_the_class_by_each_means(
    model: str, means: str, stream: bool, client: Client
) -> None:
    answer = await client.chat(
        model, "Name a city in Norway.", schema=City, temperature=0, max_tokens=200, stream=stream
    )
    assert isinstance(answer.parsed, City)
    assert answer.output_by == means
    again = await client.chat(
        model,
        "Name a city in Norway.",
        schema=City,
        temperature=0,
        max_tokens=200,
        stream=stream,
        cache=True,
    )
    assert (again.cached, again.parsed) == (True, answer.parsed)


@pytest.mark.parametrize("model", ["openai_responses/tiny", "anthropic/tiny"])
async def test_a_server_that_passes_over_a_schema_is_found_out(model: str, client: Client) -> None:
    # llama.cpp keeps to schemas in chat completions, and not where these two protocols have them.
    with pytest.raises(OutputError, match=r"there is no JSON in it; it begins with 'The answer is 42\.'"):
        await client.chat(model, QUESTION, schema=City, temperature=0, max_tokens=200)


async def test_an_answer_that_was_cut_off_is_an_error_with_its_text(client: Client) -> None:
    with pytest.raises(OutputError, match="does not fit the schema") as refused:
        await client.chat("llamacpp/tiny", QUESTION, schema=City, max_tokens=3, temperature=0)
    assert refused.value.completion is not None
    assert refused.value.completion.finish_reason == "length"


@pytest.mark.parametrize("model", EVERY)
async def test_a_function_is_run_over_each_protocol_and_the_model_goes_on(model: str, client: Client) -> None:
    run = await client.run_tools(model, QUESTION, [weather], max_turns=3, temperature=0, max_tokens=200)
    assert (run.turns, run.finished) == (2, True)
    assert run.completion.text
    results = [message.content for message in run.messages if message.role == "tool"]
    assert results
    assert set(results) == {"It is cold in Oslo."}
    rows = client.log.calls().sort_values("id").to_dict("records")
    assert [(row["status"], dict(row["tags"])) for row in rows] == [
        ("ok", {"turn": "1"}),
        ("ok", {"turn": "2"}),
    ]


async def test_vectors_of_many_batches_are_those_of_each_text(client: Client) -> None:
    texts = [f"The answer to question {number} is a city." for number in range(130)]
    found = await client.embed("llamacpp/tiny", texts)
    assert found.vectors.shape[0] == 130
    assert np.allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-3)
    alone = await client.embed("llamacpp/tiny", texts[129])
    assert np.allclose(found.vectors[129], alone.vectors[0], atol=1e-4)
    assert found.usage.input_tokens
    assert len(found.call_ids) == len(client.log.calls()) - 1
    cached = await client.embed("llamacpp/tiny", texts, cache=True)
    assert cached.cached == len(found.call_ids)
    assert np.array_equal(cached.vectors, found.vectors)


async def test_a_text_is_gone_on_with_and_streams_alike(client: Client) -> None:
    options: dict[str, Any] = {"max_tokens": 20, "temperature": 0}
    whole = await client.complete("llamacpp/tiny", "The answer is", **options)
    seen: list[str] = []
    streamed = await client.complete(
        "llamacpp/tiny", "The answer is", on_chunk=lambda chunk: seen.append(chunk.text), **options
    )
    assert whole.text == streamed.text == "".join(seen) != ""


async def test_logprobs_come_out_of_the_cache_as_they_went_in(client: Client) -> None:
    asked = await client.chat("llamacpp/tiny", QUESTION, logprobs=2, temperature=0, max_tokens=20)
    assert asked.logprobs
    assert len(asked.logprobs[0].top) == 2
    cached = await client.chat(
        "llamacpp/tiny", QUESTION, logprobs=2, temperature=0, max_tokens=20, cache=True
    )
    assert (cached.cached, cached.logprobs) == (True, asked.logprobs)


async def test_a_server_without_eyes_is_understood(client: Client) -> None:
    picture = {"role": "user", "content": ["What is this?", _dot()]}
    with pytest.raises(InvalidRequestError, match="perhaps this model reads no images"):
        await client.chat("llamacpp/tiny", [picture])


def _dot() -> dict[str, Any]:
    data = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
