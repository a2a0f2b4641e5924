"""OpenAI's four protocols against llama.cpp's server: streams, tools, schemas, log-probabilities, errors."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from project import Project
from servers import LlamaServer, free_port, running

from workbench import Client
from workbench.calls import Completion, Message, Tool
from workbench.config import Settings
from workbench.errors import ContextLengthError, InvalidRequestError

pytestmark = pytest.mark.server

QUESTION = "What is six times seven?"
CHATS = ["llamacpp/tiny", "openai_responses/tiny"]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Oslo"]}},
    "required": ["city"],
}
WEATHER = Tool(name="weather", description="Tells the weather.", parameters=SCHEMA)


@pytest.fixture(scope="module")
def embedder(llama_server: LlamaServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of the same model that gives vectors too."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [*llama_server.command, str(port), "--embeddings", "--pooling", "mean"]
    with running(command, url=f"{url}/health", log=tmp_path_factory.mktemp("embedder") / "log"):
        yield url


def client_of(url: str, home: Path) -> Client:
    values = {"LLAMACPP_BASE_URL": f"{url}/v1", "OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": "none"}
    return Client(home, settings=Settings(project=home.parent, values=values), attempts=2)


@pytest.fixture
async def client(llama_server: LlamaServer, project: Project) -> AsyncIterator[Client]:
    client = client_of(llama_server.url, project.home)
    yield client
    await client.aclose()


def without_marks(completion: Completion) -> tuple[Any, ...]:
    """What two equal answers have in common."""
    calls = [(call.name, json.loads(call.arguments)) for call in completion.tool_calls]
    counts = (completion.usage.input_tokens, completion.usage.output_tokens)
    return completion.text, calls, completion.finish_reason, completion.served_model, counts


@pytest.mark.parametrize("stream", [False, True])
async def test_responses_say_what_chats_say(client: Client, stream: bool) -> None:
    options: dict[str, Any] = {"temperature": 0, "max_tokens": 50, "stream": stream, "system": "Be brief."}
    chat, response = [await client.chat(model, QUESTION, **options) for model in CHATS]
    assert without_marks(response) == without_marks(chat)
    assert (chat.text, chat.finish_reason) == ("The answer is 42.", "stop")
    assert (response.timing.ttft_s is None) != stream


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", CHATS)
async def test_a_tool_is_called_and_its_result_goes_back(model: str, client: Client, stream: bool) -> None:
    options: dict[str, Any] = {"temperature": 0, "max_tokens": 80, "stream": stream, "tools": [WEATHER]}
    asked = await client.chat(model, QUESTION, tool_choice="required", **options)
    (call,) = asked.tool_calls
    assert (call.name, json.loads(call.arguments)) == ("weather", {"city": "Oslo"})
    assert (asked.finish_reason, bool(call.id)) == ("tool_calls", True)
    result = Message(role="tool", tool_call_id=call.id, content="rain")
    turns = [Message(role="user", content=QUESTION), asked.message, result]
    answer = await client.chat(model, turns, **options)
    assert (answer.text, answer.tool_calls, answer.finish_reason) == ("The answer is 42.", (), "stop")
    assert answer.usage.input_tokens > asked.usage.input_tokens  # type: ignore[operator]


async def test_an_answer_keeps_to_its_schema(client: Client) -> None:
    # Not over Responses: this server reads the schema there and answers as if there were none.
    answer = await client.chat("llamacpp/tiny", QUESTION, temperature=0, max_tokens=50, schema=SCHEMA)
    assert (answer.parsed, answer.output_by) == ({"city": "Oslo"}, "native")
    assert json.loads(answer.text) == {"city": "Oslo"}


@pytest.mark.parametrize("stream", [False, True])
async def test_log_probabilities_are_those_of_the_words(client: Client, stream: bool) -> None:
    chat = await client.chat(
        "llamacpp/tiny", QUESTION, temperature=0, max_tokens=50, logprobs=2, stream=stream
    )
    assert "".join(each.token for each in chat.logprobs) == chat.text
    for each in chat.logprobs:
        likeliest, second = each.top
        assert 0 >= likeliest[1] >= second[1]
        assert each.logprob == pytest.approx(max(likeliest[1], each.logprob))
    # After "is" in the eight sentences comes " a" or " the" as often as " 42".
    assert math.exp(chat.logprobs[3].logprob) == pytest.approx(1 / 3, abs=0.01)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_text_is_gone_on_with_in_several_ways(client: Client, stream: bool) -> None:
    answer = await client.complete(
        "llamacpp/tiny", "The answer", temperature=0, max_tokens=3, logprobs=1, n=2, stream=stream
    )
    assert (answer.text, answer.alternatives, answer.finish_reason) == (" is 42.", (" is 42.",), "length")
    assert [each.token for each in answer.logprobs] == [" is", " 42", "."]
    assert answer.usage.input_tokens == 2
    (row,) = client.log.calls().itertuples()
    assert (row.operation, row.text) == ("complete", " is 42.")


async def test_vectors_are_those_of_the_texts_in_their_order(embedder: str, project: Project) -> None:
    client = client_of(embedder, project.home)
    texts = ["The library opens at nine.", "Yes, the train.", "The library opens at nine."]
    one, other, same = (await client.embed("llamacpp/tiny", texts)).vectors.tolist()
    assert len(one) == 512
    assert sum(value * value for value in one) == pytest.approx(1, abs=1e-5)
    assert one == pytest.approx(same, abs=1e-6)
    assert one != pytest.approx(other, abs=1e-2)
    packed = await client.embed("llamacpp/tiny", texts[:2], extra={"encoding_format": "base64"})
    assert packed.vectors.tolist()[0] == pytest.approx(one, abs=1e-6)
    await client.aclose()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", CHATS)
async def test_a_prompt_that_is_too_long_is_said_to_be(model: str, client: Client, stream: bool) -> None:
    with pytest.raises(ContextLengthError) as failed:
        await client.chat(model, "word " * 9_000, max_tokens=5, stream=stream)
    assert failed.value.status == 400


async def test_what_it_cannot_read_is_an_invalid_request(client: Client, embedder: str) -> None:
    for model in CHATS:
        with pytest.raises(InvalidRequestError):
            await client.chat(model, QUESTION, extra={"temperature": "hot"})
    with pytest.raises(InvalidRequestError):
        await client.complete("llamacpp/tiny", "Hi", extra={"prompt": {"x": 1}})
    with pytest.raises(InvalidRequestError):
        await client.embed("llamacpp/tiny", "Hi", base_url=f"{embedder}/v1", extra={"encoding_format": "x"})
